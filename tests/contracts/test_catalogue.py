"""That the catalogue holds together: topics, readers, privacy, and what it says to whoever adds an event."""

import re
import shutil
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from passend_contracts.catalogue import (
    DOORS,
    EVENTS,
    EVENTS_FOLDER,
    TOPICS,
    CatalogueError,
    EventType,
    dlq_topic,
    from_topic,
    load,
    of,
    to_topic,
    topic,
)
from passend_contracts.envelope import MAX_EVENT_BYTES
from passend_contracts.events.support_requested.v1 import SupportRequested
from passend_contracts.export import closed_schema, fields_of
from passend_contracts.vocabulary import AgeBand, EventId, MunicipalityId, SchoolId
from pydantic import TypeAdapter

from tests.contracts.examples import name_of

SERVICES = {"intake", "jgt_bridge", "placement", "notify", "console"}
EVENT_PARAMS = pytest.mark.parametrize("event", EVENTS, ids=name_of)


def test_an_event_is_found_by_class_data_and_type() -> None:
    entry = of("nl.passendonderwijs.support-requested.v1")
    assert entry is of(SupportRequested)
    assert (entry.stem, entry.topic, entry.model) == ("support_requested", "school.cases.v1", SupportRequested)


@EVENT_PARAMS
def test_an_event_is_read_by_who_reads_its_topic_or_keeps_its_door(event: EventType) -> None:
    for name in set(event.topics) & set(TOPICS):
        doors = {door for kind, door in DOORS.items() if kind in event.emitters}
        assert doors | {TOPICS[name].writer} >= set(event.emitters) & SERVICES
        assert set(TOPICS[name].readers) <= set(event.readers)
        assert set(event.readers) & SERVICES <= set(TOPICS[name].readers) | doors


KINDS: tuple[Any, ...] = (EventId, SchoolId, MunicipalityId, AgeBand)
KNOWN_TO_A_SYSTEM = [TypeAdapter(kind).json_schema() for kind in KINDS]
"""What a party's system has of a pupil, of its schools and of the event that it answers."""


@EVENT_PARAMS
def test_a_person_fills_in_all_that_a_party_s_system_does_not_know(event: EventType) -> None:
    schema = closed_schema(event)
    asked = {name: part for name, part in schema["properties"].items() if name in schema.get("required", ())}
    guessed = {name: part for name, part in asked.items() if not is_known(part) and name not in event.by_hand}
    if not {"board", "gemeente"} & {*event.emitters}:
        assert event.by_hand == ()
        return
    assert set(event.by_hand) <= {name for name, part in asked.items() if not is_known(part)}
    assert [part.get("format", "no date") for part in guessed.values()] in ([], ["date"], ["date-time"])
    assert not guessed or "the same day" in event.emitted or event.emitted.startswith("at once")


def is_known(part: dict[str, Any]) -> bool:
    return any({**part, **kind} == part for kind in KNOWN_TO_A_SYSTEM)


def test_nobody_acts_on_what_is_planned() -> None:
    handled = {model for service in SERVICES for model in import_module(f"services.{service}.handlers").events.handlers}
    assert {event.stem for event in EVENTS if event.planned and event.model in handled} == set()


@pytest.mark.parametrize("name", ["guard.cases.v1", "school.requests.v1", "swv.cases.v1"])
def test_jgt_bridge_never_reads_what_the_guardian_says_nor_what_schools_ask_of_the_swv(name: str) -> None:
    assert "jgt_bridge" not in TOPICS[name].readers


def test_placement_never_reads_what_schools_and_gemeenten_say_to_each_other() -> None:
    assert {name for name, topic in TOPICS.items() if "placement" in topic.readers} == {"guard.cases.v1", "school.requests.v1"}


