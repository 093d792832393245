"""The lists: what is on each, in the order of its dates, a page at a time, and what it says when it is empty."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime

from passend_contracts.catalogue import Words

from services.chassis.calendar import LEGAL_TIME
from services.console import store, words
from services.console.domain.case import Case, Obligation
from services.console.domain.standing import Crisis, Letter, Referral, WaitingCase
from services.console.domain.visitor import List
from services.console.pages.frame import Asked, Nowhere, Shown, shown
from services.console.pages.html import Html, both, el, said, together
from services.console.store import PER_PAGE, Page
from services.console.words import LISTED

SHORT = 8
OFFICE = Words("Beslissen doet u op de pagina van Plaatsing", "Decide on the page of Placement")
ALL = Words("Alles", "Everything")
PREVIOUS, NEXT = Words("← Vorige", "Previous"), Words("Volgende →", "Next")
NO_ANSWER = Words("Nog niemand heeft dit opgepakt", "Nobody has taken it up yet")
OPERATE = Words(
    "Vrijgeven of weglaten gaat met `passend parked`; elke handeling vraagt een reden.",
    "Release or drop with `passend parked`; each act asks a reason.",
)
LETTERS = Words(
    "Alles wat een dienst ooit terzijde legde. Wat daarvan nog wacht zegt `passend dlq list`.",
    "All that a service ever set aside. What of it still waits `passend dlq list` says.",
)


async def listing(asked: Asked, what: List) -> Shown:
    """A page of a list."""
    if not asked.visitor.may_list(what):
        raise Nowhere
    page, rows = await _READ.get(what, _cases)(asked, what)
    last = max(1, -(-page.total // PER_PAGE))
    if asked.page > last:
        raise Nowhere
    title, empty = LISTED[what]
    inside = rows if page.rows else said("p", empty, class_="panel")
    return shown(title, await _above(asked, what), inside, _ways(asked, what, page.total, last))


async def _above(asked: Asked, what: List) -> Html | None:
    if what is List.WORK:
        return together((_office(asked), _kinds(asked, await store.work_by_kind(asked.connection))))
    notes = {List.PARKED: OPERATE, List.LETTERS: LETTERS}
    return said("p", notes[what], class_="note") if what in notes else None


def _office(asked: Asked) -> Html | None:
    return el("p", el("a", both(OFFICE), href=asked.office), class_="on") if asked.office else None


def _kinds(asked: Asked, kinds: Mapping[str, int]) -> Html | None:
    """The way to the duties of each kind, and back to all of them."""
    if not kinds:
        return None
    ways = [(None, ALL, sum(kinds.values())), *((kind, words.obligation(kind), count) for kind, count in kinds.items())]
    return el("ul", (_kind(asked, kind, what, count) for kind, what, count in ways), class_="kinds")


def _kind(asked: Asked, kind: str | None, what: Words, count: int) -> Html:
    here, counted = kind == asked.kind, words.joined((what, words.same(str(count))), " ")
    to = f"/{List.WORK}?soort={kind}" if kind else f"/{List.WORK}"
    return el("li", el("a", both(counted), href=to, aria_current="page" if here else None), id=f"k-{kind or 'all'}")


def _ways(asked: Asked, what: List, total: int, last: int) -> Html | None:
    if last == 1:
        return None
    here = Words(f"Bladzijde {asked.page} van {last}, {total} in totaal", f"Page {asked.page} of {last}, {total} in all")
    ways = [(PREVIOUS, asked.page - 1)] if asked.page > 1 else []
    ways += [(NEXT, asked.page + 1)] if asked.page < last else []
    return el(
        "nav", said("span", here), (el("a", both(text), href=f"/{what}?blad={to}{_of_kind(asked)}") for text, to in ways), class_="pages"
    )


def _of_kind(asked: Asked) -> str:
    return f"&soort={asked.kind}" if asked.kind else ""


async def _cases(asked: Asked, what: List) -> tuple[Page, Html]:
    wanted = store.Wanted(what, asked.today, asked.visitor.board, asked.kind)
    page = await store.cases(asked.connection, wanted, asked.page)
    return page, of_cases(asked, what, page.rows)


async def _crises(asked: Asked, _what: List) -> tuple[Page, Html]:
    page = await store.crises(asked.connection, asked.visitor.urn if asked.visitor.board else None, asked.page)
    return page, el("ol", (crisis(asked, each) for each in page.rows), class_="cases")


async def _referrals(asked: Asked, what: List) -> tuple[Page, Html]:
    page = await store.referrals(asked.connection, asked.visitor.party, asked.page, unanswered=what is List.UNANSWERED)
    return page, of_referrals(asked, page.rows)


async def _parked(asked: Asked, _what: List) -> tuple[Page, Html]:
    page = await store.waiting_cases(asked.connection, asked.page)
    return page, of_parked(asked, page.rows)


async def _letters(asked: Asked, _what: List) -> tuple[Page, Html]:
    page = await store.letters(asked.connection, asked.page)
    return page, el("ol", map(_letter, page.rows), class_="cases")


_READ: dict[List, Callable[[Asked, List], Awaitable[tuple[Page, Html]]]] = {
    List.CRISES: _crises,
    List.REFERRALS: _referrals,
    List.UNANSWERED: _referrals,
    List.PARKED: _parked,
    List.LETTERS: _letters,
}


def of_cases(asked: Asked, what: List, cases: Sequence[Case]) -> Html:
    """Cases with what is owed to each child, as far as it belongs on this list."""
    return el("ol", (_case(asked, what, each) for each in cases), class_="cases")


def _case(asked: Asked, what: List, case: Case) -> Html:
    if asked.visitor.operates:
        return el("li", el("h3", el("a", case.id, href=f"/zaak/{case.id}"), class_="id"), id=f"z-{case.id}")
    number = said("span", short(case.id), class_="id")
    heading = el("h3", el("a", both(asked.parties.school(case.school)), href=f"/zaak/{case.id}"), number)
    if what is List.HELPED:
        return el("li", heading, _helped(case), id=f"z-{case.id}")
    owed = duties(asked, case, _belonging(what, asked, case), own=what is List.WORK)
    return el("li", heading, owed, id=f"z-{case.id}")


def _belonging(what: List, asked: Asked, case: Case) -> Iterable[Obligation]:
    match what:
        case List.WORK:
            return [each for each in case.obligations if each.is_of_the_swv and asked.kind in {None, each.kind}]
        case List.OVERDUE:
            return [each for each in case.obligations if each.is_overdue(asked.today)]
        case List.ELSEWHERE:
            return [each for each in case.obligations if each.due == case.third_party_due and each.owner == "third_party"]
        case _:
            return case.obligations


def _helped(case: Case) -> Html | None:
    if case.helped_on is None:
        return None
    began = words.joined((Words("Hulp begonnen op", "Help began on"), words.day(case.helped_on)), " ")
    days = (case.helped_on - case.opened_on).days if case.opened_on else None
    return said("p", began if days is None else words.joined((began, words.after(days)), ", "))


def short(case_id: str) -> Words:
    """What a case is called."""
    return words.same(f"#{case_id[:SHORT]}")


def duties(asked: Asked, case: Case, owed: Iterable[Obligation], *, own: bool = False) -> Html:
    """What is owed to this child, soonest first; where all of it is the reader's own, whose case it is in place of who owes it."""
    listed = [_duty(asked, asked.visitor.seen(each), asked.parties.name(case.board if own else each.owner)) for each in owed]
    nobody = said("p", words.NO_STEP, class_="late") if not case.obligations else None
    return together((nobody, el("ul", listed, class_="duties")))


