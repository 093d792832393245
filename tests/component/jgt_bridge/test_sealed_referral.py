"""The team gets what the school sealed, and nobody between them reads it."""

import ast
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from passend_contracts import enclosures
from passend_contracts.catalogue import to_topic
from passend_contracts.enclosures import Content, Enclosure, Refused, Story
from passend_contracts.envelope import Envelope
from passend_contracts.events import EnclosuresNotPassedOn, JGTReferralDeclined, JGTReferralRecalled, JGTReferred

from services import jgt_bridge as package
from services.jgt_bridge import app as jgt_bridge_app
from tests.builders.events import (
    BOARD,
    GEMEENTE,
    GEMEENTE_SYSTEM,
    a_consent_given,
    a_consent_withdrawn,
    a_decline,
    a_parents_consulted,
    a_reopen_requested,
    a_support_request_withdrawn,
    a_support_requested,
)
from tests.builders.keys import CONTACT, IDENTITY, KEYS, STORY, enclosing, sealed, settings_of_keys
from tests.component.conftest import run
from tests.component.facts import rows, told_about
from tests.component.issuer import Issuer
from tests.pairs.pair import Pair
from tests.running import RunningService

SEALED = "SELECT * FROM sealed WHERE body <> '{}'"
SCHOOL, STATUS, TEAM = "school.cases.v1", "jgt.cases.v1", to_topic(GEMEENTE)


async def a_sealed_case(jgt_bridge: RunningService, change: Callable[[Enclosure], Enclosure] = lambda whole: whole) -> Envelope:
    """A request with who the child is and whom to reach, a conversation with its story, and consent."""
    request = a_support_requested()
    case = request.subject
    request = enclosing(request, sealed(IDENTITY, case), sealed(CONTACT, case))
    consulted = enclosing(a_parents_consulted(case), change(sealed(STORY, case)))
    for event in (request, consulted, a_consent_given(case)):
        await jgt_bridge.deliver(SCHOOL, event)
    return consulted


def enclosed(referral: Envelope) -> list[Enclosure]:
    return JGTReferred.from_wire(referral.data, closed=True).enclosures or []


def opened_by(owner: str, referral: Envelope) -> list[Content]:
    return [enclosures.opened(each, subject=referral.subject, keys=KEYS[owner]) for each in enclosed(referral)]


async def test_the_team_opens_what_the_school_sealed(jgt_bridge: RunningService) -> None:
    consulted = await a_sealed_case(jgt_bridge)
    [referral] = await told_about(jgt_bridge, TEAM, JGTReferred, [consulted.subject])
    assert sorted(opened_by(GEMEENTE, referral), key=repr) == sorted([IDENTITY, CONTACT, STORY], key=repr)
    for owner in ("intake", "jgt_bridge", "notify", "gm0547"):
        with pytest.raises(Refused, match="for others"):
            opened_by(owner, referral)


async def test_who_may_follow_the_referral_gets_the_same_event_without_what_is_sealed(jgt_bridge: RunningService) -> None:
    consulted = await a_sealed_case(jgt_bridge)
    [referral] = await told_about(jgt_bridge, TEAM, JGTReferred, [consulted.subject])
    [status] = await told_about(jgt_bridge, STATUS, JGTReferred, [consulted.subject])
    assert status.id == referral.id
    assert status.data == {name: value for name, value in referral.data.items() if name != "enclosures"}


async def test_who_was_added_and_on_which_consent_stands_in_the_referral(jgt_bridge: RunningService) -> None:
    consulted = await a_sealed_case(jgt_bridge)
    [referral] = await told_about(jgt_bridge, TEAM, JGTReferred, [consulted.subject])
    assert {recipient.header.kid for each in enclosed(referral) for recipient in each.jwe.recipients} == {KEYS[GEMEENTE].keys[0].kid}
    assert str(referral.causationid).endswith(referral.data["consent"])


async def test_after_a_decline_a_new_conversation_brings_it_to_the_team_again(jgt_bridge: RunningService) -> None:
    consulted = await a_sealed_case(jgt_bridge)
    [first] = await told_about(jgt_bridge, TEAM, JGTReferred, [consulted.subject])
    await jgt_bridge.topics.emit(f"from.{GEMEENTE}.v1", a_decline(first, source=GEMEENTE_SYSTEM))
    await told_about(jgt_bridge, STATUS, JGTReferralDeclined, [consulted.subject])
    await jgt_bridge.deliver(SCHOOL, a_parents_consulted(consulted.subject))
    _, second = await told_about(jgt_bridge, TEAM, JGTReferred, [consulted.subject], times=2)
    assert sorted(opened_by(GEMEENTE, second), key=repr) == sorted([IDENTITY, CONTACT, STORY], key=repr)


def with_a_broken_key(whole: Enclosure) -> Enclosure:
    [recipient] = whole.jwe.recipients
    key = ("A" if recipient.encrypted_key[0] != "A" else "B") + recipient.encrypted_key[1:]
    broken = recipient.model_copy(update={"encrypted_key": key})
    return whole.model_copy(update={"jwe": whole.jwe.model_copy(update={"recipients": [broken]})})


async def test_what_cannot_be_passed_on_keeps_no_family_waiting_and_the_school_hears_of_it(jgt_bridge: RunningService) -> None:
    consulted = await a_sealed_case(jgt_bridge, with_a_broken_key)
    [referral] = await told_about(jgt_bridge, TEAM, JGTReferred, [consulted.subject])
    assert {each.kind for each in enclosed(referral)} == {"identity", "contact"}
    [told] = await told_about(jgt_bridge, to_topic(BOARD), EnclosuresNotPassedOn, [consulted.subject])
    assert told.data == {"referral": referral.id, "missing": [{"kind": "story", "because": "tampered"}]}


