"""One case or crisis: how it stands, its way through all services as a graph, and what has happened, line by line."""

from collections.abc import Sequence

from passend_contracts.catalogue import Words

from services.console import record, store, translation, words
from services.console.domain.case import Case
from services.console.domain.standing import Crisis, Referral
from services.console.domain.timeline import Hop, in_causal_order
from services.console.domain.visitor import Role
from services.console.pages import graph, lists, timeline
from services.console.pages.frame import Asked, Nowhere, Shown, shown
from services.console.pages.html import Html, el, said, together

OPENED = Words("Geopend op", "Opened on")
TURN = Words("Wie is aan zet?", "Who has the next step?")
CRISIS = Words("Crisis op school", "Crisis at school")
TECHNICAL = Words("Voor beheer: nummers, toestanden en tijden, geen inhoud.", "For operators: ids, states and times, no content.")


async def of_case(asked: Asked, case_id: str) -> Shown:
    """The page of a case; raises `Nowhere` where there is none for this visitor."""
    case = (await store.load(asked.connection, [case_id])).get(case_id)
    referrals = await store.referrals_of(asked.connection, case_id)
    if not asked.visitor.may_open(case, referrals):
        raise Nowhere
    crises = [each for each in await store.crises_of(asked.connection, case_id) if asked.visitor.may_open_crisis(each.board_urn)]
    state = together((_state(asked, case, referrals.get(asked.visitor.party, [])), _crises(asked, crises)))
    hops = await _hops(asked, case_id)
    if not asked.visitor.operates:
        hops = _of_case(asked, hops)
    return _page(asked, Words(f"Zaak {case_id[:8]}", f"Case {case_id[:8]}"), case_id, state, hops)


async def of_crisis(asked: Asked, crisis_id: str) -> Shown:
    """The page of a crisis; raises `Nowhere` where there is none for this visitor."""
    crisis = await store.crisis(asked.connection, crisis_id)
    if crisis is None or not asked.visitor.may_open_crisis(crisis.board_urn):
        raise Nowhere
    if asked.visitor.operates:
        state = said("p", TECHNICAL, class_="note")
    else:
        school = said("p", asked.parties.school(crisis.school))
        state = together((school, lists.of_case(crisis.case_id), el("div", lists.stands(asked, crisis), class_="panel")))
    hops = await _hops(asked, crisis_id)
    if not asked.visitor.operates:
        hops = [hop for hop in hops if hop.is_of_a_crisis and asked.visitor.may_read_of_crisis(hop.topic, asked.parties.speaker(hop))]
    return _page(asked, Words(f"Crisis {crisis_id[:8]}", f"Crisis {crisis_id[:8]}"), crisis_id, state, hops)


async def _hops(asked: Asked, subject: str) -> list[Hop]:
    """All that stands under this id, of a case and of a crisis: an operator reads it whole, as ids, states and times."""
    return in_causal_order(await record.of_case(asked.connection, subject))


def _of_case(asked: Asked, hops: Sequence[Hop]) -> list[Hop]:
    """What of the case this visitor may read; a crisis under the same id, which may be another board's, has a page of its own."""
    told = [hop for hop in hops if not hop.is_of_a_crisis]
    feedback = translation.lets_school_hear(told, asked.visitor.party)
    return [
        hop for hop in told if asked.visitor.may_read(hop.topic, translation.stem_of(hop), asked.parties.speaker(hop), feedback=feedback)
    ]


def _page(asked: Asked, title: Words, subject: str, state: Html, hops: Sequence[Hop]) -> Shown:
    if not hops and asked.visitor.operates:
        raise Nowhere
    head = el("p", subject, class_="note")
    return shown(
        title, head, el("section", state, role="status"), graph.drawn(hops, asked.parties, asked.visitor), timeline.told(asked, hops)
    )


def _state(asked: Asked, case: Case | None, referrals: Sequence[Referral]) -> Html:
    if asked.visitor.role is Role.GEMEENTE:
        return together(el("div", lists.referral(asked, each), class_="panel") for each in referrals)
    if asked.visitor.operates or case is None:
        return said("p", TECHNICAL, class_="note")
    whose = said("p", words.joined((asked.parties.school(case.school), asked.parties.name(case.board)), " · "))
    opened = said("p", words.joined((OPENED, words.day(case.opened_on)), " ")) if case.opened_on else None
    return together((whose, opened, _turn(asked, case)))


def _crises(asked: Asked, crises: Sequence[Crisis]) -> Html | None:
    if not crises or asked.visitor.operates:
        return None
    return together((said("h2", CRISIS), el("ol", (lists.crisis(asked, each) for each in crises), class_="cases")))


def _turn(asked: Asked, case: Case) -> Html:
    if case.outcome:
        closed = words.joined((Words("Afgesloten", "Closed"), words.outcome(case.outcome)), ": ")
        return said("p", closed, class_="answer")
    return together((said("h2", TURN), el("div", lists.duties(asked, case, case.obligations), class_="panel")))
