"""What is sealed opens for its readers and for nobody else, belongs to one case, and is passed on unread."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st
from passend_contracts import enclosures
from passend_contracts.catalogue import read_form
from passend_contracts.enclosures import (
    CONTENTS,
    KINDS,
    Content,
    Enclosure,
    Identity,
    Key,
    Keys,
    KeysInvalid,
    Person,
    Recipient,
    Refused,
    Story,
    opened,
    passed_on,
    recorded,
    rewrapped,
    seal,
)
from passend_contracts.envelope import Invalid

CASE, OTHER_CASE = "3f2b8c1e-5d47-4a9b-8e60-1c7d9a2f4b03", "0d8e6a51-7c3f-4b92-9a10-5e4f3d2c1b0a"
BOARD, OTHER_BOARD = "bg41234", "bg41235"
INTAKE, BRIDGE, TEAM, STRANGER = (Key.generate() for _ in range(4))
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
STORY = Story(text="Een verzonnen verhaal.")


def ring(*keys: Key) -> Keys:
    return Keys(keys)


def sealed(content: Content = STORY, *to: Key) -> Enclosure:
    return seal(content, subject=CASE, controller=BOARD, to=to or (INTAKE, BRIDGE))


def changed(enclosure: Enclosure, **members: Any) -> Enclosure:
    """The same with these members of its JWE."""
    wire = enclosure.to_wire()
    return Enclosure.from_wire({**wire, "jwe": {**wire["jwe"], **members}}, closed=True)


def flipped(text: str) -> str:
    return ("A" if text[0] != "A" else "B") + text[1:]


def refused(enclosure: Enclosure, keys: Keys, subject: str = CASE) -> str:
    with pytest.raises(Refused) as why:
        opened(enclosure, subject=subject, keys=keys)
    assert STORY.text not in str(why.value)
    return why.value.code


@pytest.mark.parametrize("reader", [INTAKE, BRIDGE])
def test_each_of_its_readers_opens_it(reader: Key) -> None:
    assert opened(sealed(), subject=CASE, keys=ring(reader)) == STORY


def test_nobody_else_does() -> None:
    assert refused(sealed(), ring(STRANGER)) == "not-for-us"
    assert refused(sealed(STORY, STRANGER), Keys((Key(STRANGER.kid, TEAM.jwk),))) == "tampered"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=200))
def test_every_text_comes_out_as_it_went_in(text: str) -> None:
    assert opened(sealed(Story(text=text)), subject=CASE, keys=ring(BRIDGE)) == Story(text=text)


@pytest.mark.parametrize("member", ["iv", "ciphertext", "tag"])
def test_what_was_tampered_with_does_not_open(member: str) -> None:
    whole = sealed()
    assert refused(changed(whole, **{member: flipped(getattr(whole.jwe, member))}), ring(INTAKE)) == "tampered"


def test_a_tampered_content_key_neither_opens_nor_is_passed_on() -> None:
    wire = sealed(STORY, BRIDGE).to_wire()["jwe"]["recipients"]
    wire[0]["encrypted_key"] = flipped(wire[0]["encrypted_key"])
    broken = changed(sealed(STORY, BRIDGE), recipients=wire)
    assert refused(broken, ring(BRIDGE)) == "tampered"
    with pytest.raises(Refused, match="does not unwrap"):
        passed_on(broken, ring(BRIDGE), TEAM)


def test_it_belongs_to_one_case_kind_controller_and_id() -> None:
    whole = sealed()
    moved = [
        (whole, OTHER_CASE),
        (whole.model_copy(update={"kind": "identity"}), CASE),
        (whole.model_copy(update={"controller": OTHER_BOARD}), CASE),
        (whole.model_copy(update={"id": OTHER_CASE}), CASE),
    ]
    assert {refused(enclosure, ring(INTAKE), subject) for enclosure, subject in moved} == {"moved"}


def test_who_rewrites_what_it_belongs_to_has_tampered_with_it() -> None:
    whole = sealed()
    aad = urlsafe_b64encode(f"{whole.id}.story.{OTHER_CASE}.{BOARD}".encode()).rstrip(b"=").decode()
    assert refused(changed(whole, aad=aad), ring(INTAKE), OTHER_CASE) == "tampered"


def test_it_is_passed_on_to_the_team_and_to_the_team_only() -> None:
    passed = passed_on(sealed(), ring(BRIDGE), TEAM)
    assert opened(passed, subject=CASE, keys=ring(TEAM)) == STORY
    assert {refused(passed, ring(key)) for key in (INTAKE, BRIDGE)} == {"not-for-us"}


def test_who_passes_it_on_has_no_content_at_hand() -> None:
    """The code that adds a recipient gets recipients and keys: there is nothing in its reach that it could decrypt."""
    recipients = sealed().jwe.recipients
    added = rewrapped(recipients, ring(BRIDGE), TEAM)
    assert added.header.kid == TEAM.kid
    text = json.dumps([each.to_wire() for each in (*recipients, added)])
    assert "ciphertext" not in text


def test_it_is_passed_on_also_when_nobody_could_read_what_is_inside() -> None:
    garbled = changed(sealed(), ciphertext="AAAA", iv="A" * 16, tag="A" * 22)
    assert refused(passed_on(garbled, ring(BRIDGE), TEAM), ring(TEAM)) == "tampered"


def test_after_a_decline_the_next_team_gets_the_same_content() -> None:
    first, second = Key.generate(), Key.generate()
    kept = sealed()
    for team in (first, second):
        assert opened(passed_on(kept, ring(BRIDGE), team), subject=CASE, keys=ring(team)) == STORY


def test_a_reader_without_a_key_gets_nothing() -> None:
    with pytest.raises(Refused) as why:
        passed_on(sealed(), ring(BRIDGE), None)
    assert why.value.code == "no-key-of-reader"


def test_while_a_key_changes_the_old_and_the_new_one_hold_together() -> None:
    old, new = Key.generate(until=NOW + timedelta(days=7)), Key.generate(since=NOW)
    both = ring(old, new)
    assert [both.current(NOW + timedelta(days=days)) for days in (-1, 0, 8)] == [old, new, new]
    assert [old.holds(NOW + timedelta(days=days)) for days in (-1, 0, 8)] == [True, True, False]
    late = seal(STORY, subject=CASE, controller=BOARD, to=[old])
    assert opened(late, subject=CASE, keys=both) == STORY


def test_keys_are_the_same_after_a_jwks() -> None:
    keys = ring(Key.generate(since=NOW, until=NOW + timedelta(days=1)), Key.generate())
    private = Keys.read(json.loads(json.dumps(keys.to_jwks(private=True))))
    assert [(key.kid, key.since, key.until) for key in private.keys] == [(key.kid, key.since, key.until) for key in keys.keys]
    assert opened(seal(STORY, subject=CASE, controller=BOARD, to=Keys.read(keys.to_jwks()).keys), subject=CASE, keys=private) == STORY
    assert not any("d" in jwk for jwk in keys.to_jwks()["keys"])


JWK = INTAKE.to_jwk()


@pytest.mark.parametrize(
    ("jwks", "says"),
    [
        ({}, "keys"),
        ({"keys": [{**JWK, "crv": "P-384"}]}, f"{INTAKE.kid}: give an EC key on P-256"),
        ({"keys": [{name: value for name, value in JWK.items() if name != "kid"}]}, "without kid"),
        ({"keys": [{**JWK, "x": flipped(JWK["x"])}]}, f"{INTAKE.kid}: no public point"),
        ({"keys": [{**JWK, "exp": "tomorrow"}]}, "or no moment"),
    ],
)
def test_a_jwks_that_does_not_hold_together_is_named(jwks: dict[str, Any], says: str) -> None:
    with pytest.raises(KeysInvalid, match=says):
        Keys.read(jwks)


def test_what_is_too_large_and_what_is_for_nobody_is_refused() -> None:
    with pytest.raises(Refused, match="12,000 bytes"):
        seal(Story(text="é" * 8_000), subject=CASE, controller=BOARD, to=[INTAKE])
    with pytest.raises(Refused, match="at least one key"):
        seal(STORY, subject=CASE, controller=BOARD, to=[])


def test_what_is_inside_is_of_its_kind() -> None:
    bare = enclosures.seal(STORY, subject=CASE, controller=BOARD, to=[INTAKE])
    wrong = Identity.from_wire({"givenNames": "Noor", "familyName": "Fictief", "birthDate": "2019-01-02"}, closed=True)
    assert isinstance(opened(sealed(wrong), subject=CASE, keys=ring(INTAKE)), Identity)
    assert opened(bare, subject=CASE, keys=ring(INTAKE)) == STORY


def test_a_record_keeps_what_it_was_and_who_can_open_it_and_not_the_enclosure() -> None:
    whole = sealed()
    kept = recorded({"school": "90AA00", "enclosures": [whole.to_wire(), {"jwe": "of no form"}]})
    first, second = kept["enclosures"]
    assert (first["id"], first["kind"], first["recipients"]) == (whole.id, "story", [INTAKE.kid, BRIDGE.kid])
    assert set(first) == {"id", "kind", "controller", "recipients", "sha256"}
    assert set(second) == {"sha256"}
    assert whole.jwe.ciphertext not in json.dumps(kept)


@pytest.mark.parametrize("kind", KINDS)
def test_a_content_is_closed_and_everything_in_it_is_bounded(kind: enclosures.Kind) -> None:
    with pytest.raises(Invalid) as wrong:
        read_form(CONTENTS[kind], {"opmerking": "een veld dat er niet is"})
    assert {problem.code for problem in wrong.value.problems} == {"missing-field", "unknown-field"}


def test_a_person_can_be_reached_in_one_way_at_least_or_none() -> None:
    assert Person(name="Bo Fictief", relation="teacher").to_wire() == {"name": "Bo Fictief", "relation": "teacher"}


def test_a_recipient_names_its_key_by_thumbprint() -> None:
    [recipient] = sealed(STORY, INTAKE).jwe.recipients
    assert isinstance(recipient, Recipient)
    assert recipient.header.kid == INTAKE.jwk.thumbprint() == INTAKE.kid
