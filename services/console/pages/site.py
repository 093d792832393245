"""The console's pages, as plain HTML from the server: each is read by the one rule on who may see it, and asked for again to stay fresh."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from passend_contracts.catalogue import Words
from passend_contracts.vocabulary import is_uuid
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import database
from services.chassis.calendar import day
from services.chassis.runtime import Parts
from services.console import store, words
from services.console.catalogue import serving
from services.console.domain.visitor import List, Visitor
from services.console.pages import cases, lists
from services.console.pages.door import COOKIE, Door
from services.console.pages.frame import Asked, Nowhere, Shown, document, nav, sent, shown
from services.console.pages.html import el, said
from services.console.pages.overview import overview
from services.console.parties import Parties
from services.console.settings import ConsoleSettings

DATABASE_SECONDS = 2.0
FILES = {"/stijl.css": ("site.css", "text/css"), "/live.js": ("live.js", "text/javascript"), "/icoon.svg": ("icon.svg", "image/svg+xml")}
NO_SUCH_PAGE = Words("Deze pagina is er niet", "There is no such page")
BACK = Words("← Naar het overzicht", "To the overview")

Build = Callable[[Asked], Awaitable[Shown]]


def routes(parts: Parts, parties: Parties, settings: ConsoleSettings) -> APIRouter:
    """All pages, the door, and the files that they are made of."""
    router = APIRouter(include_in_schema=False)
    door = Door(parts, parties, settings)
    site = Site(parts, parties, settings, door)
    for path, (name, kind) in FILES.items():
        _add_file(router, path, name, kind)
    router.include_router(door.routes())
    router.include_router(serving.routes())

    @router.get("/")
    async def start(request: Request) -> Response:
        return await site.answer(request, overview)

    @router.get("/zaak/{case}")
    async def zaak(case: str, request: Request) -> Response:
        return await site.answer(request, lambda asked: cases.of_case(asked, _id(case)))

    @router.get("/crisis/{crisis}")
    async def crisis(crisis: str, request: Request) -> Response:
        return await site.answer(request, lambda asked: cases.of_crisis(asked, _id(crisis)))

    @router.get("/{path:path}")
    async def listing(path: str, request: Request) -> Response:
        return await site.answer(request, lambda asked: lists.listing(asked, _list(path)))

    return router


def _add_file(router: APIRouter, path: str, name: str, kind: str) -> None:
    @router.get(path, name=name)
    async def file() -> Response:
        return FileResponse(Path(__file__).with_name(name), media_type=kind, headers={"Cache-Control": "no-cache"})


def _id(text: str) -> str:
    if not is_uuid(text):
        raise Nowhere
    return text


def _list(path: str) -> List:
    try:
        return List(path)
    except ValueError:
        raise Nowhere from None


class Site:
    """Answers with a page, or with why there is none."""

    def __init__(self, parts: Parts, parties: Parties, settings: ConsoleSettings, door: Door) -> None:
        self._parts, self._parties, self._settings, self._door = parts, parties, settings, door

    async def answer(self, request: Request, build: Build) -> Response:
        """The page for who asks, the door for who is nobody yet, and why there is neither while the database is away."""
        try:
            async with asyncio.timeout(DATABASE_SECONDS), self._parts.engine.connect() as connection:
                visitor = await self._door.visitor(connection, request)
                return await self._seen(visitor, connection, request, build) if visitor else self._door.to_sign_in(request)
        except database.TRANSIENT:
            return sent(document(words.AWAY, said("h1", words.AWAY)), 503, {"Retry-After": "2"})

    async def _seen(self, visitor: Visitor, connection: AsyncConnection, request: Request, build: Build) -> Response:
        """304 when the page cannot have changed since it was asked for last."""
        now, pulse = self._parts.clock.now(), await store.pulse(connection)
        mark = f'"{pulse.mark}-{now:%j%H%M}-{request.cookies[COOKIE][:8]}"'
        if request.headers.get("if-none-match") == mark:
            return Response(status_code=304, headers={"ETag": mark})
        asked = Asked(connection, visitor, self._parties, now, day(now), pulse.newest, office=self._settings.office_url)
        try:
            return self._page(visitor, await build(_asked(asked, request.query_params)), {"ETag": mark})
        except Nowhere:
            return self._page(visitor, shown(NO_SUCH_PAGE, el("p", said("a", BACK, href="/"))), {}, 404)

    def _page(self, visitor: Visitor, page: Shown, headers: dict[str, str], status: int = 200) -> Response:
        whole = document(page.title, page.main, nav=nav(visitor, self._parties))
        return sent(whole, status, headers)


def _asked(asked: Asked, about: Mapping[str, str]) -> Asked:
    """With the part of a list that an address names; raises `Nowhere` where it names none."""
    page, kind = about.get("blad", "1"), about.get("soort")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", page) or (kind is not None and not re.fullmatch(r"[a-z_]{1,40}", kind)):
        raise Nowhere
    return replace(asked, page=int(page), kind=kind)
