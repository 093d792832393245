"""Who the parties of the region are, which team serves which home and whom to reach, on a given date: data with validity, never code."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar

from passend_contracts.catalogue import Lane, lanes_of

from services.chassis.calendar import LEGAL_TIME, day

PartyKind = Literal["board", "gemeente", "swv"]
SCHOOL_KINDS = ("bo", "sbo", "so")
"""A basisschool, and the two kinds of schools for special education: `sbo` for special primary education, `so`."""


class RegionInvalid(ValueError):
    """The region file does not hold together; the message names the entry and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Validity:
    """The dates on which an entry holds, both included; no `until` means that it still holds."""

    since: date = date.min
    until: date = date.max

    def holds(self, on: date) -> bool:
        """Whether the entry holds on that date."""
        return self.since <= on <= self.until


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation that exchanges events: a school board (bevoegd gezag), a gemeente or the samenwerkingsverband."""

    id: str
    kind: PartyKind
    name: str
    urn: str
    validity: Validity

    def owns(self, source: str) -> bool:
        """Whether an event's `source` names a system of this party."""
        return source.startswith(f"{self.urn}:")


@dataclass(frozen=True, slots=True)
class School:
    """A location of a board (vestiging), known by its BRIN code and two digits."""

    id: str
    name: str
    board: str
    municipality: str
    validity: Validity
    kind: str = "bo"
    """One of `SCHOOL_KINDS`."""


@dataclass(frozen=True, slots=True)
class Team:
    """The youth and family team (jeugd- en gezinsteam, JGT) that serves a gemeente: a role whose name and provider change."""

    id: str
    name: str
    municipality: str
    youth_region: str
    validity: Validity


@dataclass(frozen=True, slots=True)
class Contact:
    """The mailbox of a role: everybody's, or the one of a board, or of who is on call for a gemeente."""

    role: str
    email: str
    validity: Validity
    board: str | None = None
    municipality: str | None = None


@dataclass(frozen=True, slots=True)
class CrisisLadder:
    """Whom a crisis calls, in this order and how often around, within office hours (`office`) or outside them (`after`)."""

    hours: str
    roles: tuple[str, ...]
    step_minutes: int
    rounds: int
    validity: Validity

    @property
    def step(self) -> timedelta:
        """How long somebody has to take it up before the next is called."""
        return timedelta(minutes=self.step_minutes)


@dataclass(frozen=True, slots=True)
class Office:
    """Between which hours the samenwerkingsverband is at work, on the days from Monday to Friday, in Dutch time."""

    opens: time
    closes: time
    validity: Validity


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which nobody of the samenwerkingsverband is at work, such as a holiday."""

    name: str
    validity: Validity


@dataclass(frozen=True, slots=True)
class CrisisNumber:
    """Whom to phone day and night about a child who lives in that gemeente; without one, whoever the child is."""

    name: str
    phone: str
    validity: Validity
    municipality: str | None = None


@dataclass(frozen=True)
class Region:
    """The parties, schools, teams and mailboxes of one samenwerkingsverband, each with its validity."""

    parties: tuple[Party, ...]
    schools: tuple[School, ...]
    teams: tuple[Team, ...]
    contacts: tuple[Contact, ...] = ()
    ladders: tuple[CrisisLadder, ...] = ()
    offices: tuple[Office, ...] = ()
    closures: tuple[Closure, ...] = ()
    crisis_numbers: tuple[CrisisNumber, ...] = ()

    def party(self, party_id: str) -> Party | None:
        """The party of that id."""
        return next((party for party in self.parties if party.id == party_id), None)

    def of_kind(self, kind: PartyKind) -> tuple[Party, ...]:
        """All parties of one kind: those that share a door."""
        return tuple(party for party in self.parties if party.kind == kind)

    def lanes(self) -> Iterator[tuple[str, Lane]]:
        """Each party's id with each lane in which it has topics."""
        return ((party.id, lane) for party in self.parties for lane in lanes_of(party.kind))

    def school(self, school_id: str, on: date) -> School | None:
        """The school as it was on that date."""
        return next((school for school in self.schools if school.id == school_id and school.validity.holds(on)), None)

    def team_for(self, municipality: str, on: date) -> Team | None:
        """The team that serves children who live in that gemeente on that date."""
        return next((team for team in self.teams if team.municipality == municipality and team.validity.holds(on)), None)

    def mailbox(self, role: str, on: date, *, board: str | None = None, municipality: str | None = None) -> str | None:
        """Where that role is reached: rather in the mailbox of this board or gemeente than in one for all; None where there is none."""
        fitting = (
            contact
            for contact in self.contacts
            if contact.role == role
            and contact.validity.holds(on)
            and contact.board in {board, None}
            and contact.municipality in {municipality, None}
        )
        found = max(fitting, key=lambda contact: (contact.board is not None) + (contact.municipality is not None), default=None)
        return found.email if found else None

    def is_at_work(self, at: datetime) -> bool:
        """Whether people of the samenwerkingsverband are at work at that moment (kantooruren)."""
        local, on = at.astimezone(LEGAL_TIME), day(at)
        if local.weekday() >= 5 or any(closure.validity.holds(on) for closure in self.closures):
            return False
        return any(office.validity.holds(on) and office.opens <= local.time() < office.closes for office in self.offices)

    def ladder(self, at: datetime) -> CrisisLadder:
        """Whom a crisis calls at that moment; the last ladder of the file where none holds, for a crisis always calls somebody."""
        hours = "office" if self.is_at_work(at) else "after"
        fitting = [ladder for ladder in self.ladders if ladder.hours == hours]
        return next((ladder for ladder in fitting if ladder.validity.holds(day(at))), fitting[-1])

    def numbers(self, municipality: str, on: date) -> list[CrisisNumber]:
        """Whom to phone about a child who lives there, in the order of the file."""
        return [each for each in self.crisis_numbers if each.municipality in {municipality, None} and each.validity.holds(on)]