def test_topics_of_parties_and_dead_letters_follow_from_their_name() -> None:
    assert [topic(from_topic(party)).readers for party in ("bg41234", "gm0546")] == [("intake",), ("jgt_bridge",)]
    assert (topic(to_topic("gm0546")).readers, topic(to_topic("gm0546")).partitions) == (("console",), 1)
    assert topic(dlq_topic("intake")).writer == "intake"
    assert topic("school.cases.v1").partitions == 6
    with pytest.raises(KeyError):
        topic("elsewhere")


@EVENT_PARAMS
def test_nothing_personal_is_part_of_an_event_but_sealed(event: EventType) -> None:
    values = [(path, part["x-privacy"]) for path, part in fields_of(closed_schema(event)) if part["type"] not in {"object", "array"}]
    assert {path for path, privacy in values if privacy != "none"} <= {"$.enclosures[].jwe.ciphertext"}


@EVENT_PARAMS
def test_only_services_write_sentences_and_only_about_rules_and_forms(event: EventType) -> None:
    free = {path.rpartition(".")[2] for path, part in fields_of(closed_schema(event)) if part["type"] == "string" and "maxLength" in part}
    assert free <= {"ground", "title", "detail", "message", "possible"}
    assert not free or set(event.emitters) <= SERVICES


@EVENT_PARAMS
def test_the_largest_event_that_a_contract_allows_fits_with_room_for_what_a_door_adds(event: EventType) -> None:
    room_for_attributes = 3_072
    assert largest(closed_schema(event)) + room_for_attributes < MAX_EVENT_BYTES


def largest(schema: dict[str, Any]) -> int:
    """At most how many bytes a value takes in JSON."""
    match schema:
        case {"type": "object", "properties": fields}:
            return 2 + sum(len(name) + 4 + largest(part) for name, part in fields.items())
        case {"type": "array", "maxItems": most, "items": items}:
            return 2 + int(most) * (1 + largest(items))
        case {"type": "string", "maxLength": longest, "pattern": pattern}:
            return 2 + (2 if pattern == "^[ -~]*$" else 4) * int(longest)  # a quote in ASCII text takes two bytes
        case {"enum": values}:
            return 2 + max(len(str(value)) for value in values)
        case {"pattern": pattern}:
            return 12 + sum(int(most) for most in re.findall(r"(\d+)}", pattern))
        case _:
            return len("500")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('owner = "', 'ownr = "', "ownr"),
        ('term = "', '# "', "term"),
        ('emitters = ["board"]', 'emitters = ["parent"]', "emitters"),
        ("[meaning]", "[meaning", "at line"),
        ("[meaning]", '[meaning]\nde = "x"', "de"),
        ("[meaning]", 'stem = "other"\n[meaning]', "stem"),
    ],
)
def test_a_description_that_does_not_hold_together_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    shutil.copytree(EVENTS_FOLDER / "support_requested", tmp_path / "support_requested")
    description = tmp_path / "support_requested" / "event.toml"
    description.write_text(description.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogueError, match=f"support_requested/event.toml: (?s:.*){told}"):
        load(tmp_path)


def test_a_second_version_stands_beside_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "later" / "support_requested"
    shutil.copytree(EVENTS_FOLDER / "support_requested", folder)
    (folder / "v2.py").write_text((folder / "v1.py").read_text(encoding="utf-8").replace("age_band", "band_of_age"), encoding="utf-8")
    with (folder / "event.toml").open("a", encoding="utf-8") as description:
        description.write("\n[sunset]\nv1 = 2030-08-01\n")
    monkeypatch.syspath_prepend(tmp_path)
    first, second = load(tmp_path / "later", package="later")
    assert [entry.type for entry in (first, second)] == [f"nl.passendonderwijs.support-requested.v{number}" for number in (1, 2)]
    assert second.dataschema.endswith("/support-requested/v2")
    assert (first.sunset, second.sunset) == (date(2030, 8, 1), None)
    assert ("age_band" in first.model.model_fields, "band_of_age" in second.model.model_fields) == (True, True)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    shutil.copytree(EVENTS_FOLDER / "withheld", tmp_path / "nothing_said")
    with pytest.raises(CatalogueError, match="nothing_said"):
        load(tmp_path)