def _duty(asked: Asked, duty: Obligation, who: Words) -> Html:
    due = words.joined((words.day(duty.due), words.until(duty.due, asked.today)), ", ")
    return el(
        "li",
        said("div", words.obligation(duty.kind), class_="what"),
        said("div", who),
        said("div", due, class_="late" if duty.is_overdue(asked.today) else None),
    )


def crisis(asked: Asked, each: Crisis) -> Html:
    """A crisis on a list, with the ways to its own page and to its case."""
    heading = el("h3", el("a", both(asked.parties.school(each.school)), href=f"/crisis/{each.id}"), of_case(each.case_id))
    return el("li", heading, stands(asked, each), id=f"c-{each.id}")


def of_case(case_id: str | None) -> Html | None:
    """The way from a crisis to its case, where it has one."""
    return el("a", both(short(case_id)), href=f"/zaak/{case_id}", class_="id") if case_id else None


def stands(asked: Asked, crisis: Crisis) -> Html:
    """What kind of crisis it is, how long it waits, and what was done."""
    since = words.joined((Words("sinds", "since"), at(crisis.began_at)), " ")
    waits = words.waited(crisis.waits_since, asked.now) if crisis.waits_since else None
    open_for = Words(f"Wacht {waits.nl}, {since.nl}", f"Waits {waits.en}, {since.en}") if waits else since
    what = [words.situation(crisis.situation)] if crisis.situation else []
    what += [words.urgency(crisis.urgency)] if crisis.urgency else []
    done = [*_done(crisis)]
    taken = done or ([NO_ANSWER] if crisis.is_open else [])
    cells = (
        said("div", words.joined(what, ", "), class_="what") if what else None,
        said("div", open_for, class_="late" if waits else None),
        said("div", *taken),
    )
    return el("ul", el("li", cells), class_="duties")


