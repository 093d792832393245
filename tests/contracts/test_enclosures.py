"""What is sealed opens for its readers and for nobody else, belongs to one case, and is passed on unread."""

import hashlib
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any

import pytest
from hypothesis import given, strategies as st
from joserfc import jwe
from passend_contracts import enclosures
from passend_contracts.catalogue import read_form
from passend_contracts.enclosures import (
    CONTENTS,
    KINDS,
    Content,
    Enclosure,
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
REGISTRY = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM"])
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


def pass_on(whole: Enclosure, team: Key = TEAM) -> Enclosure:
    return passed_on(whole, subject=CASE, keys=ring(BRIDGE), to=team)


def with_content(raw: bytes, kind: str = "story") -> Enclosure:
    """An enclosure that holds these bytes, whatever they are."""
    whole = sealed(STORY, INTAKE)
    aad = f"{whole.id}.{kind}.{CASE}.{BOARD}".encode()
    apv = urlsafe_b64encode(hashlib.sha256(aad).digest()).rstrip(b"=").decode()
    bare = jwe.GeneralJSONEncryption({"enc": "A256GCM"}, raw, aad=aad)
    bare.add_recipient({"alg": "ECDH-ES+A256KW", "kid": INTAKE.kid, "apv": apv}, INTAKE.jwk)
    return Enclosure.from_wire({**whole.to_wire(), "kind": kind, "jwe": jwe.encrypt_json(bare, None, registry=REGISTRY)}, closed=True)


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
    whole = sealed(STORY, BRIDGE)
    wire = whole.to_wire()["jwe"]["recipients"]
    wire[0]["encrypted_key"] = flipped(wire[0]["encrypted_key"])
    broken = changed(whole, recipients=wire)
    assert refused(broken, ring(BRIDGE)) == "tampered"
    with pytest.raises(Refused, match="does not unwrap"):
        pass_on(broken)


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
    aad = f"{whole.id}.story.{OTHER_CASE}.{BOARD}".encode()
    rewritten = changed(whole, aad=urlsafe_b64encode(aad).rstrip(b"=").decode())
    assert refused(rewritten, ring(INTAKE), OTHER_CASE) == "not-bound"
    recipients = rewritten.to_wire()["jwe"]["recipients"]
    for recipient in recipients:
        recipient["header"]["apv"] = urlsafe_b64encode(hashlib.sha256(aad).digest()).rstrip(b"=").decode()
    assert refused(changed(rewritten, recipients=recipients), ring(INTAKE), OTHER_CASE) == "tampered"


def test_it_is_passed_on_to_the_team_and_to_the_team_only() -> None:
    passed = pass_on(sealed())
    assert opened(passed, subject=CASE, keys=ring(TEAM)) == STORY
    assert {refused(passed, ring(key)) for key in (INTAKE, BRIDGE)} == {"not-for-us"}
    assert [recipient.header.kid for recipient in passed.jwe.recipients] == [TEAM.kid]


def test_who_passes_it_on_has_no_content_at_hand() -> None:
    """The code that adds a recipient gets recipients and keys: there is nothing in its reach that it could decrypt."""
    whole = sealed()
    added = rewrapped(whole.jwe.recipients, str(whole.jwe.recipients[0].header.apv), ring(BRIDGE), TEAM)
    reached = changed(whole, recipients=[added.to_wire()])
    assert opened(reached, subject=CASE, keys=ring(TEAM)) == STORY
    assert list(signature(rewrapped).parameters) == ["recipients", "apv", "keys", "to"]


def test_nobody_has_the_key_of_another_enclosure_passed_on() -> None:
    """Whoever has another child's sealed bytes puts our own recipient of it into an enclosure of his own, to be given its key."""
    theirs = seal(STORY, subject=OTHER_CASE, controller=OTHER_BOARD, to=[BRIDGE])
    mine = sealed(Story(text="Een eigen verhaal."), BRIDGE)
    as_it_came = changed(mine, recipients=[theirs.jwe.recipients[0].to_wire()])
    header = {**theirs.jwe.recipients[0].header.to_wire(), "apv": mine.jwe.recipients[0].header.apv}
    made_to_fit = changed(mine, recipients=[{**theirs.jwe.recipients[0].to_wire(), "header": header}])
    for stolen, code in ((as_it_came, "not-bound"), (made_to_fit, "tampered")):
        with pytest.raises(Refused) as why:
            pass_on(stolen)
        assert why.value.code == code


def test_an_enclosure_of_another_case_is_not_passed_on() -> None:
    with pytest.raises(Refused) as why:
        passed_on(sealed(), subject=OTHER_CASE, keys=ring(BRIDGE), to=TEAM)
    assert why.value.code == "moved"


def protecting(whole: Enclosure, header: object) -> Enclosure:
    """The same with that protected header, and no `apv` elsewhere."""
    text = urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    recipients = whole.to_wire()["jwe"]["recipients"]
    for recipient in recipients:
        del recipient["header"]["apv"]
    return changed(whole, protected=text, recipients=recipients)


@pytest.mark.parametrize(
    "header", [{"enc": "A256GCM", "epk": {}}, {"enc": "A128GCM"}, {"enc": "A256GCM", "zip": "DEF"}, ["enc", "A256GCM"]]
)
def test_a_protected_header_holds_nothing_but_the_cipher_and_what_it_is_bound_to(header: object) -> None:
    assert refused(protecting(sealed(), header), ring(BRIDGE)) == "bad-header"


@pytest.mark.parametrize("apv", [None, "A" * 43])
def test_an_enclosure_that_is_bound_to_nothing_or_something_else_is_refused(apv: str | None) -> None:
    header = {"enc": "A256GCM"} | ({"apv": apv} if apv else {})
    assert refused(protecting(sealed(), header), ring(BRIDGE)) == "not-bound"


def sealed_like_nimbus() -> Enclosure:
    """With `apv` in the protected header, where all recipients share it, as some libraries write it."""
    whole = sealed()
    aad = f"{whole.id}.story.{CASE}.{BOARD}".encode()
    apv = urlsafe_b64encode(hashlib.sha256(aad).digest()).rstrip(b"=").decode()
    shared = jwe.GeneralJSONEncryption({"enc": "A256GCM", "apv": apv}, json.dumps(STORY.to_wire()).encode(), aad=aad)
    shared.add_recipient({"alg": "ECDH-ES+A256KW", "kid": BRIDGE.kid}, BRIDGE.jwk)
    return Enclosure.from_wire({**whole.to_wire(), "jwe": jwe.encrypt_json(shared, None, registry=REGISTRY)}, closed=True)


def test_what_binds_may_stand_in_the_protected_header_for_all() -> None:
    whole = sealed_like_nimbus()
    assert opened(whole, subject=CASE, keys=ring(BRIDGE)) == STORY
    assert opened(pass_on(whole), subject=CASE, keys=ring(TEAM)) == STORY


def test_it_is_passed_on_also_when_nobody_could_read_what_is_inside() -> None:
    garbled = changed(sealed(), ciphertext="AAAA", iv="A" * 16, tag="A" * 22)
    assert refused(pass_on(garbled), ring(TEAM)) == "tampered"


def test_after_a_decline_the_next_team_gets_the_same_content() -> None:
    first, second = Key.generate(), Key.generate()
    kept = sealed()
    for team in (first, second):
        assert opened(pass_on(kept, team), subject=CASE, keys=ring(team)) == STORY


def test_a_reader_without_a_key_gets_nothing() -> None:
    with pytest.raises(Refused) as why:
        passed_on(sealed(), subject=CASE, keys=ring(BRIDGE), to=None)
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
        ({}, "list of keys"),
        ({"keys": ["x"]}, "list of keys"),
        ({"keys": [JWK, JWK]}, "one kid"),
        ({"keys": [{**JWK, "kid": "jeugd.2026:1"}]}, "kid is at most 64 letters"),
        ({"keys": [{**JWK, "kid": 7}]}, "7"),
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


DEEP = 11_990


@pytest.mark.parametrize(
    "raw", [b"{", b"null", b'{"text": 3}', b"[" * DEEP, b'{"a":' * (DEEP // 5), '{"text": "é"}'.encode("utf-16"), b'{"text": "\xff"}']
)
def test_what_is_inside_and_is_not_of_its_kind_is_refused_whatever_it_is(raw: bytes) -> None:
    assert refused(with_content(raw), ring(INTAKE)) == "bad-content"


def test_a_content_of_another_kind_is_refused() -> None:
    assert refused(with_content(json.dumps(STORY.to_wire()).encode(), kind="identity"), ring(INTAKE)) == "bad-content"


def test_a_door_reads_a_content_as_strictly_as_its_schema_and_a_reader_ignores_what_it_does_not_know() -> None:
    later = with_content(b'{"text": "Een verzonnen verhaal.", "mood": "later"}')
    assert opened(later, subject=CASE, keys=ring(INTAKE)) == STORY
    with pytest.raises(Refused, match="no story"):
        opened(later, subject=CASE, keys=ring(INTAKE), closed=True)


@given(aad=st.text("AQgw_-", min_size=1, max_size=8))
def test_any_text_where_it_says_what_it_belongs_to_is_refused_or_right(aad: str) -> None:
    assert refused(changed(sealed(), aad=aad), ring(INTAKE)) == "moved"


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
