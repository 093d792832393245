"""What people of the samenwerkingsverband decide: for each decision its form, its place in the API, and the use case that takes it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from fastapi import HTTPException
from passend_contracts.catalogue import read_form
from passend_contracts.envelope import Invalid, Problem
from passend_contracts.events.arrangement_ended.v1 import Reason as WhyEnded
from passend_contracts.events.arrangement_refused.v1 import Ground, Possible
from passend_contracts.events.expert_assigned.v1 import Provider
from passend_contracts.events.placement_ended.v1 import Reason as WhyLeft
from passend_contracts.vocabulary import Day, Euros, HoursPerWeek, Maybe, Part, SchoolId, SpecialSchoolKind, is_uuid
from pydantic import Field
from pydantic.alias_generators import to_camel

from services.chassis.calendar import day
from services.chassis.commands import Command, Done, Refusal
from services.chassis.region import Region
from services.chassis.runtime import Parts
from services.chassis.transaction import Transaction
from services.placement import store, use_cases
from services.placement.domain.arrangement import Fault, Grant
from services.placement.domain.case import Case
from services.placement.domain.place import LONGEST_OFFER, Offer

Tx = Transaction[Case]
NO_KEY = Problem("Idempotency-Key", "missing-key", "give a UUID in lower case in this header, the same one whenever you send it again")


class Form(Part):
    """What is filled in for a decision: nothing about the child, and no text in anybody's own words."""

    def faults(self, today: date) -> Iterable[Fault]:
        """What does not go together, or lies on the wrong side of today."""
        _ = today
        return ()


def _past(name: str, on: date, today: date) -> Iterator[Fault]:
    if on > today:
        yield Fault(name, "this has not happened yet; give a date up to today")


def _to_come(name: str, on: date, today: date) -> Iterator[Fault]:
    if on < today:
        yield Fault(name, "this date has passed; give one from today on")


class Toekenning(Form):
    """An arrangement is granted, within bounds."""

    hours_per_week: Maybe[HoursPerWeek] = Field(None, description="At most how many hours of support a week.")
    budget: Maybe[Euros] = Field(None, description="At most how much money in all, in whole euros.")
    starts_on: Day = Field(description="The first day of the support.")
    evaluate_on: Day = Field(description="The last day on which school and parents look whether it is enough.")
    ends_on: Day = Field(description="The last day of the support, within a year.")

    @property
    def grant(self) -> Grant:
        """The same in placement's own words."""
        return Grant(self.starts_on, self.evaluate_on, self.ends_on, self.hours_per_week, self.budget)

    def faults(self, today: date) -> Iterable[Fault]:
        return self.grant.faults(today)


class Afwijzing(Form):
    """An arrangement is not granted."""

    ground: Ground = Field(description="Why, as a code: never a word about the child.")
    possible: Possible = Field(description="What the school can do instead, as a code.")


class Beeindiging(Form):
    """An arrangement has ended before its last day."""

    ended_on: Day = Field(description="The last day; not in the future.")
    reason: WhyEnded = Field(description="Why, as a code.")

    def faults(self, today: date) -> Iterable[Fault]:
        return _past("ended_on", self.ended_on, today)


class Toewijzing(Form):
    """An expert comes to the school."""

    provider: Provider = Field(description="The organisation that sends the expert, as a code; never who it is.")
    report_due: Day = Field(description="The last day on which the report is in time.")

    def faults(self, today: date) -> Iterable[Fault]:
        return _to_come("report_due", self.report_due, today)


class Verslag(Form):
    """The expert has reported to the school."""

    reported_on: Day = Field(description="The date of the report; not in the future.")

    def faults(self, today: date) -> Iterable[Fault]:
        return _past("reported_on", self.reported_on, today)


class Zoekopdracht(Form):
    """A place is sought."""

    kind: SpecialSchoolKind = Field(description="Which kind of school.")
    find_by: Maybe[Day] = Field(None, description="The last day on which a place is found in time; six weeks from now where it is absent.")

    def faults(self, today: date) -> Iterable[Fault]:
        return _to_come("find_by", self.find_by, today) if self.find_by else ()


class Aanbod(Form):
    """A place is offered, and held until it is answered or the term is over."""

    school: SchoolId = Field(description="The location (vestiging) that has the place.")
    available_from: Day = Field(description="The first day on which the child can start there.")
    answer_due: Day = Field(description="The last day on which an answer is in time: at most four weeks from now.")

    def faults(self, today: date) -> Iterable[Fault]:
        late = [Fault("answer_due", "an offer keeps the place from another child: at most four weeks")]
        return chain(_to_come("answer_due", self.answer_due, today), late if self.answer_due > today + LONGEST_OFFER else ())


class Plaatsing(Form):
    """The child has started at the other school."""

    started_on: Day = Field(description="The first day there, with formal enrolment; not in the future.")

    def faults(self, today: date) -> Iterable[Fault]:
        return _past("started_on", self.started_on, today)


class Vertrek(Form):
    """The child leaves the other school."""

    ended_on: Day = Field(description="The last day there; not in the future.")
    reason: WhyLeft = Field(description="Why, as a code.")

    def faults(self, today: date) -> Iterable[Fault]:
        return _past("ended_on", self.ended_on, today)


