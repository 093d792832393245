"""That every example says what its event's model and schema say, and that the two say the same."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from passend_contracts.catalogue import EVENTS, EventType, accept, from_topic, of, read
from passend_contracts.enclosures import KINDS, Enclosure, belongs
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, Invalid, decode_kafka, encode
from passend_contracts.events.next_step_set.v1 import Obligation
from passend_contracts.export import EVENTS_PAGE, closed_schema, fields_of, opened_schema
from passend_contracts.vocabulary import moment

from tests.contracts.examples import INVALID, VALID, WIRE, Example, allowed, content, decoded, name_of, valid_event, validator

EVENT_PARAMS = pytest.mark.parametrize("event", EVENTS, ids=name_of)
CLOSED = {event.stem: validator(closed_schema(event)) for event in EVENTS}
OPENED = {event.stem: validator(opened_schema(event)) for event in EVENTS}


@EVENT_PARAMS
def test_every_event_has_two_valid_and_three_invalid_examples_and_one_on_the_wire(event: EventType) -> None:
    found = [sum(owner is event for owner, _ in examples) for examples in (VALID, INVALID, WIRE)]
    assert [*map(min, found, (2, 3, 1))] == [2, 3, 1]


@EVENT_PARAMS
def test_the_valid_examples_of_an_event_together_use_every_field_and_no_two_are_alike(event: EventType) -> None:
    examples = [content(path)["data"] for owner, path in VALID if owner is event]
    used = {place for data in examples for place in fields_used(data)}
    assert used == {place for place, _ in fields_of(closed_schema(event), "$") if not place.endswith("[]")}
    assert event.stem == "withheld" or all(one != other for one, other in combinations(examples, 2))


def fields_used(value: Any, where: str = "$") -> Iterator[str]:
    """Where a value has which field; the items of a list have one place."""
    match value:
        case dict():
            yield where
            for name, inner in value.items():
                yield from fields_used(inner, f"{where}.{name}")
        case list():
            yield where
            for inner in value:
                yield from (place for place in fields_used(inner, f"{where}[]") if place != f"{where}[]")
        case _:
            yield where


def test_no_two_valid_examples_are_the_same_event() -> None:
    events = [content(path) for _, path in VALID]
    assert len({(event["source"], event["id"]) for event in events}) == len(events)


@pytest.mark.parametrize(("event", "path"), VALID, ids=name_of)
def test_a_valid_example_is_read_and_fits_the_schema(event: EventType, path: Path) -> None:
    envelope = decoded(content(path))
    assert isinstance(envelope, Envelope)
    assert of(envelope.type) is event
    assert read(envelope).to_wire() == envelope.data
    assert envelope.dataschema == event.dataschema
    assert [*CLOSED[event.stem].iter_errors(envelope.data)] == []


def test_what_is_sealed_in_an_example_belongs_to_its_event_and_its_board() -> None:
    sealed = [(event["subject"], each) for event in (content(path) for _, path in VALID) for each in event["data"].get("enclosures", ())]
    for subject, each in sealed:
        belongs(Enclosure.from_wire(each, closed=True), subject=subject, controller="bg41234")
    assert {each["kind"] for _, each in sealed} == set(KINDS)


@pytest.mark.parametrize(("event", "path"), INVALID, ids=name_of)
def test_an_invalid_example_fails_where_it_says(event: EventType, path: Path) -> None:
    example = content(path)
    with pytest.raises(Invalid) as raised:
        accept(decoded(example["event"]))
    assert [{"path": problem.path, "code": problem.code} for problem in raised.value.problems] == example["expected"]
    about_data = any(expected["path"].startswith("$.data.") for expected in example["expected"])
    assert CLOSED[event.stem].is_valid(example["event"]["data"]) is not about_data


@pytest.mark.parametrize(("event", "path"), WIRE, ids=name_of)
def test_what_stands_on_the_wire_is_read_and_is_byte_for_byte_what_we_write(event: EventType, path: Path) -> None:
    record = content(path)
    headers = [(name, text.encode()) for name, text in record["headers"].items()]
    envelope = decode_kafka(record["key"].encode(), record["value"].encode(), headers)
    assert (of(envelope.type), tuple(headers)) == (event, KAFKA_HEADERS)
    assert read(envelope).to_wire() == envelope.data
    assert encode(envelope).decode() == record["value"]
    own = {from_topic(party, event.lane) for kind, party in (("board", "bg41234"), ("gemeente", "gm0546")) if kind in event.emitters}
    assert record["topic"] in own if own else event.belongs_on(record["topic"])
    assert bool(envelope.sequence and envelope.producer) is not bool(own)


def test_the_examples_of_a_crisis_are_events_of_their_own_about_the_case_of_the_first_request() -> None:
    crises = [content(path) for event, path in VALID if event.lane == "crises"]
    case = valid_event("support_requested")["subject"]
    assert len({event["id"] for event in crises}) == len(crises)
    assert case not in {event["subject"] for event in crises}
    assert {event["data"].get("caseId", case) for event in crises} == {case}
    assert valid_event("crisis_updated")["subject"] == valid_event("crisis_raised")["subject"]


def test_the_validator_asserts_dates() -> None:
    schema = {"type": "object", "properties": {"on": {"type": "string", "format": "date"}}}
    assert validator(schema).is_valid({"on": "2026-02-28"})
    assert not validator(schema).is_valid({"on": "2026-02-30"})
    assert not validator({"type": "string", "format": "date-time"}).is_valid("2026-02-30T00:00:00Z")


def test_who_gives_a_date_outside_the_years_that_count_hears_which_do() -> None:
    event = decoded(valid_event("parents_consulted") | {"data": valid_event("parents_consulted")["data"] | {"heldOn": "2200-01-01"}})
    with pytest.raises(Invalid) as raised:
        accept(event)
    assert [problem.message for problem in raised.value.problems] == [
        "give a date that exists, in the years 1900 to 2199, such as 2026-11-02"
    ]


@pytest.mark.parametrize("edge", ["1900-01-01T00:30:00+01:00", "2199-12-31T23:30:00-01:00", "9999-12-31T23:30:00Z"])
def test_a_moment_that_no_reader_could_read_in_utc_is_not_let_in(edge: str) -> None:
    with pytest.raises(ValueError, match=r"years|RFC 3339"):
        moment(edge)


def test_a_term_may_end_after_the_last_date_that_anybody_can_give() -> None:
    due = Obligation(kind="evaluate_support", owner="bg41234", due=date(2200, 2, 11), ground="Six weeks after a talk on the last day")
    assert Obligation.from_wire(due.to_wire(), closed=True) == due


def is_accepted(event: EventType, data: Any) -> bool:
    try:
        accept(decoded(valid_event("support_requested") | {"type": event.type, "dataschema": event.dataschema, "data": data}))
    except Invalid:
        return False
    return True


FAR = ("1899-12-31", "2199-12-31", "2200-01-01", "9999-12-31", "9999-12-31T23:30:00Z")
NO_DATES = ("2026-02-30", "2026-1-1", "20260101", "2026-01-01T00:00:00Z", "1793836800")
ODD = st.sampled_from([None, True, 0, -1, 1.5, "", "x", "é", "\u0000", *NO_DATES, *FAR])


@EVENT_PARAMS
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.data())
def test_a_door_and_the_schema_judge_alike(event: EventType, draw: st.DataObject) -> None:
    data = draw.draw(allowed(closed_schema(event)))
    assert is_accepted(event, data) is CLOSED[event.stem].is_valid(data) is True
    wrong = {**data, draw.draw(st.sampled_from([*event_fields(event), "extra"])): draw.draw(ODD | ODD.map(lambda value: [value]))}
    assert is_accepted(event, wrong) is CLOSED[event.stem].is_valid(wrong)


@EVENT_PARAMS
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.data())
def test_data_goes_through_model_and_wire_unchanged(event: EventType, draw: st.DataObject) -> None:
    first = event.model.from_wire(draw.draw(allowed(closed_schema(event))), closed=True)
    known = decoded(valid_event(event.stem))
    assert isinstance(known, Envelope)
    sent = Envelope(id=known.id, source=known.source, type=known.type, subject=known.subject, time=known.time, data=first.to_wire())
    assert read(decode_kafka(known.subject.encode(), encode(sent), ())) == first


@EVENT_PARAMS
def test_a_reader_ignores_what_it_does_not_know(event: EventType) -> None:
    known = decoded(valid_event(event.stem))
    now = valid_event(event.stem)
    later = decoded(now | {"laterattribute": "x", "data": with_later_fields(now["data"])})
    assert isinstance(known, Envelope)
    assert isinstance(later, Envelope)
    assert read(later) == read(known)
    assert OPENED[event.stem].is_valid(later.data)
    assert not CLOSED[event.stem].is_valid(later.data)


def with_later_fields(value: Any) -> Any:
    """The same event as a later version would send it, with a field more in every object."""
    if isinstance(value, list):
        return [with_later_fields(item) for item in value]
    if isinstance(value, dict):
        return {name: with_later_fields(item) for name, item in value.items()} | {"laterField": "x"}
    return value


@pytest.mark.parametrize(("event", "path"), VALID, ids=name_of)
def test_a_deleted_misspelt_or_wrongly_typed_field_is_noticed(event: EventType, path: Path) -> None:
    wrong = broken(content(path)["data"], closed_schema(event))
    assert [data for data in wrong if is_accepted(event, data) or CLOSED[event.stem].is_valid(data)] == []


def broken(value: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """The value with one field of it, at any depth, deleted where it is required, misspelt, or of another type."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], other, *value[index + 1 :]] for other in broken(item, schema["items"]))
    if isinstance(value, dict):
        for name, inner in value.items():
            rest = {other: kept for other, kept in value.items() if other != name}
            yield from [rest] if name in schema.get("required", ()) else []
            yield from ({**rest, **other} for other in ({f"{name}x": inner}, {name: {"value": inner}}, {name: None}))
            yield from ({**rest, name: other} for other in broken(inner, schema["properties"][name]))


def event_fields(event: EventType) -> list[str]:
    return list(closed_schema(event)["properties"])


@pytest.mark.parametrize(("example", "told"), [(VALID[0], "ended_on"), (INVALID[0], "bad-json")])
def test_the_lines_of_the_readme_that_check_an_event_work(example: Example, told: str, tmp_path: Path) -> None:
    section = (EVENTS_PAGE.parent / "README.md").read_text(encoding="utf-8").partition("## Check an event")[2]
    lines = section.partition("```python\n")[2].partition("```")[0]
    posted = tmp_path / "event.json"
    posted.write_text(example[1].read_text(encoding="utf-8")[: None if example in VALID else 40], encoding="utf-8")
    ran = subprocess.run([sys.executable, "-c", lines, posted], capture_output=True, text=True, check=True)
    assert told in ran.stdout
