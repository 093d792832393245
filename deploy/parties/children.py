"""Invented children, and how a school's system encloses who they are: sealed by itself, or posted plainly for the door to seal.

The same case always gets the same child. FOR DEMONSTRATION ONLY: nobody here exists.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Self

from passend_contracts import catalogue, enclosures
from passend_contracts.enclosures import Contact, Content, Identity, Keys, Kind, Person, Story
from passend_contracts.envelope import Envelope, derived_id, encode
from passend_contracts.events import CrisisRaised, ParentsConsulted, SupportRequested

GIVEN = ("Bo", "Fenna", "Ilyas", "Jip", "Lotte", "Mees", "Noor", "Saar", "Tijn", "Yara")
FAMILY = ("van Verzonnen", "Bedacht", "de Voorbeeld", "Fictief", "Testman", "ten Sprookje")
STORIES = (
    "Komt de laatste weken moe op school. Rekenen lukt niet meer; in de pauze blijft het kind alleen.",
    "Wordt snel boos als de klas druk is. Met een vaste plek en een dagplanning op de bank gaat het beter.",
    "De ouders vertellen dat het thuis onrustig is sinds de verhuizing. Zij willen graag dat iemand meedenkt.",
)
OLDEST = {"4-5": 5, "6-7": 7, "8-9": 9, "10-11": 11, "12-13": 13}


@dataclass(frozen=True)
class DoorKeys:
    """To whose keys each kind is sealed, as intake's `GET /v1/deursleutels` tells."""

    kinds: Mapping[Kind, tuple[str, ...]]
    keys: Mapping[str, Keys]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """From that answer, parsed."""
        return cls(told["kinds"], {service: Keys.read(jwks) for service, jwks in told["keys"].items()})

    def sealed(self, event: Envelope, board: str) -> Envelope:
        """The event with what its school encloses, sealed as a school's own system does."""
        now = datetime.now(UTC)
        sealed = []
        for content in contents(event):
            kind = enclosures.kind_of(content)
            to = [key for service in self.kinds[kind] if (key := self.keys[service].current(now))]
            sealed_id = derived_id("enclosure", event.source, event.id, kind)
            sealed.append(enclosures.seal(content, subject=event.subject, controller=board, to=to, enclosure_id=sealed_id).to_wire())
        return replace(event, data={**event.data, "enclosures": sealed}) if sealed else event


def plain(event: Envelope) -> bytes:
    """The event with what its school encloses in the open, as one posts it whose system cannot seal: over TLS, to intake only."""
    to_seal = {enclosures.kind_of(content): content.to_wire() for content in contents(event)}
    if not to_seal:
        return encode(event)
    body = json.loads(encode(event))
    return json.dumps({**body, "data": {**body["data"], "toSeal": to_seal}}).encode()


def contents(event: Envelope) -> Iterator[Content]:
    """What a school tells about the child with this event, and nothing that the reader does not need."""
    random = Random(event.subject)  # noqa: S311 -- a play
    family = random.choice(FAMILY)
    match catalogue.read(event):
        case SupportRequested(age_band=age_band, recognised_on=on):
            yield Identity(given_names=random.choice(GIVEN), family_name=family, birth_date=_birthday(random, age_band, on))
            yield _parent(random, family)
        case ParentsConsulted(youth_team="refer"):
            yield Story(text=random.choice(STORIES))
        case CrisisRaised():
            yield _parent(random, family)


def _birthday(random: Random, age_band: str, on: date) -> date:
    return on - timedelta(days=OLDEST[age_band] * 365 + random.randint(10, 300))


def _parent(random: Random, family: str) -> Contact:
    name = f"{random.choice(GIVEN)} {family}"
    return Contact(
        people=[Person(name=name, relation="parent", phone=f"06 0000 {random.randint(0, 9999):04}", email="ouder@gezin.example")]
    )
