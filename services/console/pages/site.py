"""The console's two pages: is help flowing, and one case's way through all services; both renew themselves."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database
from services.console import record, store, words
from services.console.domain.case import Case, Overview, overview
from services.console.domain.timeline import Hop, in_causal_order
from services.console.parties import Parties
from services.console.stems import stem
from services.console.words import Words

LEGAL_TIME = ZoneInfo("Europe/Amsterdam")
RENEW_SECONDS = 1.5
SHORT = 8
AWAY = Words(
    "De database antwoordt nu niet; de pagina komt vanzelf terug.", "The database does not answer now; the page comes back by itself."
)


def mount_on(app: FastAPI, _host: str) -> None:
    """Serve the pages under the application; everything they need comes from this machine."""
    ui.run_with(app, title="Passend", dark=None, language="nl", show_welcome_message=False)


def define_pages(engine: AsyncEngine, parties: Parties) -> None:
    """Define the overview and the page of a case."""

    @ui.page("/")
    async def start() -> None:
        @ui.refreshable
        async def now() -> None:
            try:
                async with engine.connect() as connection:
                    cases = await store.open_cases(connection)
            except database.TRANSIENT:
                _said(AWAY, "text-h6")
                return
            _overview(overview(cases, datetime.now(LEGAL_TIME).date()), parties)

        await _live(now)

    @ui.page("/zaak/{case_id}")
    async def zaak(case_id: str) -> None:
        @ui.refreshable
        async def now() -> None:
            try:
                async with engine.connect() as connection:
                    case = (await store.load(connection, [case_id])).get(case_id)
                    hops = in_causal_order(await record.of_case(connection, case_id))
            except database.TRANSIENT:
                _said(AWAY, "text-h6")
                return
            _case(case_id, case, hops, parties)

        await _live(now)


async def _live(content: ui.refreshable) -> None:  # type: ignore[type-arg]
    """Show the content in the page's frame and renew it by itself."""
    ui.query(".nicegui-content").classes("max-w-5xl mx-auto w-full")
    await content()
    ui.timer(RENEW_SECONDS, content.refresh, immediate=False)


def _said(text: Words, size: str = "text-body1") -> None:
    with ui.column().classes("gap-0"):
        ui.label(text.nl).classes(size)
        ui.label(text.en).classes("text-caption opacity-70").props("lang=en")


def _overview(seen: Overview, parties: Parties) -> None:
    ui.label("Krijgt ieder kind hulp?").classes("text-h4")
    ui.label("Is help flowing?").classes("text-caption opacity-70").props("lang=en")
    _said(words.answer(len(seen.cases), seen.overdue, seen.without_step), "text-h6")
    with ui.row().classes("gap-8"):
        for count, text in (
            (len(seen.cases), Words("open zaken", "open cases")),
            (seen.overdue, Words("te laat", "overdue")),
            (seen.without_step, Words("zonder stap", "without a step")),
        ):
            with ui.column().classes("gap-0"):
                ui.label(str(count)).classes("text-h5")
                _said(text)
    if not seen.cases:
        ui.label("Typ `passend demo` voor een paar verzonnen zaken. (Type `passend demo` for some invented cases.)")
    for case in seen.cases:
        _card(case, seen, parties)


def _card(case: Case, seen: Overview, parties: Parties) -> None:
    with ui.card().classes("w-full").props("flat bordered"):
        with ui.row().classes("items-center justify-between w-full"):
            ui.link(f"Zaak {case.id[:SHORT]}", f"/zaak/{case.id}").classes("text-subtitle1")
            ui.label(parties.school(case.school)).classes("opacity-70")
        for each in case.obligations:
            with ui.row().classes("items-center justify-between w-full"):
                _said(words.obligation(each.kind))
                ui.label(parties.name(each.owner).nl).classes("opacity-70")
                late = each.is_overdue(seen.today)
                day = f"{each.due:%d-%m-%Y}"
                ui.badge(f"te laat (overdue) {day}" if late else day, color="negative" if late else "primary")


def _case(case_id: str, case: Case | None, hops: list[Hop], parties: Parties) -> None:
    ui.link("← alle zaken (all cases)", "/")
    ui.label(f"Zaak {case_id[:SHORT]}").classes("text-h4")
    if not hops:
        _said(Words("Deze zaak kennen wij niet.", "The record holds no such case."), "text-h6")
        return
    if case:
        _card(case, overview([case], datetime.now(LEGAL_TIME).date()), parties)
    with ui.timeline(side="right", color="primary").classes("w-full"):
        for hop in hops:
            said = words.event(stem(hop.type)) if hop.type else words.UNREADABLE
            speaker = parties.speaker(hop)
            at = f"{hop.published_at.astimezone(UTC):%d-%m-%Y %H:%M:%S.%f}"[:-3] + " UTC"
            ui.timeline_entry(f"{said.en} · {hop.topic}", title=said.nl, subtitle=f"{at} · {parties.name(speaker).nl}")