def _done(crisis: Crisis) -> Iterable[Words]:
    told = (
        (crisis.acknowledged_at, Words("Opgepakt", "Taken up")),
        (crisis.escalated_at, Words("Opgeschaald", "Escalated")),
        (crisis.resolved_at, Words("Opgelost", "Resolved")),
    )
    since = [(moment, text) for moment, text in told if moment and (crisis.again_at is None or moment >= crisis.again_at)]
    return (words.joined((text, at(moment)), " ") for moment, text in since)


def at(moment: datetime) -> Words:
    """A moment as people here write it."""
    local = moment.astimezone(LEGAL_TIME)
    return words.joined((words.day(local), words.same(f"{local:%H:%M}")), " ")


def of_referrals(asked: Asked, referrals: Sequence[Referral]) -> Html:
    """Referrals to this gemeente, each with what its team said."""
    return el("ol", (_referral(asked, each) for each in referrals), class_="cases")


def _referral(asked: Asked, each: Referral) -> Html:
    heading = el(
        "h3", el("a", both(asked.parties.school(each.school)), href=f"/zaak/{each.case_id}"), said("span", short(each.case_id), class_="id")
    )
    return el("li", heading, referral(asked, each), id=f"r-{each.id}")


def referral(asked: Asked, each: Referral) -> Html:
    """Who refers, and what the team said or until when it can."""
    if each.outcome:
        state, late = words.team_answer(each.outcome), False
    else:
        due = words.joined((words.day(each.answer_due), words.until(each.answer_due, asked.today)), ", ")
        state, late = words.joined((Words("Antwoord uiterlijk", "Answer by"), due), " "), each.answer_due < asked.today
    cells = (said("div", words.event("jgt_referred"), class_="what"), said("div", asked.parties.name(each.board)))
    return el("ul", el("li", cells, said("div", state, class_="late" if late else None)), class_="duties")


def of_parked(asked: Asked, waiting: Sequence[WaitingCase]) -> Html:
    """Parked cases: where they wait, since when, and by which fault."""
    return el("ol", (_waiting(asked, each) for each in waiting), class_="cases")


def _waiting(asked: Asked, each: WaitingCase) -> Html:
    due = words.joined((Words("Vrijgeven vóór", "Release before"), at(each.release_due)), " ")
    waits = words.waited(each.parked_at, asked.now)
    cells = (
        el("div", said("span", words.same(f"{each.fault} in {each.place}")), class_="what"),
        said("div", Words(f"{each.service}, wacht {waits.nl}", f"{each.service}, waits {waits.en}")),
        said("div", due, class_="late" if each.release_due < asked.now else None),
    )
    heading = el("h3", el("a", each.case_id, href=f"/zaak/{each.case_id}", class_="id"))
    return el("li", heading, el("ul", el("li", cells), class_="duties"), id=f"p-{each.service}-{each.case_id}")


def _letter(each: Letter) -> Html:
    place = f"{each.topic}/{each.partition}/{each.offset}"
    why = [words.unreadable(reason) for reason in each.reasons] or [words.same("-")]
    cells = (said("div", words.joined(why, "; "), class_="what"), el("div", each.service), said("div", at(each.told_at)))
    return el("li", el("h3", place, class_="id"), el("ul", el("li", cells), class_="duties"), id=f"l-{each.service}-{place}")
