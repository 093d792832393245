"""How cases look: the answer to the question, and per case who owes the child what by when."""

from datetime import date, datetime

from nicegui import html

from services.console import translation, words
from services.console.domain.case import Case, Counts, Obligation, Overview
from services.console.pages.elements import Lines, Part, said
from services.console.parties import Parties
from services.console.words import Words

SHORT = 8
MOST = 200
"""How many cases the overview lists: those that are due first."""
OPENED = Words("Geopend op", "Opened on")
TURN = Words("Wie is aan zet?", "Who has the next step?")
FIGURES = (
    Words("open zaken", "open cases"),
    Words("met hulp", "with help"),
    Words("te laat", "overdue"),
    Words("zonder stap", "without a step"),
)


def answer(counts: Counts) -> None:
    """Whether every child gets help, as a sentence and in numbers."""
    short, meaning = words.answer(*counts)
    said(html.p().classes("answer late" if counts.overdue or counts.without_step else "answer"), short)
    said(html.p(), meaning)
    with html.dl().classes("figures"):
        for count, name in zip(counts, FIGURES, strict=True):
            with html.div():
                said(html.dt(), name)
                html.dd(str(count))


def last_message(at: datetime | None) -> None:
    """Until when the page has heard of anything."""
    if at:
        local = at.astimezone(translation.LEGAL_TIME)
        last = words.joined((Words("Laatste bericht:", "Last message:"), words.day(local), words.same(f"{local:%H:%M:%S}")), " ")
        said(html.p().classes("note"), last)


class Listed:
    """All open cases with their obligations, most urgent first."""

    def __init__(self, parties: Parties) -> None:
        self._parties = parties
        self._heading = Part(html.div(), _heading)
        self._cases = Lines(html.ol().classes("cases"), _case)
        self._more = Part(html.div(), _more)

    def show(self, seen: Overview) -> None:
        """Show these."""
        self._heading.show(bool(seen.cases))
        self._cases.show({case.id: (case, seen.today, self._parties) for case in seen.cases[:MOST]})
        self._more.show(len(seen.cases) - MOST)


def _heading(any_open: bool) -> None:  # noqa: FBT001 -- one or the other
    if any_open:
        said(html.h2(), TURN)
    else:
        said(html.p(), Words("Typ `passend demo` voor een paar verzonnen zaken.", "Type `passend demo` for a few invented cases."))


def _case(case: Case, today: date, parties: Parties) -> None:
    with html.h3():
        html.a(parties.school(case.school).nl, href=f"/zaak/{case.id}")
        html.span(f"zaak {case.id[:SHORT]}").classes("id")
    duties(case, today, parties)


def _more(count: int) -> None:
    if count > 0:
        said(html.p(), Words(f"En nog {count} open zaken, met meer tijd.", f"And {count} more open cases, with more time."))


def title(case_id: str) -> Words:
    """What a case is called."""
    return Words(f"Zaak {case_id[:SHORT]}", f"Case {case_id[:SHORT]}")


def state(case: Case | None, today: date, parties: Parties) -> None:
    """Whose case it is and who has the next step, or how it ended."""
    if case is None:
        said(html.p(), Words("Deze zaak kennen wij niet.", "The record holds no such case."))
        return
    said(html.p(), words.joined((parties.school(case.school), parties.name(case.board)), " · "))
    if case.opened_on:
        said(html.p(), words.joined((OPENED, words.day(case.opened_on)), " "))
    if case.outcome:
        closed = words.joined((Words("Afgesloten", "Closed"), words.outcome(case.outcome)), ": ")
        said(html.p().classes("answer"), closed)
        return
    said(html.h2(), TURN)
    with html.div().classes("panel"):
        duties(case, today, parties)


def duties(case: Case, today: date, parties: Parties) -> None:
    """What is owed to this child, soonest first."""
    if not case.obligations:
        said(html.p().classes("late"), words.NO_STEP)
    with html.ul().classes("duties"):
        for each in case.obligations:
            _duty(each, today, parties)


def _duty(duty: Obligation, today: date, parties: Parties) -> None:
    with html.li():
        said(html.div().classes("what"), words.obligation(duty.kind))
        said(html.div(), parties.name(duty.owner))
        due = words.joined((words.day(duty.due), words.until(duty.due, today)), ", ")
        said(html.div().classes("late" if duty.is_overdue(today) else ""), due)
