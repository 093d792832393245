"""That the AsyncAPI document is one: the parser that the standard's own tools use reads it without an error."""

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from passend_contracts.catalogue import DOORS, EVENTS, SERVICES, TOPICS, EventType
from passend_contracts.envelope import Envelope
from typer.testing import CliRunner

from deploy.catalogue.cli import app
from services.console.catalogue.asyncapi import ATTRIBUTES, document
from tests.architecture.repository import ROOT

NODE = Path(__file__).parent / "asyncapi"
BUILD = ROOT / "build" / "asyncapi"
SEVERITIES = ("error", "warning", "information", "hint")
Found = dict[str, Any]


@pytest.fixture(scope="module")
def parser() -> Path:
    """The parser as its lock file pins it, installed once into the build folder."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} on this machine: the AsyncAPI document is not parsed")
    BUILD.mkdir(parents=True, exist_ok=True)
    fresh = [path for path in NODE.iterdir() if not _is_copied(path)]
    for path in fresh:
        shutil.copy(path, BUILD)
    if not (BUILD / "node_modules" / ".package-lock.json").exists() or any(path.suffix == ".json" for path in fresh):
        installed = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=BUILD, capture_output=True, text=True, check=False
        )
        if installed.returncode:
            shutil.rmtree(BUILD)
            pytest.skip(f"npm could not install the AsyncAPI parser: {installed.stderr.strip()[-300:]}")
    return BUILD


def _is_copied(path: Path) -> bool:
    copy = BUILD / path.name
    return copy.exists() and copy.read_bytes() == path.read_bytes()


@pytest.fixture(scope="module")
def printed() -> str:
    return CliRunner().invoke(app, ["contracts", "asyncapi"]).stdout


@pytest.fixture(scope="module")
def found(parser: Path, printed: str) -> Found:
    ran = subprocess.run(["node", "parse.mjs"], cwd=parser, input=printed, capture_output=True, text=True, check=True)
    answer: Found = json.loads(ran.stdout)
    return answer


def test_the_official_parser_finds_no_error_in_what_the_verb_prints(found: Found) -> None:
    told = Counter((SEVERITIES[each["severity"]], each["code"]) for each in found["diagnostics"])
    newer = {("information", "asyncapi-latest-version"): 1}  # 3.1 adds nothing that is said here, and fewer tools read it
    assert told == newer, found["diagnostics"][:5]


def test_it_holds_every_event_and_what_each_party_and_service_sends_and_receives(found: Found) -> None:
    assert set(found["messages"]) == {event.type for event in EVENTS}
    assert {"from_board_v1", "from_board_crises_v1", "to_board_v1", "to_gemeente_v1", "board_http"} <= set(found["channels"])
    for each in (*DOORS, *SERVICES):
        assert [name for name in found["operations"] if name.startswith(f"{each}_receives_")], each
        assert [name for name in found["operations"] if name.startswith(f"{each}_sends_")], each


def test_a_topic_has_its_partitions_and_an_address_that_a_party_fills_in(printed: str) -> None:
    channels = json.loads(printed)["channels"]
    assert channels["to_gemeente_v1"]["address"] == "to.{gemeente}.v1"
    assert channels["to_gemeente_v1"]["parameters"].keys() == {"gemeente"}
    for name, topic in TOPICS.items():
        channel = next(channel for channel in channels.values() if channel["address"] == name)
        assert channel["bindings"]["kafka"]["partitions"] == topic.partitions


def test_every_event_stands_in_some_channel(printed: str) -> None:
    said = {name for channel in json.loads(printed)["channels"].values() for name in channel["messages"]}
    assert said == {event.model.__name__ for event in EVENTS}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.stem)
def test_an_example_fits_what_the_document_says_of_its_message(event: EventType, printed: str) -> None:
    whole = json.loads(printed)
    message = whole["components"]["messages"][event.model.__name__]
    fits = Draft7Validator({**message["payload"], "components": whole["components"]}, format_checker=Draft7Validator.FORMAT_CHECKER)
    assert message["examples"]
    for example in message["examples"]:
        assert [*fits.iter_errors(example["payload"])] == []
        assert not fits.is_valid(example["payload"] | {"type": "nl.passendonderwijs.another.v1"})
        assert not fits.is_valid(example["payload"] | {"data": {"another": 1}})
        assert not fits.is_valid({name: value for name, value in example["payload"].items() if name != "subject"})


def test_every_attribute_of_the_envelope_is_explained() -> None:
    assert ATTRIBUTES.keys() == {attribute.name for attribute in fields(Envelope)}
    assert set(document()["components"]["schemas"]["CloudEvent"]["properties"]) == {*ATTRIBUTES, "specversion", "datacontenttype"}