class Capaciteit(Form):
    """How many places a location has in all."""

    places: int = Field(ge=0, le=500, description="As agreed with its board.")


@dataclass(frozen=True, slots=True)
class Decision:
    """One kind of decision; `path` stands under `/v1/zaken/{zaak}`, and `{verzoek}` in it is the request that it answers."""

    name: str
    path: str
    form: type[Form]
    take: Callable[[Tx, Any, str, Region], Awaitable[None]]


def _offered(tx: Tx, form: Aanbod, region: Region) -> Offer:
    school = region.school(form.school, day(tx.now))
    return Offer(form.school, school.kind if school else "", form.available_from, form.answer_due)


DECISIONS: Mapping[str, Decision] = {
    each.name: each
    for each in (
        Decision(
            "grant_arrangement",
            "arrangementen/{verzoek}/toekenningen",
            Toekenning,
            lambda tx, form, request, _: use_cases.grant(tx, request, form.grant),
        ),
        Decision(
            "refuse_arrangement",
            "arrangementen/{verzoek}/afwijzingen",
            Afwijzing,
            lambda tx, form, request, _: use_cases.refuse(tx, request, form.ground, form.possible),
        ),
        Decision(
            "end_arrangement",
            "arrangementen/{verzoek}/beeindigingen",
            Beeindiging,
            lambda tx, form, request, _: use_cases.end_arrangement(tx, request, form.ended_on, form.reason),
        ),
        Decision(
            "assign_expert",
            "deskundigen/{verzoek}/toewijzingen",
            Toewijzing,
            lambda tx, form, request, _: use_cases.assign_expert(tx, request, form.provider, form.report_due),
        ),
        Decision(
            "note_report",
            "deskundigen/{verzoek}/verslagen",
            Verslag,
            lambda tx, form, request, _: use_cases.report(tx, request, form.reported_on),
        ),
        Decision("seek_place", "zoekopdrachten", Zoekopdracht, lambda tx, form, *_: use_cases.seek_place(tx, form.kind, form.find_by)),
        Decision(
            "offer_place",
            "aanbiedingen",
            Aanbod,
            lambda tx, form, _, region: use_cases.offer_place(tx, _offered(tx, form, region)),
        ),
        Decision("start_placement", "plaatsingen", Plaatsing, lambda tx, form, *_: use_cases.start_placement(tx, form.started_on)),
        Decision(
            "end_placement",
            "plaatsingen/beeindigingen",
            Vertrek,
            lambda tx, form, *_: use_cases.end_placement(tx, form.ended_on, form.reason),
        ),
    )
}


class Office:
    """The office of the samenwerkingsverband (kantoor): takes its decisions, from the API and from the page alike."""

    def __init__(self, parts: Parts, region: Region) -> None:
        self.region = region
        self._parts = parts
        self._swv = region.of_kind("swv")[0]
        self._reading = parts.engine.execution_options(isolation_level="REPEATABLE READ")  # a case and its requests as of one moment

    @property
    def today(self) -> date:
        """The calendar day in the Netherlands."""
        return day(self._parts.clock.now())

    async def let_in(self, authorization: str | None) -> None:
        """Let the samenwerkingsverband's own people in; raises `NotAuthenticated`, or HTTPException 403 for anybody else."""
        principal = await self._parts.tokens.principal(authorization)
        if principal.party != self._swv.id:
            raise HTTPException(403, "Not allowed: this is for people of the samenwerkingsverband")

    async def decide(self, decision: Decision, case: str, request: str, content: Any, key: str | None) -> Done | Refusal:
        """Take a decision under its own key; raises `Invalid` with everything that is wrong with form and key."""
        form = self._checked(decision.form, content, key)
        command = Command(key or "", decision.name, case, self._swv, (request, form.to_wire()))
        return await self._parts.commands["cases"].run(command, lambda tx: decision.take(tx, form, request, self.region))

    def _checked(self, model: type[Form], content: Any, key: str | None) -> Form:
        problems = [] if key and is_uuid(key) else [NO_KEY]
        try:
            form = read_form(model, content)
        except Invalid as invalid:
            raise Invalid([*problems, *invalid.problems]) from None
        problems += [Problem(f"$.{to_camel(fault.field)}", "does-not-fit", fault.what) for fault in form.faults(self.today)]
        if problems:
            raise Invalid(problems)
        return form

    async def case(self, case_id: str) -> Case | None:
        """What is known of a case."""
        async with self._reading.connect() as connection:
            return (await store.load(connection, [case_id])).get(case_id)

    async def open_work(self) -> list[Case]:
        """The cases in which something is to be decided or support runs."""
        async with self._reading.connect() as connection:
            return await store.open_work(connection)

    async def capacities(self) -> list[store.Capacity]:
        """The places of every location that was agreed on."""
        async with self._reading.connect() as connection:
            return await store.capacities(connection)

    async def agree_capacity(self, school: str, content: Any) -> None:
        """Keep how many places a location has; raises `Invalid` where it is no special school of this region."""
        form = read_form(Capaciteit, content)
        found = self.region.school(school, self.today)
        if found is None or found.kind not in {"so", "sbo"}:
            raise Invalid([Problem("school", "unknown-school", "give a location for special (primary) education of this region")])
        async with self._parts.engine.begin() as connection:
            await store.agree_capacity(connection, school, form.places, self.today)
