"""The gate's proof of itself: changes of which everybody knows whether they break somebody, made to an event that is in no catalogue.

Each case is a function that changes a scene; its name is the change. A breaking one says at which field the gate has to turn red.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from deploy.catalogue.contract import Contract, Schema
from deploy.catalogue.gate import reds

TODAY = date(2030, 1, 1)
BEFORE, AFTER = date(2029, 12, 31), date(2030, 6, 30)
NAME = "sample_sent.v1"


@dataclass
class Scene:
    """A catalogue in use and what was released of it, at first all the same, each with one event."""

    released: dict[str, dict[str, Contract]]
    now: dict[str, Contract]

    @property
    def event(self) -> Contract:
        """The event as it is now."""
        return self.now[NAME]

    @property
    def old(self) -> Contract:
        """The event as the last release has it."""
        return self.released["second"][NAME]

    @property
    def fields(self) -> Schema:
        """Its fields as they are now."""
        fields: Schema = self.event.schema["properties"]
        return fields

    @property
    def data(self) -> dict[str, Any]:
        """Of its valid example."""
        data: dict[str, Any] = self.event.valid["valid-sample.json"]["data"]
        return data

    def add(self, name: str, value: Any, **schema: Any) -> None:
        """A new optional field, with an example."""
        self.fields[name] = {"description": "New.", "x-privacy": "none", **schema}
        self.data[name] = value

    def drop(self, name: str, *, everywhere: bool = False) -> None:
        """A field that is gone from schema and examples: now, or in the last release as well."""
        for contract in (self.event, self.old) if everywhere else (self.event,):
            del contract.schema["properties"][name]
            contract.schema["required"] = [other for other in contract.schema["required"] if other != name]
            for event in contract.valid.values():
                event["data"].pop(name, None)


Change = Callable[[Scene], None]
BREAKING: list[tuple[Change, str]] = []
SAFE: list[Change] = []


def breaks(field: str) -> Callable[[Change], Change]:
    """The change breaks somebody, and the gate has to name that field."""

    def add(change: Change) -> Change:
        BREAKING.append((change, field))
        return change

    return add


def safe(change: Change) -> Change:
    """The change breaks nobody, and the gate has to let it pass."""
    SAFE.append(change)
    return change


@cache
def wrong() -> tuple[str, ...]:
    """The cases of which the gate did not say what is known of them; it follows from this code alone, so a process asks once."""
    return tuple(_wrong())


def _wrong() -> Iterator[str]:
    for change, field in BREAKING:
        found = {red.field for red in _judged(change)}
        if field not in found:
            yield f"{_words(change)}: red at {field} was expected, and there is {', '.join(sorted(found)) or 'none'}"
    for change in SAFE:
        yield from (f"{_words(change)}: is safe, and there is red: {red}" for red in _judged(change))


def _judged(change: Change) -> list[Any]:
    scene = Scene({"first": {NAME: deepcopy(SAMPLE)}, "second": {NAME: deepcopy(SAMPLE)}}, {NAME: deepcopy(SAMPLE)})
    change(scene)
    return reds(scene.now, scene.released, TODAY)


def _words(change: Change) -> str:
    return change.__name__.replace("_", " ")


def _text(pattern: str, **more: Any) -> Schema:
    return {"type": "string", "pattern": pattern, "description": "A text.", "x-privacy": "none", **more}


def _whole(*required: str, **fields: Schema) -> Schema:
    return {
        "type": "object",
        "title": "Part",
        "additionalProperties": False,
        "description": "A part.",
        "x-privacy": "none",
        "properties": fields,
        "required": list(required),
    }


CODE = "^[a-z_]{1,40}$"
EVENT = {
    "specversion": "1.0",
    "id": "5b1f6f5e-0c0a-4d6e-9a55-1f2e3d4c5b6a",
    "source": "urn:nld:hr:kvknummer:90041234:systeem:las",
    "type": "nl.passendonderwijs.sample-sent.v1",
    "subject": "3f2b8c1e-5d47-4a9b-8e60-1c7d9a2f4b03",
    "time": "2026-11-02T09:30:00+01:00",
    "data": {
        "school": "90AA",
        "kind": "b",
        "situation": "dropped_out",
        "heldOn": "2026-11-02",
        "heldAt": "2026-11-02T09:30:00Z",
        "hours": 8,
        "ground": "A rule",
        "present": ["parent"],
        "step": {"owner": "school", "note": "note"},
        "steps": [{"owner": "school", "note": "note"}],
        "reason": "moved",
    },
}
SAMPLE = Contract(
    "sample_sent",
    1,
    {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://passendonderwijs.example/schemas/sample-sent/v1",
        **_whole(
            *("school", "kind", "situation", "heldOn", "heldAt", "hours", "ground", "present", "step", "steps"),
            school=_text("^[0-9]{2}[A-Z]{2}$"),
            kind={"type": "string", "enum": ["a", "b"], "description": "A closed list.", "x-privacy": "none"},
            situation=_text(CODE, **{"x-known-values": ["dropped_out", "bereavement"]}),
            heldOn=_text("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$", format="date"),
            heldAt=_text("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$", format="date-time"),
            hours={"type": "integer", "minimum": 1, "maximum": 40, "description": "Hours.", "x-privacy": "none"},
            ground=_text("^[ -~]*$", minLength=1, maxLength=200),
            present={
                "type": "array",
                "items": _text(CODE),
                "minItems": 1,
                "maxItems": 10,
                "description": "Who.",
                "x-privacy": "none",
            },
            step=_whole("owner", owner=_text(CODE), note=_text(CODE)),
            steps={
                "type": "array",
                "items": _whole("owner", owner=_text(CODE), note=_text(CODE)),
                "minItems": 1,
                "maxItems": 10,
                "description": "Steps.",
                "x-privacy": "none",
            },
            reason=_text(CODE),
        ),
    },
    emitters=["board"],
    readers=["intake", "jgt_bridge", "console"],
    topics=["school.cases.v1", "to.<board>.v1"],
    valid={"valid-sample.json": EVENT},
    invalid={
        "invalid-unknown-field.json": {
            "expected": [{"path": "$.data.birthDate", "code": "unknown-field"}],
            "event": {**EVENT, "data": {**EVENT["data"], "birthDate": "2018-01-01"}},  # type: ignore[dict-item]
        },
        "invalid-time.json": {
            "expected": [{"path": "$.time", "code": "bad-time"}],
            "event": {**EVENT, "time": "yesterday"},
        },
    },
)


@breaks("$.asker")
def a_required_field_is_added(scene: Scene) -> None:
    scene.add("asker", "parent", type="string", pattern=CODE)
    scene.event.schema["required"].append("asker")


@breaks("$.school")
def a_required_field_is_removed(scene: Scene) -> None:
    scene.drop("school")


@breaks("$.reason")
def an_optional_field_is_removed_that_no_release_deprecated(scene: Scene) -> None:
    scene.drop("reason")


@breaks("$.kind")
def a_required_field_becomes_optional(scene: Scene) -> None:
    scene.event.schema["required"].remove("kind")


@breaks("$.reason")
def an_optional_field_becomes_required(scene: Scene) -> None:
    scene.event.schema["required"].append("reason")


@breaks("$.reason")
def a_field_is_renamed(scene: Scene) -> None:
    scene.fields["because"] = scene.fields.pop("reason")
    scene.data["because"] = scene.data.pop("reason")


@breaks("$.school")
def a_required_field_is_respelt(scene: Scene) -> None:
    scene.fields["schoolId"] = scene.fields.pop("school")
    scene.data["schoolId"] = scene.data.pop("school")
    scene.event.schema["required"][0] = "schoolId"


@breaks("$.hours")
def a_number_becomes_text(scene: Scene) -> None:
    scene.fields["hours"] = _text("^[0-9]{1,2}$")
    scene.data["hours"] = "8"


@breaks("$.situation")
def text_becomes_a_number(scene: Scene) -> None:
    scene.fields["situation"] = {"type": "integer", "minimum": 1, "maximum": 9, "description": "A number.", "x-privacy": "none"}
    scene.data["situation"] = 3


@breaks("$.school")
def one_value_becomes_a_list(scene: Scene) -> None:
    scene.fields["school"] = {**deepcopy(scene.fields["present"]), "items": scene.fields["school"]}
    scene.data["school"] = ["90AA"]


@breaks("$.present")
def a_list_becomes_one_value(scene: Scene) -> None:
    scene.fields["present"] = _text(CODE)
    scene.data["present"] = "parent"


@breaks("$.step")
def a_part_becomes_a_code(scene: Scene) -> None:
    scene.fields["step"] = _text(CODE)
    scene.data["step"] = "school"


@breaks("$.kind")
def a_closed_list_loses_a_value(scene: Scene) -> None:
    scene.fields["kind"]["enum"].remove("a")


@breaks("$.kind")
def a_closed_list_gains_a_value(scene: Scene) -> None:
    scene.fields["kind"]["enum"].append("c")


@breaks("$.kind")
def a_value_of_a_closed_list_is_renamed(scene: Scene) -> None:
    scene.fields["kind"]["enum"] = ["b", "first"]


@breaks("$.kind")
def a_closed_list_becomes_an_open_code(scene: Scene) -> None:
    scene.fields["kind"] = _text(CODE, **{"x-known-values": ["a", "b"]})


@breaks("$.situation")
def an_open_code_becomes_a_closed_list(scene: Scene) -> None:
    scene.fields["situation"] = {**scene.fields["kind"], "enum": ["dropped_out", "bereavement"]}


@breaks("$.situation")
def an_open_code_loses_a_known_value(scene: Scene) -> None:
    scene.fields["situation"]["x-known-values"].remove("bereavement")


@breaks("$.situation")
def a_known_value_is_renamed(scene: Scene) -> None:
    scene.fields["situation"]["x-known-values"] = ["dropped_out", "loss"]


@breaks("$.school")
def a_pattern_is_narrowed(scene: Scene) -> None:
    scene.fields["school"]["pattern"] = "^9[0-9][A-Z]{2}$"


@breaks("$.school")
def a_pattern_is_widened(scene: Scene) -> None:
    scene.fields["school"]["pattern"] = "^[0-9]{2}[A-Z]{2}([0-9]{2})?$"


@breaks("$.situation")
def a_pattern_gets_another_alphabet(scene: Scene) -> None:
    scene.fields["situation"]["pattern"] = "^[a-z-]{1,40}$"
    scene.data["situation"] = "dropped-out"


@breaks("$.ground")
def a_pattern_is_removed(scene: Scene) -> None:
    del scene.fields["ground"]["pattern"]


@breaks("$.present[]")
def the_items_of_a_list_get_another_pattern(scene: Scene) -> None:
    scene.fields["present"]["items"]["pattern"] = "^[a-z]{1,40}$"


@breaks("$.heldOn")
def a_format_is_removed(scene: Scene) -> None:
    del scene.fields["heldOn"]["format"]


@breaks("$.heldAt")
def a_moment_becomes_a_day(scene: Scene) -> None:
    scene.fields["heldAt"] = deepcopy(scene.fields["heldOn"])
    scene.data["heldAt"] = "2026-11-02"


@breaks("$.school")
def a_format_is_added(scene: Scene) -> None:
    scene.fields["school"]["format"] = "date"


@breaks("$.ground")
def a_text_may_be_shorter(scene: Scene) -> None:
    scene.fields["ground"]["minLength"] = 0


@breaks("$.ground")
def a_text_has_to_be_longer(scene: Scene) -> None:
    scene.fields["ground"]["minLength"] = 5


@breaks("$.ground")
def a_text_may_be_longer(scene: Scene) -> None:
    scene.fields["ground"]["maxLength"] = 500


@breaks("$.ground")
def a_text_has_to_be_shorter(scene: Scene) -> None:
    scene.fields["ground"]["maxLength"] = 100


@breaks("$.hours")
def a_number_may_be_smaller(scene: Scene) -> None:
    scene.fields["hours"]["minimum"] = 0


@breaks("$.hours")
def a_number_has_to_be_larger(scene: Scene) -> None:
    scene.fields["hours"]["minimum"] = 2


@breaks("$.hours")
def a_number_may_be_larger(scene: Scene) -> None:
    scene.fields["hours"]["maximum"] = 60


@breaks("$.hours")
def a_number_has_to_be_smaller(scene: Scene) -> None:
    scene.fields["hours"]["maximum"] = 30


@breaks("$.hours")
def a_lower_bound_is_removed(scene: Scene) -> None:
    del scene.fields["hours"]["minimum"]


@breaks("$.present")
def a_list_may_be_empty(scene: Scene) -> None:
    scene.fields["present"]["minItems"] = 0


@breaks("$.present")
def a_list_needs_more_items(scene: Scene) -> None:
    scene.fields["present"]["minItems"] = 2
    scene.data["present"] = ["parent", "teacher"]


@breaks("$.present")
def a_list_may_be_longer(scene: Scene) -> None:
    scene.fields["present"]["maxItems"] = 20


@breaks("$.present")
def a_list_has_to_be_shorter(scene: Scene) -> None:
    scene.fields["present"]["maxItems"] = 4


@breaks("$.step.by")
def a_part_gets_a_required_field(scene: Scene) -> None:
    scene.fields["step"]["properties"]["by"] = _text(CODE)
    scene.fields["step"]["required"].append("by")
    scene.data["step"]["by"] = "school"


@breaks("$.steps[].note")
def the_parts_of_a_list_lose_an_optional_field(scene: Scene) -> None:
    del scene.fields["steps"]["items"]["properties"]["note"]
    del scene.data["steps"][0]["note"]


@breaks("$.step")
def a_part_is_called_otherwise(scene: Scene) -> None:
    scene.fields["step"]["title"] = "Duty"


@breaks("$.school")
def a_field_becomes_personal(scene: Scene) -> None:
    scene.fields["school"]["x-privacy"] = "personal"


@breaks("$.step")
def a_part_takes_fields_that_nobody_described(scene: Scene) -> None:
    scene.fields["step"]["additionalProperties"] = True


@breaks("$")
def a_misspelt_keyword_closes_nothing(scene: Scene) -> None:
    scene.event.schema["aditionalProperties"] = scene.event.schema.pop("additionalProperties")


@breaks("$.school")
def a_field_has_no_bound(scene: Scene) -> None:
    scene.fields["school"] = {"type": "string", "description": "A text.", "x-privacy": "none"}


@breaks("$.school")
def a_field_has_no_type(scene: Scene) -> None:
    del scene.fields["school"]["type"]


@breaks("$.present")
def a_list_of_anything(scene: Scene) -> None:
    del scene.fields["present"]["items"]


@breaks("$.school")
def a_pattern_is_no_regular_expression(scene: Scene) -> None:
    scene.fields["school"]["pattern"] = "^[0-9$"


@breaks("$.asker")
def a_required_field_is_not_described(scene: Scene) -> None:
    scene.event.schema["required"].append("asker")


@breaks("$")
def the_schema_is_called_otherwise(scene: Scene) -> None:
    scene.event.schema["$id"] += "x"


@breaks("$.reason")
def a_field_comes_back_as_something_else(scene: Scene) -> None:
    """The release in between does not have it; the one before it does."""
    scene.drop("reason", everywhere=True)
    scene.released["first"][NAME].schema["properties"]["reason"]["deprecated"] = True
    scene.add("reason", 3, type="integer", minimum=1, maximum=9)


@breaks("$")
def an_event_is_deleted_without_a_word(scene: Scene) -> None:
    del scene.now[NAME]


@breaks("$")
def an_event_is_deleted_before_its_sunset(scene: Scene) -> None:
    scene.old.sunset = AFTER
    del scene.now[NAME]


@breaks("$")
def an_event_is_deleted_though_a_release_put_its_sunset_off(scene: Scene) -> None:
    scene.released["first"][NAME].sunset = BEFORE
    scene.old.sunset = AFTER
    del scene.now[NAME]


@breaks("sunset")
def a_sunset_is_brought_forward(scene: Scene) -> None:
    scene.old.sunset, scene.event.sunset = AFTER, BEFORE


@breaks("$")
def a_second_version_takes_the_place_of_the_first(scene: Scene) -> None:
    second = _second(scene)
    del scene.now[NAME]
    scene.now[second.name] = second


@breaks("emitters")
def who_sent_it_may_not_any_more(scene: Scene) -> None:
    scene.event.emitters = ["gemeente"]


@breaks("readers")
def who_read_it_does_not_get_it_any_more(scene: Scene) -> None:
    scene.event.readers.remove("jgt_bridge")


@breaks("topics")
def it_goes_to_another_topic(scene: Scene) -> None:
    scene.event.topics = ["school.requests.v1", "to.<board>.v1"]


@breaks("$.data.school")
def an_example_is_not_valid(scene: Scene) -> None:
    del scene.data["school"]


@breaks("$.time")
def an_example_is_refused_before_its_data_is_read(scene: Scene) -> None:
    scene.event.valid["valid-sample.json"]["time"] = "yesterday"


@breaks("$.asker")
def a_new_field_has_no_example(scene: Scene) -> None:
    scene.add("asker", "parent", type="string", pattern=CODE)
    del scene.data["asker"]


@breaks("$.data.birthDate")
def a_new_optional_field_is_one_that_was_always_refused(scene: Scene) -> None:
    scene.add("birthDate", "2018-01-01", type="string", format="date", pattern="^20[0-9]{2}-[0-9]{2}-[0-9]{2}$")


@safe
def nothing_changes(_: Scene) -> None:
    pass


@safe
def an_optional_text_is_added(scene: Scene) -> None:
    scene.add("asker", "parent", type="string", pattern=CODE)


@safe
def an_optional_list_is_added(scene: Scene) -> None:
    scene.add("askers", ["parent"], type="array", items=_text(CODE), minItems=1, maxItems=4)


@safe
def an_optional_part_is_added(scene: Scene) -> None:
    scene.add("end", {"owner": "school"}, **_whole("owner", owner=_text(CODE)))


@safe
def a_part_gets_an_optional_field(scene: Scene) -> None:
    scene.fields["steps"]["items"]["properties"]["by"] = _text(CODE)
    scene.data["steps"][0]["by"] = "school"


@safe
def an_open_code_gains_a_known_value(scene: Scene) -> None:
    scene.fields["situation"]["x-known-values"].insert(0, "unsafe_at_school")


@safe
def a_code_gets_its_first_known_values(scene: Scene) -> None:
    scene.fields["reason"]["x-known-values"] = ["moved"]


@safe
def descriptions_get_better(scene: Scene) -> None:
    for part in (scene.event.schema, *scene.fields.values()):
        part["description"] = "Said in better words."


@safe
def fields_and_lists_stand_in_another_order(scene: Scene) -> None:
    scene.event.schema["properties"] = dict(reversed(scene.fields.items()))
    scene.event.schema["required"].reverse()
    scene.fields["kind"]["enum"].reverse()
    scene.fields["situation"]["x-known-values"].reverse()


@safe
def a_field_is_marked_deprecated(scene: Scene) -> None:
    scene.fields["reason"]["deprecated"] = True


@safe
def a_field_is_removed_that_a_release_marked_deprecated(scene: Scene) -> None:
    scene.old.schema["properties"]["reason"]["deprecated"] = True
    scene.drop("reason")


@safe
def a_field_that_was_removed_stays_away(scene: Scene) -> None:
    scene.released["first"][NAME].schema["properties"]["reason"]["deprecated"] = True
    scene.drop("reason", everywhere=True)


@safe
def a_sunset_is_announced(scene: Scene) -> None:
    scene.event.sunset = AFTER


@safe
def a_sunset_is_put_off(scene: Scene) -> None:
    scene.old.sunset, scene.event.sunset = BEFORE, AFTER


@safe
def an_event_is_deleted_after_its_sunset(scene: Scene) -> None:
    scene.old.sunset = BEFORE
    del scene.now[NAME]


@safe
def a_second_version_stands_beside_the_first(scene: Scene) -> None:
    second = _second(scene)
    scene.now[second.name] = second


@safe
def an_event_is_new(scene: Scene) -> None:
    new = deepcopy(scene.event)
    new.stem = "other_sent"
    new.schema["$id"] = new.dataschema
    scene.now[new.name] = new


@safe
def more_parties_send_it_and_more_read_it(scene: Scene) -> None:
    scene.event.emitters.append("gemeente")
    scene.event.readers.append("notify")
    scene.event.topics.append("to.<gemeente>.v1")


@safe
def examples_are_added(scene: Scene) -> None:
    scene.event.valid["valid-other.json"] = deepcopy(EVENT)
    scene.event.invalid["invalid-other.json"] = deepcopy(scene.event.invalid["invalid-time.json"])


def _second(scene: Scene) -> Contract:
    """A version in which everything is otherwise."""
    second = deepcopy(scene.event)
    second.version = 2
    second.schema["$id"] = second.dataschema
    second.schema["properties"]["kind"]["enum"] = ["b", "c"]
    return second
