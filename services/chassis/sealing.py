"""What a service does about sealed parts of events: the keys it knows, what a door checks, and how it seals for who posts plainly.

A school seals to the door keys of the services (`enclosures.DOOR_KEYS`); each service has its own private keys and no other's.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from passend_contracts import catalogue, enclosures
from passend_contracts.enclosures import CONTENTS, DOOR_KEYS, KINDS, Content, Enclosure, Key, Keys, KeysInvalid, Kind, Refused
from passend_contracts.envelope import Envelope, Invalid, Problem, derived_id, known
from pydantic import ValidationError

from services.chassis.settings import Settings

PLAIN = "toSeal"
"""The member of an event's data that is no part of any schema: what intake seals for a school that posts plainly, over TLS only."""
PLAIN_IS_FOR_HTTP = Problem(f"$.data.{PLAIN}", "plain-not-here", "in the open it may only be posted to intake over HTTP; seal it here")
OBJECT_OF_KINDS = Problem(f"$.data.{PLAIN}", "wrong-type", f"give an object with one or more of {', '.join(KINDS)}")
ONE_OR_THE_OTHER = Problem("$.data.enclosures", "wrong-type", "give a list of enclosures, or leave it out beside toSeal")
NO_ENCLOSURES = Problem(f"$.data.{PLAIN}", "unknown-field", "an event of this type carries no enclosures; leave it out")


@dataclass(frozen=True, slots=True)
class Keyring:
    """The private keys of one service, and everybody's public ones: those of services by their name, of parties by their id."""

    own: Keys = field(default_factory=Keys)
    public: Mapping[str, Keys] = field(default_factory=dict)

    def to_seal_to(self, kind: Kind, now: datetime) -> list[Key]:
        """The keys that a school seals this kind to; raises `Refused` where a service has none that holds."""
        keys = [self.current(service, now) for service in DOOR_KEYS[kind]]
        if not all(keys):
            raise Refused("no-door-keys", "the services have no keys to seal to yet; leave enclosures out")
        return [key for key in keys if key]

    def current(self, whose: str, now: datetime) -> Key | None:
        """The key that somebody else is sealed to now."""
        return self.public.get(whose, Keys()).current(now)

    def problems(self, attributes: Mapping[str, Any], controller: str, now: datetime) -> Iterator[Problem]:
        """What is wrong with an event's enclosures beyond their form, which the schema says: whose, for whom, and whether they open."""
        subject, raw = attributes.get("subject"), attributes.get("data", {}).get("enclosures")
        kinds = set[Kind]()
        for n, enclosure in _well_formed(raw[: len(KINDS)] if isinstance(raw, list) else ()):
            path = f"$.data.enclosures[{n}]"
            if subject:
                yield from self._wrong(path, enclosure, subject, controller, now)
            if enclosure.kind in kinds:
                yield Problem(f"{path}.kind", "enclosure-twice", "another enclosure of this event is of the same kind; send one of each")
            kinds.add(enclosure.kind)

    def _wrong(self, path: str, enclosure: Enclosure, subject: str, controller: str, now: datetime) -> Iterator[Problem]:
        try:
            enclosures.belongs(enclosure, subject=subject, controller=controller)
        except Refused as refused:
            yield _problem(path, refused)
            return
        missing = list(self._missing(enclosure, now))
        yield from (Problem(f"{path}.jwe.recipients", code, message) for code, message in missing)
        if not missing and any(self.own.of(each.header.kid) for each in enclosure.jwe.recipients):
            try:
                enclosures.opened(enclosure, subject=subject, keys=self.own, closed=True)
            except Refused as refused:
                yield _problem(path, refused)

    def _missing(self, enclosure: Enclosure, now: datetime) -> Iterator[tuple[str, str]]:
        """The services that need this kind and cannot open it, or only by a key that is over."""
        for service in DOOR_KEYS[enclosure.kind]:
            keys = self.public.get(service, Keys())
            sealed_to = [key for each in enclosure.jwe.recipients if (key := keys.of(each.header.kid))]
            if not sealed_to:
                yield "enclosure-without-door-key", f"seal it to a key of {service} too; GET /v1/deursleutels at intake has it"
            elif not any(key.holds(now) for key in sealed_to):
                yield (
                    "enclosure-key-over",
                    f"that key of {service} holds no longer, or not yet; seal it anew to one of GET /v1/deursleutels",
                )

    def sealed(self, event: Envelope | Invalid, controller: str, now: datetime) -> Envelope | Invalid:
        """The event with what it brings in the open sealed instead; as it was where it brings nothing, `Invalid` where that is no good."""
        attributes = event.known if isinstance(event, Invalid) else known(event)
        if PLAIN not in attributes.get("data", {}):
            return event
        data = dict(attributes["data"])
        plain, problems = data.pop(PLAIN), list(event.problems) if isinstance(event, Invalid) else []
        if "enclosures" in data and not isinstance(data["enclosures"], list):
            return Invalid([*problems, ONE_OR_THE_OTHER], {**attributes, "data": data})
        contents = _contents(attributes.get("type", ""), plain, problems)
        if isinstance(event, Envelope) and not problems:
            try:
                data["enclosures"] = [*data.get("enclosures", ()), *(self._seal(event, each, controller, now) for each in contents)]
                return replace(event, data=data)
            except Refused as refused:
                problems.append(_problem(f"$.data.{PLAIN}", refused))
        return Invalid(problems, {**attributes, "data": data})

    def _seal(self, event: Envelope, content: Content, controller: str, now: datetime) -> dict[str, Any]:
        kind = enclosures.kind_of(content)
        sealed_id = derived_id("enclosure", event.source, event.id, kind)
        to = self.to_seal_to(kind, now)
        return enclosures.seal(content, subject=event.subject, controller=controller, to=to, enclosure_id=sealed_id).to_wire()