@pytest.fixture
async def keyless(pair: Pair, issuer: Issuer, tmp_path: Path) -> AsyncIterator[RunningService]:
    """jgt_bridge in a region where the gemeente has given no key yet."""
    keys = settings_of_keys(tmp_path, jgt_bridge_app.NAME)
    keys["public_keys"].write_text(json.dumps({"jgt_bridge": KEYS["jgt_bridge"].to_jwks()}), encoding="utf-8")
    async with run(pair, jgt_bridge_app.NAME, jgt_bridge_app.build, **issuer.settings, **keys) as service:
        yield service


async def test_a_gemeente_without_a_key_gets_the_referral_all_the_same(keyless: RunningService) -> None:
    consulted = await a_sealed_case(keyless)
    [referral] = await told_about(keyless, TEAM, JGTReferred, [consulted.subject])
    assert enclosed(referral) == []
    [told] = await told_about(keyless, to_topic(BOARD), EnclosuresNotPassedOn, [consulted.subject])
    assert told.data["referral"] == referral.id
    assert {(each["kind"], each["because"]) for each in told.data["missing"]} == {
        (kind, "no_key_of_reader") for kind in ("identity", "contact", "story")
    }


async def test_a_referral_without_a_name_is_told_to_the_school(jgt_bridge: RunningService) -> None:
    request = a_support_requested()
    talk = enclosing(a_parents_consulted(request.subject), sealed(STORY, request.subject))
    for event in (request, talk, a_consent_given(request.subject)):
        await jgt_bridge.deliver(SCHOOL, event)
    [told] = await told_about(jgt_bridge, to_topic(BOARD), EnclosuresNotPassedOn, [request.subject])
    assert told.data["missing"] == [{"kind": "identity", "because": "not_given"}]


async def test_after_a_withdrawal_nothing_sealed_is_kept_for_a_new_consent(jgt_bridge: RunningService, pair: Pair) -> None:
    consulted = await a_sealed_case(jgt_bridge)
    await told_about(jgt_bridge, TEAM, JGTReferred, [consulted.subject])
    await jgt_bridge.deliver(SCHOOL, a_consent_withdrawn(consulted.subject))
    await told_about(jgt_bridge, TEAM, JGTReferralRecalled, [consulted.subject])
    assert await rows(pair, "jgt_bridge", SEALED) == []
    await jgt_bridge.deliver(SCHOOL, a_consent_given(consulted.subject))
    _, second = await told_about(jgt_bridge, TEAM, JGTReferred, [consulted.subject], times=2)
    assert enclosed(second) == []
    [told] = await told_about(jgt_bridge, to_topic(BOARD), EnclosuresNotPassedOn, [consulted.subject])
    assert {(each["kind"], each["because"]) for each in told.data["missing"]} == {
        (kind, "not_kept") for kind in ("identity", "contact", "story")
    }


async def test_a_case_that_ends_and_goes_on_in_one_batch_keeps_nothing_sealed_either(jgt_bridge: RunningService, pair: Pair) -> None:
    consulted = await a_sealed_case(jgt_bridge)
    case = consulted.subject
    await told_about(jgt_bridge, TEAM, JGTReferred, [case])
    again = enclosing(a_parents_consulted(case), sealed(STORY, case))
    for event in (a_support_request_withdrawn(case), a_reopen_requested(case), again):  # at once: a batch, most often
        await jgt_bridge.deliver(SCHOOL, event)
    await told_about(jgt_bridge, TEAM, JGTReferred, [case], times=2)
    assert {row["kind"] for row in await rows(pair, "jgt_bridge", SEALED)} == {"story"}


async def test_the_last_enclosure_of_a_kind_counts(jgt_bridge: RunningService) -> None:
    request = a_support_requested()
    case, later = request.subject, Story(text="Later verteld.")
    for event in (
        enclosing(request, sealed(STORY, case)),
        enclosing(a_parents_consulted(case), sealed(later, case)),
        a_consent_given(case),
    ):
        await jgt_bridge.deliver(SCHOOL, event)
    [referral] = await told_about(jgt_bridge, TEAM, JGTReferred, [case])
    assert opened_by(GEMEENTE, referral) == [later]


async def test_when_the_case_ends_nothing_sealed_is_kept(jgt_bridge: RunningService, pair: Pair) -> None:
    consulted = await a_sealed_case(jgt_bridge)
    [referral] = await told_about(jgt_bridge, TEAM, JGTReferred, [consulted.subject])
    assert len(await rows(pair, "jgt_bridge", SEALED)) == 3
    await jgt_bridge.deliver(SCHOOL, a_support_request_withdrawn(consulted.subject))
    [recalled] = await told_about(jgt_bridge, TEAM, JGTReferralRecalled, [consulted.subject])
    assert recalled.data["referral"] == referral.id
    assert await rows(pair, "jgt_bridge", SEALED) == []


def test_jgt_bridge_calls_nothing_that_opens_an_enclosure() -> None:
    files = sorted(Path(package.__path__[0]).rglob("*.py"))
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {node.id for node in nodes if isinstance(node, ast.Name)}
    assert "passed_on" in names
    assert not names & {"opened", "decrypt_json", "CONTENTS"}
