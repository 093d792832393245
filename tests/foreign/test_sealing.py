"""That what one library seals another opens: ours (joserfc), jose in Node, Nimbus in Java, each with each."""

import json
import subprocess
from datetime import date
from itertools import product
from typing import Any

import pytest
from passend_contracts.enclosures import Content, Enclosure, Identity, Key, Keys, Refused, opened, passed_on, seal

from tests.builders.events import BOARD
from tests.foreign.clients import JAVA, NODE, Client

SUBJECT = "3f2b8c1e-5d47-4a9b-8e60-1c7d9a2f4b03"
CONTENT = Identity(given_names="Noor", family_name="Voorbéeld", birth_date=date(2019, 3, 4))
BELONGS = {"id": "7c0a2b1e-9d4f-4e3a-8b57-6f1d2c3e4a5b", "kind": "identity", "subject": SUBJECT, "controller": BOARD}
READER, SCHOOL, TEAM = Key.generate(), Key.generate(), Key.generate()
OURS = None
LIBRARIES = pytest.mark.parametrize("library", [NODE, JAVA], ids=lambda client: client.name)


def asked(client: Client, verb: str, **told: Any) -> Any:
    """What a foreign client answers; skips where it cannot be built here, and fails with its own words."""
    if lacks := client.lacks():
        pytest.skip(lacks)
    done = subprocess.run(client.command("sealing", verb), input=json.dumps(told), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr)
    return json.loads(done.stdout)


def sealed_by(client: Client | None) -> Enclosure:
    """Sealed for the reader and for the school itself."""
    if client is OURS:
        return seal(CONTENT, subject=SUBJECT, controller=BOARD, to=[READER, SCHOOL], enclosure_id=BELONGS["id"])
    keys = [key.to_jwk() for key in (READER, SCHOOL)]
    return Enclosure.from_wire(asked(client, "seal", content=CONTENT.to_wire(), belongs=BELONGS, keys=keys), closed=True)


def opened_by(client: Client | None, enclosure: Enclosure, key: Key, subject: str = SUBJECT) -> Content:
    """Raises `ValueError` where it does not open."""
    if client is OURS:
        return opened(enclosure, subject=subject, keys=Keys((key,)))
    belongs = {**BELONGS, "subject": subject}
    keys = [key.to_jwk(private=True)]
    return Identity.from_wire(asked(client, "open", enclosure=enclosure.to_wire(), belongs=belongs, keys=keys), closed=True)


@pytest.mark.parametrize(
    ("sealer", "opener"), list(product((OURS, NODE, JAVA), repeat=2)), ids=lambda client: client.name if client else "ours"
)
def test_what_one_seals_the_other_opens(sealer: Client | None, opener: Client | None) -> None:
    enclosure = sealed_by(sealer)
    assert opened_by(opener, enclosure, READER) == CONTENT
    assert opened_by(opener, enclosure, SCHOOL) == CONTENT


@LIBRARIES
def test_what_others_sealed_is_passed_on_to_the_team_and_opened_by_it_alone(library: Client) -> None:
    enclosure = passed_on(sealed_by(library), subject=SUBJECT, keys=Keys((READER,)), to=TEAM)
    assert opened_by(library, enclosure, TEAM) == CONTENT
    with pytest.raises(ValueError, match="sealed for others"):
        opened_by(library, enclosure, SCHOOL)


@LIBRARIES
def test_an_enclosure_of_another_case_does_not_open(library: Client) -> None:
    other = "0f95b3e8-71c4-4d2a-b6e0-58a4c9d1372f"
    enclosure = sealed_by(OURS)
    with pytest.raises(Refused, match="sealed for another case"):
        opened_by(OURS, enclosure, READER, other)
    with pytest.raises(ValueError, match="sealed for another case"):
        opened_by(library, enclosure, READER, other)
