"""The console's two pages: does every child get help, and one case's way through all services; both renew themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from nicegui import Client, app as pages, html, ui
from nicegui.page import page
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import database
from services.console import record, store, translation, words
from services.console.domain.case import overview
from services.console.domain.timeline import in_causal_order
from services.console.pages import cases
from services.console.pages.elements import Part, said
from services.console.pages.timeline import Timeline
from services.console.parties import Parties
from services.console.words import Words

RENEW_SECONDS = 1.0
DATABASE_SECONDS = 2.0
STYLE = Path(__file__).with_name("site.css")
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b57a4"/>'
    '<path d="M6 13V4h3a2.5 2.5 0 0 1 0 5H6" fill="none" stroke="#fff" stroke-width="2"/></svg>'
)
BACK = Words("← Alle zaken", "All cases")


def mount_on(app: FastAPI) -> None:
    """Serve the pages under the application; everything they need comes from this machine."""
    ui.add_head_html(f"<style>{STYLE.read_text(encoding='utf-8')}</style>", shared=True)
    ui.run_with(app, title="Passend", favicon=ICON, dark=None, language="nl", tailwind=False, show_welcome_message=False)


def define_pages(engine: AsyncEngine, parties: Parties) -> None:
    """Define the overview, the page of a case, and what stands in place of any other page."""

    @ui.page("/", title="Krijgt ieder kind hulp? | Passend")
    async def start() -> None:
        notice = _frame(parties)
        said(html.h1(), Words("Krijgt ieder kind hulp?", "Does every child get help?"))
        answer = Part(html.section(role="status").classes("panel"), cases.answer)
        last, listed = Part(html.div(), cases.last_message), cases.Listed(parties)

        async def renew(connection: AsyncConnection) -> None:
            seen = overview(await store.open_cases(connection), translation.today())
            answer.show(seen.counts)
            last.show(await record.newest(connection))
            listed.show(seen)

        await _live(engine, notice, renew)

    @ui.page("/zaak/{case_id}")
    async def zaak(case_id: str) -> None:
        ui.page_title(f"{cases.title(case_id).nl} | Passend")
        notice = _frame(parties, BACK)
        said(html.h1(), cases.title(case_id))
        html.p(case_id).classes("note")
        state, told = Part(html.section(role="status"), cases.state), Timeline(parties)

        async def renew(connection: AsyncConnection) -> None:
            hops = in_causal_order(await record.of_case(connection, case_id))
            case = (await store.load(connection, [case_id])).get(case_id)
            state.show(case, translation.today(), parties)
            told.show(hops)

        await _live(engine, notice, renew)

    @pages.exception_handler(404)
    async def nothing_here(request: Request, _fault: Exception) -> Response:
        with Client(page(""), request=request) as client:
            _frame(parties, BACK)
            said(html.h1(), Words("Deze pagina is er niet", "There is no such page"))
        return client.build_response(request, 404)


def _frame(parties: Parties, *back: Words) -> Part:
    """The head of a page: whose it is, the way back to the overview, and room for what is wrong."""
    with html.nav().classes("note"):
        for text in back:
            said(html.a(href="/"), text)
        html.span(f"Passend · {parties.region}")
    return Part(html.div(role="alert"), _away)


def _away(away: bool) -> None:  # noqa: FBT001 -- shown or not
    if away:
        said(html.p().classes("late"), words.AWAY)


async def _live(engine: AsyncEngine, notice: Part, renew: Callable[[AsyncConnection], Awaitable[None]]) -> None:
    """Show now what `renew` reads, and again and again; while the database is away the page says so and keeps what it has."""

    async def tick() -> None:
        try:
            async with asyncio.timeout(DATABASE_SECONDS), engine.connect() as connection:
                await renew(connection)
        except database.TRANSIENT:
            notice.show(True)
        else:
            notice.show(False)

    await tick()
    ui.timer(RENEW_SECONDS, tick, immediate=False)
