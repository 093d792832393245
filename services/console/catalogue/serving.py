"""Serves the catalogue: open to anybody, since it holds no data; built when somebody first asks, so that nobody else pays for it."""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from passend_contracts.catalogue import Words

from services.console.catalogue.frame import SERVED
from services.console.catalogue.site import INDEX, files
from services.console.pages.frame import CATALOGUE, ONLY_OURS, document, sent
from services.console.pages.html import el, said, together

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "json": "application/json"}
SCHEMA = "application/schema+json"
CACHING = "public, max-age=300"
"""A few minutes: a new version of the platform brings a new catalogue."""
NOT_HERE = Words("Deze pagina is er niet", "There is no such page")
ALL_EVENTS = Words("← Naar alle gebeurtenissen", "To all events")


@dataclass(frozen=True, slots=True)
class File:
    """Something that is served, with the mark by which a browser asks whether it changed."""

    body: bytes
    kind: str
    mark: str


def routes() -> APIRouter:
    """Everything below `/contracten/`, and the schemas where their `$id` says."""
    router = APIRouter(include_in_schema=False)

    @router.get(CATALOGUE.removesuffix("/"))
    async def to_root() -> Response:
        return RedirectResponse(CATALOGUE, 308)

    @router.get(f"{CATALOGUE}{{path:path}}")
    async def file(path: str, request: Request) -> Response:
        return await _answer(path or INDEX, request)

    @router.get("/schemas/{path:path}")
    async def schema(path: str, request: Request) -> Response:
        return await _answer(f"schemas/{path}", request)

    return router


async def _answer(path: str, request: Request) -> Response:
    found = (await asyncio.to_thread(_files)).get(path)
    if found is None:
        way = el("p", said("a", ALL_EVENTS, href=CATALOGUE))
        return sent(document(NOT_HERE, together((said("h1", NOT_HERE), way)), live=False), 404)
    headers = {"ETag": found.mark, "Cache-Control": CACHING, "Content-Security-Policy": ONLY_OURS}
    if request.headers.get("if-none-match") == found.mark:
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type=found.kind)


@cache
def _files() -> dict[str, File]:
    return {name: _file(name, text.encode()) for name, text in files(SERVED).items()}


def _file(name: str, body: bytes) -> File:
    return File(body, _kind(name), f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def _kind(name: str) -> str:
    if name.startswith("schemas/"):
        return SCHEMA
    ending = re.search(r"\.([a-z]+)$", name)
    return KINDS.get(ending[1], "text/html") if ending else "text/html"
