"""That no change of the catalogue breaks who was built on a release of it: on a catalogue and releases made here."""

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from passend_contracts.catalogue import EVENTS, EVENTS_FOLDER, EventType
from passend_contracts.export import closed_schema, opened
from typer.testing import CliRunner, Result

from deploy.catalogue import gate_cases
from deploy.catalogue.cli import app
from deploy.catalogue.compatibility import differences
from deploy.catalogue.contract import Schema
from deploy.catalogue.gate_cases import BREAKING, SAFE, Scene
from deploy.catalogue.judging import validator
from deploy.catalogue.releases import SUMS
from tests.contracts.examples import allowed, name_of

STEMS = ("case_opened", "consent_given", "jgt_referral_accepted")


class Workbench:
    """A small catalogue to change, its releases, and the command that guards them."""

    def __init__(self, directory: Path) -> None:
        self.events, self.releases = directory / "events", directory / "releases"
        for stem in STEMS:
            shutil.copytree(EVENTS_FOLDER / stem, self.events / stem, ignore=shutil.ignore_patterns("*.py", "__pycache__"))

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["contracts", *words, "--events", str(self.events), "--releases", str(self.releases)])

    def released(self, name: str) -> Path:
        """A release of the catalogue as it is."""
        done = self.run("release", name)
        assert done.exit_code == 0, done.output
        return self.releases / name

    def change(self, file: str, change: Callable[[Any], object]) -> None:
        path = self.events / file
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    def red(self) -> str:
        """What the gate says; it is red."""
        checked = self.run("check")
        assert checked.exit_code == 1, checked.output
        return checked.output


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)


def test_a_catalogue_that_is_as_released_is_let_through_and_counted(bench: Workbench) -> None:
    bench.released("2027-1")
    bench.released("2027-2")
    checked = bench.run("check")
    assert checked.exit_code == 0, checked.output
    assert "3 events, 11 fields, beside 2 releases" in checked.output
    assert f"{len(BREAKING) + len(SAFE)} gate cases" in checked.output


def test_a_release_holds_schemas_examples_and_descriptions_as_they_are(bench: Workbench) -> None:
    release = bench.released("2027-1")
    kept = {path.relative_to(release) for path in release.rglob("*") if path.is_file()}
    assert kept == {path.relative_to(bench.events) for path in bench.events.rglob("*") if path.is_file()} | {Path(SUMS)}


def test_a_red_answer_names_event_field_consumers_and_what_to_do_instead(bench: Workbench) -> None:
    bench.released("2027-1")
    bench.change("consent_given/v1.schema.json", lambda schema: schema["required"].remove("form"))
    told = bench.red()
    assert "consent_given.v1 $.form: readers in use need this field" in told
    assert "breaks:  intake, jgt_bridge, console, who read it by release 2027-1" in told
    assert "instead: leave it as it is and add a new optional field, or put a v2 beside v1" in told


def test_a_change_is_compared_with_every_release_and_not_with_the_last_only(bench: Workbench) -> None:
    code = {"type": "string", "pattern": "^[a-z]{1,9}$", "description": "A code.", "x-privacy": "none"}
    schema, example = "consent_given/v1.schema.json", "consent_given/examples/valid-consent-given.json"
    bench.change(schema, lambda schema: schema["properties"].update(note={**code, "deprecated": True}))
    bench.change(example, lambda event: event["data"].update(note="x"))
    bench.released("2027-1")
    bench.change(schema, lambda schema: schema["properties"].pop("note"))
    bench.change(example, lambda event: event["data"].pop("note"))
    bench.released("2027-2")
    bench.change(schema, lambda schema: schema["properties"].update(note={**code, "pattern": "^[0-9]{1,9}$"}))
    bench.change(example, lambda event: event["data"].update(note="1"))
    assert "consent_given.v1 $.note: " in bench.red()


