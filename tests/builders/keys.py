"""Keys of invented services and gemeenten, and enclosures of an invented child; made anew in every run."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from passend_contracts import enclosures
from passend_contracts.enclosures import DOOR_KEYS, Contact, Content, Enclosure, Identity, Key, Keys, Person, Story
from passend_contracts.envelope import Envelope

from tests.builders.events import BOARD, GEMEENTE, OTHER_GEMEENTE

OWNERS = ("intake", "jgt_bridge", "notify", GEMEENTE, OTHER_GEMEENTE)
KEYS: Mapping[str, Keys] = {owner: Keys((Key.generate(),)) for owner in OWNERS}
IDENTITY = Identity.from_wire({"givenNames": "Noor", "familyName": "van Verzonnen", "birthDate": "2019-03-04"}, closed=True)
CONTACT = Contact(people=[Person(name="Bo van Verzonnen", relation="parent", phone="06 0000 1234")])
STORY = Story(text="Een verzonnen verhaal over een verzonnen kind.")


def key_of(owner: str) -> Key:
    return KEYS[owner].keys[0]


def settings_of_keys(directory: Path, service: str) -> dict[str, Any]:
    """What a service is told of keys; the public ones stand in a file of that directory."""
    public = directory / "keys.json"
    public.write_text(json.dumps({owner: keys.to_jwks() for owner, keys in KEYS.items()}), encoding="utf-8")
    return {"public_keys": public, "door_keys": json.dumps(KEYS[service].to_jwks(private=True))}


def sealed(content: Content, subject: str, *, board: str = BOARD, to: tuple[str, ...] = ()) -> Enclosure:
    """Sealed as a school does, to the services that need that kind, or to other owners of keys."""
    owners = to or DOOR_KEYS[enclosures.kind_of(content)]
    return enclosures.seal(content, subject=subject, controller=board, to=[key_of(owner) for owner in owners])


def enclosing(event: Envelope, *sealed_parts: Enclosure) -> Envelope:
    """The event with these enclosures."""
    return replace(event, data={**event.data, "enclosures": [each.to_wire() for each in sealed_parts]})
