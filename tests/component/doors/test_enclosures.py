"""What is personal comes through the door sealed, or posted in the open over TLS for the door to seal; nobody keeps it in clear."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings, strategies as st
from passend_contracts import enclosures
from passend_contracts.catalogue import from_topic, to_topic
from passend_contracts.enclosures import Enclosure, Identity, Key, Keys
from passend_contracts.envelope import BATCH, STRUCTURED, Envelope, encode
from passend_contracts.events import EventRejected, SupportRequested
from pydantic import SecretStr

from deploy.embedded.__main__ import EXAMPLE
from services.chassis import doors
from services.chassis.region import load
from services.chassis.sealing import Keyring
from services.intake import app as intake_app
from tests.builders.events import BOARD, OTHER_BOARD, a_support_request_withdrawn, a_support_requested
from tests.builders.keys import CONTACT, IDENTITY, KEYS, STORY, enclosing, key_of, sealed
from tests.component.conftest import Tokens, run
from tests.component.facts import everything_kept, told_about
from tests.component.issuer import Issuer
from tests.pairs.pair import Pair
from tests.pairs.topics import REGION
from tests.running import RunningService

SCHOOL = "school.cases.v1"
CHILD = IDENTITY.family_name
PLAIN = {"identity": IDENTITY.to_wire(), "contact": CONTACT.to_wire(), "story": STORY.to_wire()}


def to_seal(event: Envelope, plain: object = PLAIN) -> bytes:
    return json.dumps({**json.loads(encode(event)), "data": {**event.data, "toSeal": plain}}).encode()


async def post(service: RunningService, tokens: Tokens, body: bytes, content_type: str = STRUCTURED) -> httpx.Response:
    return await service.http.post("/v1/gebeurtenissen", content=body, headers={"Content-Type": content_type, **tokens(BOARD)})


def errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert CHILD not in answer.text
    return [(error["path"], error["code"]) for error in answer.json().get("errors", ())]


async def republished(intake: RunningService, event: Envelope) -> list[Enclosure]:
    [fact] = await told_about(intake, SCHOOL, SupportRequested, [event.subject])
    return SupportRequested.from_wire(fact.data, closed=True).enclosures or []


async def test_what_a_school_sealed_is_handed_on_as_it_came(intake: RunningService, tokens: Tokens) -> None:
    request = a_support_requested()
    own = [sealed(content, request.subject) for content in (IDENTITY, CONTACT, STORY)]
    assert (await post(intake, tokens, encode(enclosing(request, *own)))).status_code == 202
    assert await republished(intake, request) == own


async def test_what_a_school_posts_in_the_open_is_sealed_before_anything_is_kept(
    intake: RunningService, tokens: Tokens, pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    request = a_support_requested()
    assert (await post(intake, tokens, to_seal(request))).status_code == 202
    by_kind = {each.kind: each for each in await republished(intake, request)}
    for owner, content in (("intake", IDENTITY), ("notify", CONTACT), ("jgt_bridge", STORY)):
        own = by_kind[enclosures.kind_of(content)]
        assert enclosures.opened(own, subject=request.subject, keys=KEYS[owner]) == content
        assert own.controller == BOARD
    kept = [*map(str, await everything_kept(pair, "intake")), capsys.readouterr().out, (await intake.http.get("/metrics")).text]
    kept += [str(record.value) for record in await intake.topics.records(SCHOOL, bool)]
    assert [text for text in kept if CHILD in text or STORY.text in text] == []


async def test_the_example_of_the_readme_is_taken_and_sealed(intake: RunningService, tokens: Tokens) -> None:
    example = EXAMPLE.read_bytes()
    assert (await post(intake, tokens, example)).status_code == 202
    [fact] = await told_about(intake, SCHOOL, SupportRequested, [json.loads(example)["subject"]])
    assert {each["kind"] for each in fact.data["enclosures"]} == {"identity", "contact"}


async def test_sealed_anew_it_is_the_same_event(intake: RunningService, tokens: Tokens) -> None:
    request = a_support_requested()
    answers = [await post(intake, tokens, body) for body in (to_seal(request), to_seal(request), encode(request))]
    assert [answer.status_code for answer in answers] == [202, 200, 400]
    assert answers[0].json()["receipt"] == answers[1].json()["receipt"]
    assert errors(answers[2]) == [("$.id", "id-reused")], "with one enclosure more or less it is another event, and none is lost in silence"


async def test_in_a_batch_each_event_has_its_own_answer(intake: RunningService, tokens: Tokens) -> None:
    good, bad = a_support_requested(), a_support_requested()
    body = b"[" + to_seal(good) + b"," + to_seal(bad, {"identity": {}}) + b"]"
    first, second = (await post(intake, tokens, body, BATCH)).json()
    assert (first["status"], second["status"], second["id"]) == (202, 400, bad.id)


WITHOUT_FIRST_NAME = {"familyName": CHILD, "birthDate": "2019-03-04"}


@pytest.mark.parametrize(
    ("plain", "told"),
    [
        (CHILD, [("$.data.toSeal", "wrong-type")]),
        ({}, [("$.data.toSeal", "wrong-type")]),
        ({"naam": CHILD}, [("$.data.toSeal", "wrong-type")]),
        ({"identity": WITHOUT_FIRST_NAME}, [("$.data.toSeal.identity.givenNames", "missing-field")]),
        ({"identity": {**PLAIN["identity"], "birthDate": CHILD}}, [("$.data.toSeal.identity.birthDate", "bad-format")]),
        ({"contact": {"people": []}}, [("$.data.toSeal.contact.people", "out-of-bounds")]),
        ({"story": {"text": "é" * 8_000}}, [("$.data.toSeal", "enclosure-too-large")]),
    ],
)  # fmt: skip
async def test_what_cannot_be_sealed_is_named_and_not_repeated(
    intake: RunningService, tokens: Tokens, plain: object, told: list[tuple[str, str]]
) -> None:
    answer = await post(intake, tokens, to_seal(a_support_requested(), plain))
    assert (answer.status_code, sorted(errors(answer))) == (400, sorted(told))


async def test_an_event_that_carries_no_enclosures_takes_none(intake: RunningService, tokens: Tokens) -> None:
    answer = await post(intake, tokens, to_seal(a_support_request_withdrawn(a_support_requested().subject)))
    assert errors(answer) == [("$.data.toSeal", "unknown-field")]


async def test_over_kafka_nothing_comes_in_the_open(intake: RunningService) -> None:
    request = a_support_requested()
    await intake.topics.put(from_topic(BOARD), to_seal(request), key=request.subject.encode())
    [rejected] = await told_about(intake, to_topic(BOARD), EventRejected, [request.subject])
    assert [(error["path"], error["code"]) for error in rejected.data["errors"]] == [("$.data.toSeal", "plain-not-here")]
    assert CHILD not in json.dumps(rejected.data)


async def test_the_door_tells_to_whose_keys_each_kind_is_sealed(intake: RunningService) -> None:
    answer = (await intake.http.get("/v1/deursleutels")).json()
    assert answer["kinds"] == {kind: list(services) for kind, services in enclosures.DOOR_KEYS.items()}
    assert {service: Keys.read(jwks).keys[0].kid for service, jwks in answer["keys"].items()} == {
        service: key_of(service).kid for service in ("intake", "jgt_bridge", "notify")
    }
    assert '"d"' not in json.dumps(answer)


PARTY = next(party for party in load(REGION).parties if party.id == BOARD)
NOW = datetime.now(UTC)
INTAKE = Keyring(KEYS["intake"], KEYS)
Change = Callable[[dict[str, Any]], None]


def checked(event: Envelope, keys: Keyring = INTAKE, now: datetime = NOW) -> list[tuple[str, str]]:
    answer = doors.check(event, PARTY, now, keys=keys)
    return [] if isinstance(answer, Envelope) else [(problem.path, problem.code) for problem in answer.problems]


def flip(part: dict[str, Any], member: str) -> None:
    part[member] = ("A" if part[member][0] != "A" else "B") + part[member][1:]


OTHER_CASE = "0d8e6a51-7c3f-4b92-9a10-5e4f3d2c1b0a"
E0 = "$.data.enclosures[0]"
CHANGES: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "the content was changed": (lambda one: flip(one["jwe"], "ciphertext"), [(E0, "enclosure-tampered")]),
    "the content key was changed": (lambda one: flip(one["jwe"]["recipients"][0], "encrypted_key"), [(E0, "enclosure-tampered")]),
    "it says another kind": (lambda one: one.update(kind="story"), [(E0, "enclosure-moved")]),
    "it says another id": (lambda one: one.update(id=OTHER_CASE), [(E0, "enclosure-moved")]),
    "another board answers for it": (lambda one: one.update(controller=OTHER_BOARD), [(E0, "enclosure-foreign-controller")]),
    "no service can open it": (
        lambda one: one["jwe"]["recipients"].pop(0),
        [(f"{E0}.jwe.recipients", "enclosure-without-door-key")],
    ),
    "a recipient stands in the protected header": (
        lambda one: one["jwe"].update(protected="eyJlbmMiOiJBMjU2R0NNIiwia2lkIjoieCJ9"),
        [(E0, "enclosure-bad-header")],
    ),
    "a name beside what is sealed": (lambda one: one.update(naam=CHILD), [(f"{E0}.naam", "unknown-field")]),
}


@pytest.mark.parametrize(("change", "told"), CHANGES.values(), ids=CHANGES)
def test_an_enclosure_that_is_no_good_is_refused_with_the_reason(change: Change, told: list[tuple[str, str]]) -> None:
    request = a_support_requested()
    one = sealed(IDENTITY, request.subject).to_wire()
    change(one)
    assert checked(replace(request, data={**request.data, "enclosures": [one]})) == told


def test_an_enclosure_of_another_case_is_refused() -> None:
    assert checked(enclosing(a_support_requested(), sealed(STORY, OTHER_CASE))) == [(E0, "enclosure-moved")]


def test_an_event_has_one_enclosure_of_a_kind() -> None:
    request = a_support_requested()
    twice = enclosing(request, sealed(STORY, request.subject), sealed(STORY, request.subject))
    assert checked(twice) == [("$.data.enclosures[1].kind", "enclosure-twice")]


PLAINLY_ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
ODD = st.recursive(
    PLAINLY_ODD,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.sampled_from(["id", "kind", "jwe", "x"]), each, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(odd=st.lists(ODD, max_size=4), place=st.integers(0, 4), plain=st.booleans(), whole=st.booleans())
def test_whatever_stands_in_the_place_of_enclosures_is_told_and_never_fails(odd: list[Any], place: int, plain: bool, whole: bool) -> None:  # noqa: FBT001
    request = a_support_requested()
    parts: Any = [*odd[:place], sealed(STORY, request.subject).to_wire(), *odd[place:]] if whole else odd[0] if odd else None
    data = {**request.data, "enclosures": parts} | ({"toSeal": PLAIN} if plain else {})
    for keys in (INTAKE, Keyring()):
        event = keys.sealed(replace(request, data=data), BOARD, NOW)
        answer = doors.check(event, PARTY, NOW, keys=keys)
        assert isinstance(answer, Envelope) or answer.problems


def test_everything_wrong_with_the_event_and_its_enclosures_is_told_at_once() -> None:
    request = a_support_requested()
    wrong = enclosing(replace(request, data={**request.data, "ageBand": "8"}), sealed(STORY, OTHER_CASE))
    assert checked(wrong) == [(E0, "enclosure-moved"), ("$.data.ageBand", "unknown-value")]


def test_a_door_opens_only_what_it_has_the_key_for() -> None:
    request = a_support_requested()
    broken = sealed(STORY, request.subject).to_wire()
    flip(broken["jwe"], "ciphertext")  # intake is no reader of a story: it cannot know, and the team will say so
    assert checked(replace(request, data={**request.data, "enclosures": [broken]})) == []


def test_what_is_inside_an_identity_is_read_where_it_can_still_be_mended() -> None:
    request = a_support_requested()
    nameless = Identity.model_construct(given_names="", family_name=CHILD, birth_date=IDENTITY.birth_date)
    assert checked(enclosing(request, sealed(nameless, request.subject))) == [(E0, "enclosure-bad-content")]


def test_while_a_door_key_changes_both_are_good_and_afterwards_the_old_one_is_over() -> None:
    old, new = Key.generate(until=NOW + timedelta(days=7)), Key.generate(since=NOW - timedelta(days=1))
    keys = Keyring(KEYS["intake"], {**KEYS, "jgt_bridge": Keys((old, new))})
    request = a_support_requested()
    events = [
        enclosing(request, enclosures.seal(STORY, subject=request.subject, controller=BOARD, to=[key])) for key in (old, new)
    ]  # fmt: skip
    assert [checked(event, keys) for event in events] == [[], []]
    in_eight_days = NOW + timedelta(days=8)
    assert [checked(replace(event, time=in_eight_days), keys, in_eight_days) for event in events] == [
        [(f"{E0}.jwe.recipients", "enclosure-key-over")],
        [],
    ]
    assert checked(events[0], keys, in_eight_days) == [], "what was logged before and is sent again is the same as it was"


async def test_an_installation_without_keys_says_so_and_takes_everything_else(pair: Pair, issuer: Issuer, tokens: Tokens) -> None:
    async with run(pair, intake_app.NAME, intake_app.build, **issuer.settings) as intake:
        answer = await post(intake, tokens, to_seal(a_support_requested()))
        assert errors(answer) == [("$.data.toSeal", "enclosure-no-door-keys")]
        assert (await post(intake, tokens, encode(a_support_requested()))).status_code == 202


def test_keys_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    from services.chassis import sealing
    from services.chassis.settings import Settings

    broken = tmp_path / "keys.json"
    broken.write_text("{", encoding="utf-8")
    told: dict[str, Any] = {
        "port": 1,
        "database_url": "postgresql://x@127.0.0.1/x",
        "kafka": "127.0.0.1:1",
        "region": REGION,
        "jwks_url": "http://127.0.0.1:1",
        "issuer": "x",
        "public_keys": broken,
    }
    with pytest.raises(enclosures.KeysInvalid, match="cannot be read"):
        sealing.load("intake", Settings(**told))
    for service, says in (("intake", "do not hold these"), ("notify", "do not hold these")):
        broken.write_text(json.dumps({"intake": KEYS["notify"].to_jwks()}), encoding="utf-8")
        with pytest.raises(enclosures.KeysInvalid, match=says):
            sealing.load(service, Settings(**told, door_keys=SecretStr(json.dumps(KEYS["intake"].to_jwks(private=True)))))