def test_an_event_may_go_only_after_the_day_that_a_release_announced(bench: Workbench) -> None:
    description = bench.events / "consent_given/event.toml"
    description.write_text(description.read_text(encoding="utf-8") + "\n[sunset]\nv1 = 2020-01-01\n", encoding="utf-8")
    bench.released("2027-1")
    shutil.rmtree(bench.events / "consent_given")
    assert bench.run("check").exit_code == 0
    shutil.rmtree(bench.events / "case_opened")
    assert "case_opened.v1 $: the event of release 2027-1 is gone" in bench.red()


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda file: file.write_text("{}", encoding="utf-8"), "is changed"),
        (Path.unlink, "is gone"),
        (lambda file: file.with_name("valid-more.json").write_text("{}", encoding="utf-8"), "was added"),
    ],
)
def test_a_released_file_never_changes(bench: Workbench, tamper: Callable[[Path], object], told: str) -> None:
    release = bench.released("2027-1")
    tamper(release / "consent_given/examples/invalid-misspelt-field.json")
    assert f"{told}: what is released never changes" in bench.red()


def test_a_release_that_is_gone_is_missed_by_the_next(bench: Workbench) -> None:
    shutil.rmtree([bench.released("2027-1"), bench.released("2027-2")][0])
    assert f"2027-2/../2027-1/{SUMS} is gone" in bench.red()


def test_a_name_is_given_once_and_nothing_red_is_released(bench: Workbench) -> None:
    bench.released("2027-1")
    again = bench.run("release", "2027-1")
    assert (again.exit_code, "choose another name" in again.output) == (1, True)
    assert "lower case" in bench.run("release", "../elsewhere").output
    bench.change("consent_given/v1.schema.json", lambda schema: schema["required"].remove("form"))
    refused = bench.run("release", "2027-2")
    assert (refused.exit_code, "nothing is released while the gate is red" in refused.output) == (1, True)
    assert not (bench.releases / "2027-2").exists()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("v1.schema.json", "{"),
        ("event.toml", "term = "),
        ("examples/valid-consent-given.json", "[]"),
        ("examples/invalid-no-list.json", "{}"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(bench: Workbench, file: str, content: str) -> None:
    (bench.events / "consent_given" / file).write_text(content, encoding="utf-8")
    assert "consent_given" in bench.red()
    assert Path(file).name in bench.red()


def test_the_gate_says_of_every_known_change_what_is_known_of_it() -> None:
    assert (len(BREAKING) >= 30, len(SAFE) >= 15) == (True, True)
    assert gate_cases.wrong() == ()


def test_a_gate_that_lets_something_pass_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(scene: Scene) -> None:
        """A change that is said to break somebody, and is none."""

    monkeypatch.setattr(gate_cases, "BREAKING", [(nothing, "$.school")])
    asked_anew = gate_cases.wrong.__wrapped__
    assert asked_anew() == ("nothing: red at $.school was expected, and there is none",)


EDITS: dict[str, Callable[[Schema], Any]] = {
    "pattern": lambda part: part["pattern"].replace("a-z", "a-y").replace("0-9", "0-8"),
    "maxLength": lambda part: part["maxLength"] - 1,
    "minimum": lambda part: part["minimum"] - 1,
    "maximum": lambda part: part["maximum"] + 1,
    "minItems": lambda part: part["minItems"] - 1,  # never above `maxItems`, which nothing would fit
    "maxItems": lambda part: part["maxItems"] + 1,
    "enum": lambda part: part["enum"][1:],
    "description": lambda _: "In other words.",
    "x-known-values": lambda part: [*part["x-known-values"], "another"],
}


@pytest.mark.parametrize("event", [event for event in EVENTS if event.model.model_fields], ids=name_of)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.data())
def test_what_the_gate_lets_through_is_read_both_ways_by_another_validator(event: EventType, draw: st.DataObject) -> None:
    released = closed_schema(event)
    now = edited(deepcopy(released), draw)
    for sent, read in ((now, released), (released, now)):
        data = draw.draw(allowed(sent))
        assert validator(opened(read)).is_valid(data) or list(differences(released, now))


def edited(schema: Schema, draw: st.DataObject) -> Schema:
    """The schema after a change somewhere in it, of any kind that it allows."""
    properties = schema["properties"]
    required = schema.get("required", [])
    name = draw.draw(st.sampled_from(sorted(properties)))
    part = properties[name]
    changes: list[Callable[[], object]] = [
        lambda: properties.pop(name),
        lambda: required.remove(name) if name in required else required.append(name),
        lambda: properties.update(another={"type": "integer", "minimum": 1, "maximum": 2, "description": "New.", "x-privacy": "none"}),
        *(lambda word=word: part.update({word: EDITS[word](part)}) for word in EDITS if word in part),
    ]
    draw.draw(st.sampled_from(changes))()
    if name not in properties and name in required:
        required.remove(name)
    return schema
