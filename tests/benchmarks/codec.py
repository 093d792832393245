"""Reading, checking and writing an event, beside what a party would use without our package; the gate's time; memory of the package."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from time import perf_counter

from cloudevents.core.bindings.kafka import KafkaMessage, from_structured, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from jsonschema import Draft7Validator
from passend_contracts.catalogue import accept, of
from passend_contracts.envelope import KAFKA_HEADERS, decode_kafka, encode
from passend_contracts.events import NextStepSet
from passend_contracts.export import closed_schema
from pydantic import AwareDatetime, BaseModel, ConfigDict

from tests.benchmarks import memory
from tests.benchmarks.form import Form
from tests.benchmarks.table import Aim, Row

ROOT = Path(__file__).parents[2]
EVENTS, TURNS = 20_000, 50
OF_THE_SDK, OF_BARE, OF_THE_GATE = Aim("≥", 5, times=True), Aim("≥", 0.5, times=True), Aim("≤", 10)
EXAMPLE = of(NextStepSet).folder / "examples/valid-next-step-set.json"
OBLIGATIONS = 4
"""With which that example is 1 KB: as many as a case often has."""
IMPORTS = {"ours": "import passend_contracts.catalogue", "bare": "from pydantic import BaseModel"}


class Bare(BaseModel):
    """The same event for pydantic alone: the same data, attributes that are any text, and nothing else that the profile asks."""

    model_config = ConfigDict(frozen=True)

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: AwareDatetime
    dataschema: str
    datacontenttype: str
    data: NextStepSet


async def measured(form: Form) -> list[Row]:
    """Events a second of each, by turns; the gate as its command; megabytes of a process that imports and does nothing else."""
    value = _event()
    count = form.load(EVENTS)
    ways = {"ours": _ours(value), "sdk": _sdk(value), "bare": _bare(value)}
    rounds = [_rates(ways, count) for _ in range(form.rounds)]
    rates = {name: [round_[name] for round_ in rounds] for name in ways}
    sizes = {name: [_megabytes(code) for _ in range(form.rounds)] for name, code in IMPORTS.items()}
    name = f"read, check and write an event of {len(value):,} bytes"
    return [
        Row(name, "events/s", rates["ours"], "cloudevents SDK + jsonschema", rates["sdk"], aims=(OF_THE_SDK,)),
        Row(name, "events/s", rates["ours"], "bare pydantic-core, no envelope rules", rates["bare"], aims=(OF_BARE,)),
        Row("the gate over the whole catalogue", "s", [_gate() for _ in range(form.rounds)], aims=(OF_THE_GATE,)),
        Row("memory of a process that imports the contracts", "MB", sizes["ours"], "from pydantic import BaseModel", sizes["bare"]),
    ]


def _event() -> bytes:
    event = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    event["data"]["obligations"] *= OBLIGATIONS // len(event["data"]["obligations"])
    return json.dumps(event, separators=(",", ":")).encode()


def _ours(value: bytes) -> Callable[[], bytes]:
    key = json.loads(value)["subject"].encode()

    def once() -> bytes:
        envelope = decode_kafka(key, value, KAFKA_HEADERS)
        accept(envelope)
        return encode(envelope)

    return once


def _sdk(value: bytes) -> Callable[[], bytes]:
    message = KafkaMessage(headers=dict(KAFKA_HEADERS), key=None, value=value)
    schema = Draft7Validator(closed_schema(of(NextStepSet)), format_checker=Draft7Validator.FORMAT_CHECKER)
    json_format = JSONFormat()

    def once() -> bytes:
        event = from_structured(message, json_format, CloudEvent)
        schema.validate(event.get_data())
        return to_structured(event, json_format).value

    return once


def _bare(value: bytes) -> Callable[[], bytes]:
    read, write = Bare.__pydantic_validator__.validate_json, Bare.__pydantic_serializer__.to_json
    return lambda: write(read(value, strict=True, by_alias=True, by_name=False), by_alias=True, exclude_none=True)


def _rates(ways: Mapping[str, Callable[[], bytes]], count: int) -> dict[str, float]:
    """Events a second of each; they take turns of a few hundred, so that what else the machine does falls on all."""
    for once in ways.values():
        said = json.loads(once())
        assert (said["type"], len(said["data"]["obligations"])) == (of(NextStepSet).type, OBLIGATIONS), "this way loses something"
        assert datetime.fromisoformat(said["time"]).tzinfo
    seconds = dict.fromkeys(ways, 0.0)
    for _ in range(TURNS):
        for name, once in ways.items():
            begun = perf_counter()
            for _ in range(max(1, count // TURNS)):
                once()
            seconds[name] += perf_counter() - begun
    return {name: max(1, count // TURNS) * TURNS / took for name, took in seconds.items()}


def _gate() -> float:
    begun = perf_counter()
    passend = str(Path(sys.executable).with_name("passend"))
    done = subprocess.run([passend, "contracts", "check"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return perf_counter() - begun


def _megabytes(code: str) -> float:
    with subprocess.Popen(
        [sys.executable, "-c", f"{code}; print(flush=True); import sys; sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        return sum(memory.pss_by_part(process.pid).values()) / 1e6