def without_plain(event: Envelope | Invalid) -> Envelope | Invalid:
    """Where nothing may come in the open: the event, or `Invalid` that says so and has forgotten what it was."""
    attributes = event.known if isinstance(event, Invalid) else known(event)
    if PLAIN not in attributes.get("data", {}):
        return event
    problems = [*(event.problems if isinstance(event, Invalid) else ()), PLAIN_IS_FOR_HTTP]
    return Invalid(problems, {**attributes, "data": {name: value for name, value in attributes["data"].items() if name != PLAIN}})


def _contents(wire_type: str, plain: Any, problems: list[Problem]) -> list[Content]:
    """What stands in the open, read by its kind; everything that is wrong with it goes to the problems."""
    if catalogue.knows(wire_type) and "enclosures" not in catalogue.of(wire_type).model.model_fields:
        problems.append(NO_ENCLOSURES)
        return []
    if not isinstance(plain, dict) or not plain or plain.keys() - set(KINDS):
        problems.append(OBJECT_OF_KINDS)
        return []
    contents = []
    for kind in KINDS:
        if kind in plain:
            try:
                contents.append(catalogue.read_form(CONTENTS[kind], plain[kind]))
            except Invalid as invalid:
                problems += [replace(each, path=each.path.replace("$", f"$.data.{PLAIN}.{kind}", 1)) for each in invalid.problems]
    return contents  # type: ignore[return-value]


def _well_formed(raw: Iterable[Any]) -> Iterator[tuple[int, Enclosure]]:
    for n, each in enumerate(raw):
        try:
            yield n, Enclosure.from_wire(each, closed=True)
        except ValidationError:
            continue


def _problem(path: str, refused: Refused) -> Problem:
    return Problem(path, f"enclosure-{refused.code}", str(refused))


def load(name: str, settings: Settings) -> Keyring:
    """The keys that a service is told of; raises `KeysInvalid` where they do not hold together. Without any it takes no enclosures."""
    try:
        own = Keys.read(json.loads(settings.door_keys.get_secret_value())) if settings.door_keys else Keys()
        public = dict(json.loads(settings.public_keys.read_text(encoding="utf-8"))) if settings.public_keys else {}
    except (OSError, ValueError, TypeError) as unreadable:
        raise KeysInvalid(f"the keys cannot be read: {type(unreadable).__name__}") from None
    return _held_together(name, Keyring(own, {whose: Keys.read(jwks) for whose, jwks in public.items()}))


def _held_together(name: str, keys: Keyring) -> Keyring:
    """A key of our own that others do not seal to, or another's in its place, would show first in an enclosure that nobody can open."""
    told = {key.kid for key in keys.public.get(name, Keys()).keys}
    if strangers := [key.kid for key in keys.own.keys if key.kid not in told]:
        raise KeysInvalid(f"the public keys do not hold these of {name}: {', '.join(strangers)}; write them anew")
    if bare := [key.kid for key in keys.own.keys if not key.jwk.is_private]:
        raise KeysInvalid(f"these keys of {name} have no private part: {', '.join(bare)}")
    return keys
