"""The first page: does help get through, in a few plain figures that each lead to their list, and what is due first."""

from dataclasses import dataclass

from passend_contracts.catalogue import Words

from services.chassis.calendar import LEGAL_TIME
from services.console import store, words
from services.console.domain.standing import Figures
from services.console.domain.visitor import List, Role
from services.console.pages import lists
from services.console.pages.frame import Asked, Shown, shown
from services.console.pages.html import Html, both, el, said, together
from services.console.words import LISTED

NO_NUMBER = "-"
MOST = 8
"""How many cases stand on the first page."""
QUESTION = Words("Komt de hulp door?", "Does help get through?")
FIRST = Words("Wie is het eerst aan zet?", "Who has the first step?")
DAYS = Words("dagen tot de eerste hulp, in het midden", "days to the first help, median")
PARKED = Words("Er wacht iets op een beheerder.", "Something waits for an operator.")
NOTHING_PARKED = Words("Er wacht niets op een beheerder.", "Nothing waits for an operator.")
UNANSWERED = Words("verwijzingen wachten op uw antwoord", "referrals wait for your answer")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts, and the list that it leads to; `bad`: it should be none."""

    count: int | str
    name: Words
    leads_to: List
    note: Words | None = None
    bad: bool = False


async def overview(asked: Asked) -> Shown:
    """The page as this visitor may see it."""
    match asked.visitor.role:
        case Role.OPERATOR:
            return await _of_operator(asked)
        case Role.GEMEENTE:
            return await _of_gemeente(asked)
        case _:
            return await _of_cases(asked)


async def _of_cases(asked: Asked) -> Shown:
    urn = asked.visitor.urn if asked.visitor.board else None
    seen = await store.figures(asked.connection, asked.today, asked.visitor.board, urn)
    first = await store.cases(asked.connection, store.Wanted(List.CASES, asked.today, asked.visitor.board), size=MOST)
    crisis_waits = seen.longest_crisis is not None
    short, meaning = words.answer(seen.cases, seen.helped, seen.overdue, seen.without_step, crisis_waits=crisis_waits)
    late = seen.overdue or seen.without_step or crisis_waits
    answer = el("section", said("p", short, class_="answer late" if late else "answer"), said("p", meaning), class_="panel", role="status")
    listed = el("section", said("h2", FIRST), lists.of_cases(asked, List.CASES, first.rows)) if first.rows else _nothing_yet()
    return shown(QUESTION, answer, _figures([*_about_cases(seen, asked), *await _of_office(asked)]), _last(asked), listed)


async def _of_office(asked: Asked) -> list[Figure]:
    if asked.visitor.role is not Role.SWV:
        return []
    work = await store.cases(asked.connection, store.Wanted(List.WORK, asked.today), size=1)
    return [Figure(work.total, Words("zaken op onze werklijst", "cases on our work list"), List.WORK)]


def _about_cases(seen: Figures, asked: Asked) -> list[Figure]:
    longest = words.waited(seen.longest_crisis, asked.now) if seen.longest_crisis else None
    waits = Words(f"de langste wacht {longest.nl}", f"the longest waits {longest.en}") if longest else None
    days = NO_NUMBER if seen.days_to_help is None else words.number(seen.days_to_help)
    return [
        Figure(seen.crises, Words("open crises", "open crises"), List.CRISES, waits, bad=True),
        Figure(seen.overdue, Words("te laat", "overdue"), List.OVERDUE, bad=True),
        Figure(seen.without_step, Words("zonder volgende stap", "without a next step"), List.WITHOUT_STEP, bad=True),
        Figure(seen.this_week, Words("stappen deze week", "next steps due this week"), List.THIS_WEEK),
        Figure(seen.elsewhere, Words("wachten op antwoord van een ander", "wait for another's answer"), List.ELSEWHERE),
        Figure(seen.cases, Words("open zaken", "open cases"), List.CASES),
        Figure(days, DAYS, List.HELPED),
    ]


async def _of_operator(asked: Asked) -> Shown:
    parked, letters = await store.waiting_cases(asked.connection, 1), await store.letters(asked.connection, 1)
    without = await store.cases(asked.connection, store.Wanted(List.WITHOUT_STEP, asked.today), size=1)
    waits = parked.total or without.total
    short = PARKED if waits else NOTHING_PARKED
    answer = el("section", said("p", short, class_="answer late" if waits else "answer"), class_="panel", role="status")
    figures = [
        Figure(parked.total, Words("geparkeerde zaken", "parked cases"), List.PARKED, bad=True),
        Figure(letters.total, Words("dode brieven", "dead letters"), List.LETTERS),
        Figure(without.total, Words("zaken zonder volgende stap", "cases without a next step"), List.WITHOUT_STEP, bad=True),
    ]
    listed = lists.of_parked(asked, parked.rows[:MOST]) if parked.rows else None
    return shown(Words("Loopt alles?", "Does everything run?"), answer, _figures(figures), _last(asked), listed)


async def _of_gemeente(asked: Asked) -> Shown:
    waiting = await store.referrals(asked.connection, asked.visitor.party, 1, unanswered=True)
    every = await store.referrals(asked.connection, asked.visitor.party, 1, unanswered=False)
    figures = [
        Figure(waiting.total, UNANSWERED, List.UNANSWERED),
        Figure(every.total, Words("verwijzingen in totaal", "referrals in all"), List.REFERRALS),
    ]
    first = waiting.rows[:MOST]
    listed = lists.of_referrals(asked, first) if first else said("p", LISTED[List.UNANSWERED].empty, class_="panel")
    return shown(Words("Wie wacht op ons?", "Who waits for us?"), _figures(figures), _last(asked), listed)


def _figures(figures: list[Figure]) -> Html:
    return el("ul", map(_figure, figures), class_="figures")


def _figure(each: Figure) -> Html:
    late = each.bad and each.count not in {0, NO_NUMBER}
    inside = together((el("strong", str(each.count)), both(each.name, *([each.note] if each.note else []))))
    return el("li", el("a", inside, href=f"/{each.leads_to}"), id=each.leads_to, class_="bad" if late else None)


def _last(asked: Asked) -> Html | None:
    """Until when the page has heard of anything."""
    if asked.newest is None:
        return None
    local = asked.newest.astimezone(LEGAL_TIME)
    last = words.joined((Words("Laatste bericht:", "Last message:"), words.day(local), words.same(f"{local:%H:%M:%S}")), " ")
    return said("p", last, class_="note", id="laatste")


def _nothing_yet() -> Html:
    return said("p", Words("Typ `passend demo` voor een paar verzonnen zaken.", "Type `passend demo` for a few invented cases."))