def load(path: Path) -> Region:
    """Read a region file (TOML); raises `RegionInvalid` where an entry is incomplete or points to something unknown."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    kinds: tuple[PartyKind, ...] = ("swv", "board", "gemeente")
    region = Region(
        parties=tuple(_built(Party, row, kind=kind) for kind in kinds for row in content.get(kind, [])),
        schools=tuple(_built(School, row) for row in content.get("school", [])),
        teams=tuple(_built(Team, row) for row in content.get("team", [])),
        contacts=tuple(_built(Contact, row) for row in content.get("contact", [])),
        ladders=tuple(_built(CrisisLadder, row | {"roles": tuple(row.get("roles", ()))}) for row in content.get("crisis_ladder", [])),
        offices=tuple(_built(Office, row) for row in content.get("office", [])),
        closures=tuple(_built(Closure, row) for row in content.get("closure", [])),
        crisis_numbers=tuple(_built(CrisisNumber, row) for row in content.get("crisis_number", [])),
    )
    _check_references(region)
    for school in region.schools:
        if school.kind not in SCHOOL_KINDS:
            raise RegionInvalid(f"{school.id} is of kind {school.kind}; there are {', '.join(SCHOOL_KINDS)}")
    return region


Entry = TypeVar("Entry", Party, School, Team, Contact, CrisisLadder, Office, Closure, CrisisNumber)


def _built(entry: type[Entry], row: Mapping[str, Any], **more: Any) -> Entry:
    fields = {name: value for name, value in row.items() if name not in {"from", "until"}}
    try:
        return entry(**fields, **more, validity=Validity(row.get("from", date.min), row.get("until", date.max)))
    except TypeError as unknown:
        raise RegionInvalid(f"{entry.__name__} {row.get('id', '(without id)')}: {unknown}") from unknown


def _check_references(region: Region) -> None:
    parties = {party.id for party in region.parties}
    named = [*((school.id, school.board) for school in region.schools), *((team.id, team.municipality) for team in region.teams)]
    named += [(school.id, school.municipality) for school in region.schools]
    named += [(each.role, party) for each in region.contacts for party in (each.board, each.municipality) if party]
    named += [(each.name, each.municipality) for each in region.crisis_numbers if each.municipality]
    for entry, party in named:
        if party not in parties:
            raise RegionInvalid(f"{entry} names {party}, which is no party of this region")
    _check_no_overlap(region.teams)
    if missing := {"office", "after"} - {ladder.hours for ladder in region.ladders if ladder.roles and ladder.validity.until == date.max}:
        raise RegionInvalid(f"no crisis ladder holds for {', '.join(sorted(missing))} hours: a crisis would call nobody")


def _check_no_overlap(teams: Iterable[Team]) -> None:
    ordered = sorted(teams, key=lambda team: (team.municipality, team.validity.since))
    for earlier, later in pairwise(ordered):
        if earlier.municipality == later.municipality and later.validity.since <= earlier.validity.until:
            raise RegionInvalid(f"{earlier.id} and {later.id} both serve {later.municipality} on {later.validity.since}")
