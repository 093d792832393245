"""The proof names exactly what does not hold: what was lost, doubled, without consent, or due and not acted on."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from passend_contracts.catalogue import of
from passend_contracts.enclosures import recorded
from passend_contracts.envelope import Envelope
from passend_contracts.events import (
    CaseClosed,
    CaseEscalated,
    CaseOpened,
    CaseParked,
    CaseReopened,
    CaseStalled,
    CrisisAcknowledged,
    CrisisEscalated,
    CrisisResolved,
    JGTReferralAccepted,
    JGTReferralOverdue,
    NextStepSet,
    NotificationDelivered,
)
from passend_contracts.events.next_step_set.v1 import Obligation
from passend_contracts.vocabulary import EventData

from services.chassis.calendar import day, end_of
from services.chassis.region import load
from services.console.domain.timeline import Hop
from services.console.parties import Parties
from services.console.proof.evidence import CaseRecord, Rule
from services.console.proof.verdict import violations
from tests.builders.events import (
    BOARD,
    GEMEENTE_SYSTEM,
    OTHER_SCHOOL_SYSTEM,
    SCHOOL_SYSTEM,
    a_consent_given,
    a_consent_withdrawn,
    a_crisis_raised,
    a_crisis_updated,
    a_handover_announced,
    a_handover_received,
    a_parents_consulted,
    a_referral,
    a_reopen_requested,
    a_support_requested,
    an_acceptance,
    an_evaluation,
)
from tests.builders.keys import STORY, enclosing, sealed
from tests.component.conftest import Tokens
from tests.component.console.conftest import Rows
from tests.component.console.told import CRISES, GUARD, GUARDIAN, NOTIFY, PEOPLE, SCHOOL, STATUS, TEAM, because_of
from tests.component.issuer import Issuer
from tests.component.terminal import passend_against
from tests.pairs.topics import REGION
from tests.running import RunningService, an_event

SPEAKER = Parties(load(REGION)).speaker
MONDAY = datetime(2026, 10, 5, 9, tzinfo=UTC)
CASE = "9d1f5f0e-5d47-4a9b-8e60-1c7d9a2f4b03"
Records = list[tuple[str, Envelope]]


def at(days: float, event: Envelope, cause: Envelope | None = None) -> Envelope:
    caused = replace(event, causationid=because_of(cause)["causationid"]) if cause else event
    return replace(caused, time=MONDAY + timedelta(days=days))


def guardian(days: float, data: EventData, cause: Envelope) -> tuple[str, Envelope]:
    return GUARD, at(days, an_event(data, source=GUARDIAN, subject=CASE, producer="intake"), cause)


def step(days: float, kind: str, owner: str, due: int, cause: Envelope, *others: Obligation) -> tuple[str, Envelope]:
    duty = a_duty(kind, owner, due)
    return guardian(days, NextStepSet(next_step=duty, obligations=[duty, *others]), cause)


def a_duty(kind: str, owner: str, due: int) -> Obligation:
    return Obligation(kind=kind, owner=owner, due=day(MONDAY) + timedelta(days=due), ground="As the guardian says")


def a_story() -> Records:
    """A case in which the team answers late, and everybody does what is promised."""
    request = at(0, a_support_requested(CASE, producer="intake"))
    consulted = at(1, a_parents_consulted(CASE, producer="intake"))
    consent = at(2, a_consent_given(CASE, producer="intake"))
    referred = at(2, a_referral(CASE), consent)
    referred = replace(referred, data={**referred.data, "consent": consent.id, "answerDue": str(day(MONDAY) + timedelta(days=9))})
    answer_due = day(MONDAY) + timedelta(days=9)
    late = (end_of(answer_due) - MONDAY).total_seconds() / 86_400
    overdue = JGTReferralOverdue(referral=referred.id, answer_due=answer_due, noticed_on=answer_due + timedelta(days=1))
    escalated = CaseEscalated(
        obligation="third_party_step",
        owner="third_party",
        due=answer_due,
        step=1,
        climbed_to="education_specialist",
        next_step_on=answer_due + timedelta(days=8),
    )
    opened = CaseOpened(school="90AA00", home_municipality="gm0546", age_band="6-7", opened_on=day(MONDAY))
    accepted = at(12, an_acceptance(referred, source=GEMEENTE_SYSTEM, producer="jgt_bridge"))
    return [
        (SCHOOL, request),
        guardian(0, opened, request),
        step(0, "consult_parents", "bg41234", 14, request),
        (SCHOOL, consulted),
        step(1, "obtain_consent", "bg41234", 15, consulted),
        (SCHOOL, consent),
        step(2, "refer", "jgt_bridge", 3, consent),
        (STATUS, referred),
        (TEAM, referred),
        step(2.01, "third_party_step", "third_party", 9, referred),
        (STATUS, at(late, an_event(overdue, source=GUARDIAN, subject=CASE, producer="jgt_bridge"))),
        guardian(late, escalated, an_event(overdue, source=GUARDIAN, subject=CASE)),
        (STATUS, accepted),
        step(12, "evaluate_support", "bg41234", 54, accepted),
    ]


def proven(
    records: Records, *, days: float = 14, settled: float | None = None, numbered: bool = True
) -> list[tuple[Rule, tuple[str, ...]]]:
    """What the proof finds so many days after the beginning; what was recorded by `settled` has been followed by all its consequences."""
    now = MONDAY + timedelta(days=days)
    by_then = now if settled is None else MONDAY + timedelta(days=settled)
    hops = [_hop(n, topic, event) for n, (topic, event) in enumerate(_numbered(records) if numbered else records)]
    return [(found.rule, found.events) for found in violations(CaseRecord(CASE, hops, now, by_then, SPEAKER))]


def _numbered(records: Records) -> Records:
    counts = Counter[tuple[str, str | None]]()
    numbered = []
    for topic, event in records:
        counts[topic, event.producer] += 1
        numbered.append((topic, replace(event, sequence=f"{counts[topic, event.producer]:012d}")))
    return numbered


def _hop(n: int, topic: str, event: Envelope) -> Hop:
    return Hop(
        topic=topic,
        partition=0,
        offset=n,
        published_at=event.time,
        recorded_at=event.time,
        source=event.source,
        id=event.id,
        type=event.type,
        time=event.time,
        sequence=event.sequence,
        producer=event.producer,
        cause=event.causationid,
        data=event.data,
    )


def without(records: Records, kind: type[EventData], nth: int = 0) -> Records:
    """The records without the nth event of a kind."""
    wire = of(kind).type
    found = [place for place, (_, event) in enumerate(records) if event.type == wire]
    return [record for place, record in enumerate(records) if place != found[nth]]


def test_a_case_in_which_all_is_done_has_no_violation() -> None:
    story = a_story()
    assert proven(story) == []
    assert all(proven(story[:length], days=2.02) == [] for length in range(10, len(story))), "nor half-way, as long as no date has passed"


def test_what_the_console_has_not_read_yet_is_nobodys_fault() -> None:
    story = a_story()
    read_first = [*story[:5], *story[7:10]]  # the referral from the topics it stands on; the consent on another one comes a moment later
    assert proven(read_first, days=2.02, settled=1.99) == []
    assert (Rule.CONSENT, (story[7][1].id, story[5][1].id)) in proven(read_first, days=2.02)


def test_a_party_may_give_several_facts_one_cause() -> None:
    story = a_story()
    topic, consent = story[5]
    twice = [(topic, replace(consent, id=each, causationid=because_of(story[0][1])["causationid"])) for each in (str(uuid4()), consent.id)]
    assert proven([*story[:5], *twice, *story[6:]]) == []


def as_recorded(event: Envelope) -> Envelope:
    whole = enclosing(event, sealed(STORY, CASE))
    return replace(whole, data=recorded(whole.data))


def test_what_is_sealed_hides_nothing_from_the_proof() -> None:
    story = a_story()
    (request, consulted), consent = (as_recorded(story[place][1]) for place in (0, 3)), story[5][1]
    agreed_first = [(SCHOOL, request), *story[1:3], (SCHOOL, consent), (SCHOOL, consulted), *story[4:5], *story[6:]]
    because_they_spoke = [
        (topic, as_recorded(at(2, event, consulted)) if topic == TEAM else at(2, event, consulted) if event.id == story[7][1].id else event)
        for topic, event in agreed_first
    ]
    assert proven(because_they_spoke) == []


def the_ids(records: Records, *places: int) -> tuple[str, ...]:
    return tuple(records[place][1].id for place in places)


Damage = Callable[[Records], tuple[Records, list[tuple[Rule, tuple[str, ...]]]]]


def a_lost_event(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    left = [record for place, record in enumerate(_numbered(story)) if place != 4]
    return left, [(Rule.NOTHING_LOST, the_ids(story, 6, 2))]


def a_date_nobody_acted_on(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    return _numbered(without(story, CaseEscalated)), [(Rule.DATE_ACTED_ON, the_ids(story, 9))]


def a_climb_that_stopped(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    left = without(without(story, JGTReferralAccepted), NextStepSet, -1)
    return _numbered([*left]), [(Rule.DATE_ACTED_ON, the_ids(story, 11))]


def an_answer_nobody_missed(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    return _numbered(without(story, JGTReferralOverdue)), [(Rule.DATE_ACTED_ON, the_ids(story, 7))]


def a_doubled_effect(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    topic, event = story[6]
    again = replace(event, id=str(uuid4()))
    return _numbered([*story[:7], (topic, again), *story[7:]]), [(Rule.NOTHING_DOUBLED, (again.id, event.id))]


def a_number_told_twice(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    numbered = _numbered(story)
    topic, event = numbered[13]
    other = replace(event, id=str(uuid4()), causationid=None)
    return [*numbered, (topic, other)], [(Rule.NOTHING_DOUBLED, (other.id, event.id))]


def a_referral_without_consent(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    topic, consent = story[5]
    other = replace(consent, data={**consent.data, "purposes": ["feedback_to_school"]})
    return _numbered([*story[:5], (topic, other), *story[6:]]), [(Rule.CONSENT, the_ids(story, 7, 5))]


def a_referral_that_outlives_its_consent(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    left = without(without(story, JGTReferralAccepted), NextStepSet, -1)
    withdrawn = at(3, a_consent_withdrawn(CASE, producer="intake"))
    return _numbered([*left, (SCHOOL, withdrawn)]), [(Rule.CONSENT, the_ids(story, 7, 5))]


def a_request_that_opened_nothing(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    return _numbered(without(story, CaseOpened)), [(Rule.ONE_OUTCOME, the_ids(story, 0))]


def a_case_without_a_next_step(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    return _numbered(without(story, NextStepSet)), [(Rule.NEXT_STEP, the_ids(story, 1))]


def a_case_that_stayed_parked(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    data = CaseParked(event=story[3][1].id, fault="KeyError", place="use_cases.py:20", release_due=MONDAY + timedelta(days=1, hours=1))
    parked = at(1, an_event(data, source=GUARDIAN, subject=CASE, producer="jgt_bridge"), story[3][1])
    return _numbered([*story, ("dlq.jgt_bridge.v1", parked)]), [(Rule.RELEASED, (parked.id, story[3][1].id))]


def a_case_closed_without_a_reason(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    closed = guardian(13, CaseClosed(outcome="supported", closed_on=day(MONDAY)), story[3][1])
    return _numbered([*story, closed]), [(Rule.ENDED_WELL, (closed[1].id, f"{story[3][1].source}#{story[3][1].id}"))]


def a_case_reopened_without_a_next_step(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    evaluated = at(13, an_evaluation(CASE, "goal_met", producer="intake"))
    asked = at(13.1, a_reopen_requested(CASE, producer="intake"))
    closed = guardian(13, CaseClosed(outcome="supported", closed_on=day(MONDAY)), evaluated)
    reopened = guardian(13.1, CaseReopened(asked_by="parent", reopened_on=day(MONDAY)), asked)
    told = [*story, (SCHOOL, evaluated), closed, (SCHOOL, asked), reopened]
    return _numbered(told), [(Rule.NEXT_STEP, (reopened[1].id,))]


def climbed_to_the_top(story: Records) -> Records:
    """The team never answers, and everybody on the ladder has heard."""
    left = without(without(story, JGTReferralAccepted), NextStepSet, -1)
    first = left[11][1]
    climbs = []
    for climb in (2, 3):
        data = {**first.data, "step": climb, "nextStepOn": str(day(MONDAY) + timedelta(days=10 + 7 * climb))}
        if climb == 3:
            data.pop("nextStepOn")
        told = replace(first, id=str(uuid4()), data=data, causationid=None, time=first.time + timedelta(days=7 * (climb - 1)))
        climbs.append((GUARD, told))
    return [*left, *climbs]


def a_stall_in_silence(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    told = climbed_to_the_top(story)
    return _numbered(told), [(Rule.DATE_ACTED_ON, (told[-1][1].id,))]


def a_stall_that_was_said_only_once(story: Records) -> tuple[Records, list[tuple[Rule, tuple[str, ...]]]]:
    told, due = climbed_to_the_top(story), day(MONDAY) + timedelta(days=9)
    again = due + timedelta(days=50)
    said = CaseStalled(obligation="third_party_step", owner="third_party", due=due, times=1, again_on=again)
    stalled = guardian(31, said, told[-1][1])
    return _numbered([*told, stalled]), [(Rule.DATE_ACTED_ON, (stalled[1].id,))]


@pytest.mark.parametrize(
    ("damage", "days"),
    [
        (a_lost_event, 14),
        (a_date_nobody_acted_on, 14),
        (a_climb_that_stopped, 18),
        (an_answer_nobody_missed, 14),
        (a_doubled_effect, 14),
        (a_number_told_twice, 14),
        (a_referral_without_consent, 14),
        (a_referral_that_outlives_its_consent, 12.5),
        (a_request_that_opened_nothing, 14),
        (a_case_without_a_next_step, 14),
        (a_case_that_stayed_parked, 14),
        (a_case_closed_without_a_reason, 14),
        (a_case_reopened_without_a_next_step, 14),
        (a_stall_in_silence, 33),
        (a_stall_that_was_said_only_once, 62),
    ],
)
def test_the_proof_names_exactly_what_was_damaged(damage: Damage, days: float) -> None:
    damaged, expected = damage(a_story())
    assert proven(damaged, days=days, numbered=False) == expected


def evaluated(present: str, *owed: Obligation) -> Records:
    """The story up to an evaluation that met the goal, while this was owed as well, and the case closed by it."""
    story = a_story()[:-1]
    told = at(13, an_evaluation(CASE, "goal_met", present=present, producer="intake"))
    told = replace(told, data={**told.data, "evaluatedOn": str(day(MONDAY) + timedelta(days=13))})
    closed = guardian(13, CaseClosed(outcome="supported", closed_on=day(MONDAY)), told)
    return [*story, step(12, "evaluate_support", BOARD, 54, story[-1][1], *owed), (SCHOOL, told), closed]


def handed_over(*told: Envelope, by_age: bool = False) -> Records:
    """The story, then what boards tell of a hand-over, and the case closed by the last of it."""
    facts = [(SCHOOL, at(13 + n / 100, replace(event, producer="intake"))) for n, event in enumerate(told)]
    closed = CaseClosed(outcome="ended_by_age" if by_age else "moved", closed_on=day(MONDAY))
    return [*a_story(), *facts, guardian(13.5, closed, facts[-1][1])]


def received(by: str) -> Envelope:
    return a_handover_received(CASE, source=by)


def a_plan(due: int) -> Obligation:
    return a_duty("plan_after_crisis", BOARD, due)


ENDED_WELL = {
    "evaluated with a parent": evaluated("parent"),
    "evaluated with a guardian, on the day of a crisis": evaluated("guardian", a_plan(20), a_duty("obtain_consent", BOARD, 20)),
    "received by who was announced": handed_over(a_handover_announced(CASE), received(OTHER_SCHOOL_SYSTEM)),
    "announced to nobody here": handed_over(a_handover_announced(CASE, to=None), received(SCHOOL_SYSTEM)),
    "announced by age": handed_over(a_handover_announced(CASE, because="age"), received(OTHER_SCHOOL_SYSTEM), by_age=True),
}
NOT_WELL = {
    "before a crisis": evaluated("parent", a_plan(21)),
    "over a request": evaluated("parent", a_duty("decide_arrangement", "swv2801", 40)),
    "over another's step": evaluated("parent", a_duty("third_party_step", "third_party", 40)),
    "without a parent": evaluated("internal_supervisor"),
    "received by who announced it": handed_over(a_handover_announced(CASE), received(SCHOOL_SYSTEM)),
    "received by another board": handed_over(a_handover_announced(CASE, to=None), received(OTHER_SCHOOL_SYSTEM)),
    "by age, and moved": handed_over(a_handover_announced(CASE), received(OTHER_SCHOOL_SYSTEM), by_age=True),
    "never announced": handed_over(received(OTHER_SCHOOL_SYSTEM)),
    "announced before it went on": handed_over(a_handover_announced(CASE), a_reopen_requested(CASE), received(OTHER_SCHOOL_SYSTEM)),
}


@pytest.mark.parametrize("how", ENDED_WELL)
def test_a_case_ends_when_all_is_settled_or_the_next_board_has_it(how: str) -> None:
    assert proven(ENDED_WELL[how], days=13.6) == []


@pytest.mark.parametrize("how", NOT_WELL)
def test_a_case_that_ends_over_what_is_owed_or_to_nobody_shows(how: str) -> None:
    (_, cause), (_, closed) = NOT_WELL[how][-2:]
    assert proven(NOT_WELL[how], days=13.6) == [(Rule.ENDED_WELL, (closed.id, f"{cause.source}#{cause.id}"))]


CRISIS = "c4d81f0a-6b29-4e75-8a13-9f2e7d5b0c61"


def notify(topic: str, hours: float, data: EventData) -> tuple[str, Envelope]:
    return topic, at(hours / 24, an_event(data, source=NOTIFY, subject=CRISIS, producer="notify"))


def a_crisis() -> Records:
    """A crisis that is taken up at the second call, asked after, and said to be over the next morning."""
    about: dict[str, Any] = {"message": str(uuid4()), "channel": "email", "attempts": 1}
    home: dict[str, Any] = {"home_municipality": "gm0546"}

    def delivered(hours: float, kind: str, role: str) -> tuple[str, Envelope]:
        when = MONDAY + timedelta(hours=hours)
        return notify("notify.receipts.v1", hours, NotificationDelivered(**about, about=kind, role=role, delivered_at=when))

    climbed = CrisisEscalated(**home, reason="not_acknowledged", call=2, climbed_to="swv_director", next_call_at=MONDAY)
    return [
        (CRISES, at(0, a_crisis_raised(CRISIS, producer="intake"))),
        delivered(0.01, "crisis_call", "crisis_contact"),
        notify(PEOPLE, 0.25, climbed),
        delivered(0.26, "crisis_call", "swv_director"),
        notify(PEOPLE, 0.4, CrisisAcknowledged(**home, acknowledged_by="swv_director", acknowledged_at=MONDAY)),
        delivered(4.4, "crisis_reminder", "swv_director"),
        notify(PEOPLE, 7, CrisisResolved(**home, resolved_by="swv_director", resolved_at=MONDAY)),
    ]


@pytest.mark.parametrize(
    ("length", "hours", "shows"),
    [
        (7, 1000, None),
        (1, 0.05, None),  # its mail server is slow
        (1, 0.1, 0),  # nobody was called
        (4, 1.2, None),
        (4, 1.5, 3),  # nobody is called any more
        (6, 8.4, None),
        (6, 8.7, 5),  # nobody asks any more
    ],
)
def test_a_crisis_is_called_for_and_asked_after_until_it_is_over(length: int, hours: float, shows: int | None) -> None:
    crisis = a_crisis()[:length]
    ids = (crisis[0][1].id,) if length == 1 else (crisis[shows][1].id, crisis[0][1].id) if shows is not None else ()
    assert proven(crisis, days=hours / 24) == ([(Rule.CRISIS, ids)] if shows is not None else [])


def updated(hours: float, state: str, source: str = SCHOOL_SYSTEM) -> tuple[str, Envelope]:
    return CRISES, at(hours / 24, a_crisis_updated(CRISIS, state=state, source=source, producer="intake"))


def goes_on_again(hours: float) -> tuple[str, Envelope]:
    again = CrisisEscalated(home_municipality="gm0546", reason="goes_on_again", call=1, climbed_to="crisis_contact")
    return notify(PEOPLE, hours, again)


@pytest.mark.parametrize("logged", [8, 6.9])  # after its end, or before it and heard after it
def test_a_crisis_that_goes_on_again_is_called_for_again_whoever_took_it_up_before(logged: float) -> None:
    crisis = [*a_crisis(), updated(logged, "ongoing"), goes_on_again(8)]
    assert proven(crisis, days=9 / 24) == []
    assert proven(crisis, days=9.2 / 24) == [(Rule.CRISIS, (crisis[-1][1].id, crisis[0][1].id))]
    over = CrisisResolved(home_municipality="gm0546", resolved_by="crisis_contact", resolved_at=MONDAY)
    assert proven([*crisis, notify(PEOPLE, 8, over)], days=40) == [], "also at one moment of a clock that stands still"


def test_a_crisis_that_is_over_stays_so_when_its_school_says_that_it_is_calmer() -> None:
    assert proven([*a_crisis(), updated(8, "calmer")], days=40) == []


@pytest.mark.parametrize("length", [1, 2, 6])
def test_a_crisis_that_is_over_for_its_school_is_ended_for_all(length: int) -> None:
    crisis = [*a_crisis()[:length], updated(4.5, "over"), updated(4.6, "calmer")]
    assert proven(crisis, days=4.55 / 24) == []
    assert proven(crisis, days=4.7 / 24) == [(Rule.CRISIS, (crisis[length][1].id,))]


def test_what_another_board_says_under_the_id_of_a_crisis_changes_nothing_in_what_is_owed() -> None:
    crisis = [*a_crisis()[:2], updated(0.1, "over", source=OTHER_SCHOOL_SYSTEM)]
    assert proven(crisis, days=1) == [(Rule.CRISIS, (crisis[1][1].id, crisis[0][1].id))]


async def put(console: RunningService, records: Iterable[tuple[str, Envelope]]) -> None:
    for topic, event in records:
        await console.topics.emit(topic, event)


async def test_the_console_proves_its_whole_record_over_http_and_in_a_terminal(
    console: RunningService, tokens: Tokens, rows: Rows, issuer: Issuer, tmp_path: Path
) -> None:
    story = _numbered(a_story())
    await put(console, story[:-2])
    other = replace(a_support_requested(producer="intake"), sequence="000000000002")
    await put(console, [(SCHOOL, other)])
    await rows("SELECT 1 FROM record", at_least=len(story) - 1)
    proof = (await console.http.get("/v1/bewijs", headers=tokens("console", "operator"))).json()
    assert (proof["records"], proof["cases"]) == (len(story) - 1, 2)
    assert {(found["rule"], found["case"]) for found in proof["violations"]} >= {("nothing_lost", other.subject), ("date_acted_on", CASE)}
    assert (await console.http.get("/v1/bewijs", headers=tokens("bg41234"))).status_code == 403
    unknown = {"source": other.source, "id": str(uuid4())}
    file = tmp_path / "sent.jsonl"
    file.write_text("".join(f"{json.dumps(event)}\n" for event in (unknown, {"source": other.source, "id": other.id})), encoding="utf-8")
    async with passend_against(console, issuer) as passend:
        code, printed = await passend("prove", "--sent", str(file))
        assert code == 1
        assert f"nothing_lost  case {other.subject}" in printed
        assert f"sent as {unknown['id']}" in printed
        assert f"sent as {other.id}" not in printed
        assert printed.splitlines()[-1].startswith(f"{len(story) - 1} records of 2 cases, 2 events sent: ")
        file.write_text("{", encoding="utf-8")
        assert "cannot be read as lines of JSON" in (await passend("prove", "--sent", str(file)))[1]


async def test_what_is_asked_of_the_proof_is_checked(console: RunningService, tokens: Tokens) -> None:
    def post(body: Any) -> Any:
        return console.http.post("/v1/uitkomsten", json=body, headers=tokens("console", "operator"))

    assert (await post({"sent": []})).json() == {"withoutOutcome": []}
    assert (await post({"sent": [{"id": "x"}]})).status_code == 400
    assert (await console.http.post("/v1/uitkomsten", json={"sent": []})).status_code == 401
