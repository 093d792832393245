"""That a supplier of a school system or a gemeente's can build on the contracts in any language: on `make up` and on the Docker pair."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from passend_contracts.envelope import Envelope, decode_kafka

from deploy.embedded import keys
from deploy.embedded.processes import HOST, JAVA as JAVA_PORT, free_base
from tests.benchmarks.chain import chain
from tests.builders.events import BOARD, GEMEENTE, GEMEENTE_SYSTEM, SCHOOL_SYSTEM
from tests.builders.keys import KEYS
from tests.foreign.clients import CLIENTS, JAVA, KCAT, Client
from tests.journeys.platform import platform
from tests.pairs.pair import Pair

WITHIN = 90.0
STEPS = [
    *(
        f"{BOARD} {step}"
        for stem in ("support_requested", "parents_consulted", "consent_given")
        for step in (f"emits {stem}", "hears event_accepted")
    ),
    f"{GEMEENTE} hears jgt_referred",
    *(f"{GEMEENTE} opens {kind}" for kind in ("identity", "contact", "story")),
    f"{GEMEENTE} emits jgt_referral_accepted",
    f"{GEMEENTE} hears event_accepted",
]
UNSEALED = [step for step in STEPS if " opens " not in step]
"""What kcat can do."""


@dataclass(frozen=True)
class Region:
    """Where parties find Kafka, also those in Java; what a door answers about its keys; and the private keys of the gemeente."""

    kafka: str
    for_java: str
    intake: str
    own_keys: Mapping[str, Any]


async def test_systems_of_others_making_refer_a_child_and_take_it_on(
    pair: Pair, tmp_path: Path, subtests: pytest.Subtests, transcripts: list[str]
) -> None:
    async with region(pair, tmp_path) as there:
        files = await written_keys(there, tmp_path)
        for client in CLIENTS:
            with subtests.test(client.name):
                if lacks := client.lacks():
                    pytest.skip(lacks)
                kafka = there.for_java if client is JAVA else there.kafka
                transcript = await walked(client, kafka, BOARD, SCHOOL_SYSTEM, GEMEENTE, GEMEENTE_SYSTEM, *files)
                transcripts.append(f"{client.name}, on the {pair.kind} pair:\n{transcript}")
                said = transcript.splitlines()
                assert [" ".join(line.split()[:3]) for line in said] == (UNSEALED if client is KCAT else STEPS)
                ids = {line.split()[2]: line.split()[3] for line in said if " opens " not in line}
                answer = await on_topic(there.kafka, "jgt.cases.v1", ids["jgt_referral_accepted"])
                assert (answer.source, answer.data["referral"]) == (GEMEENTE_SYSTEM, ids["jgt_referred"])


@asynccontextmanager
async def region(pair: Pair, directory: Path) -> AsyncIterator[Region]:
    """All that `make up` starts, or the services that a referral goes through."""
    if pair.embedded:
        directory.chmod(0o755)  # noqa: ASYNC240 -- PostgreSQL runs as somebody else when the tests run as root
        async with platform(directory, free_base()) as started, started.without("deploy.parties.gemeente"):  # it would answer first
            own = json.loads(keys.of_gemeenten(directory).read_text(encoding="utf-8"))[GEMEENTE]
            yield Region(started.ports.kafka, f"{HOST}:{started.ports.of(JAVA_PORT)}", started.ports.url("intake"), own)
    else:
        async with chain(pair, "intake", "jgt_bridge") as addresses:
            yield Region(addresses.kafka, addresses.kafka, addresses.intake, KEYS[GEMEENTE].to_jwks(private=True))


async def written_keys(there: Region, directory: Path) -> tuple[str, str]:
    """Files with what the door answers about its keys, and with the gemeente's own."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = (await http.get(f"{there.intake}/v1/deursleutels")).raise_for_status()
    doors, own = directory / "doors.json", directory / "own.json"
    doors.write_bytes(answer.content)
    own.write_text(json.dumps(there.own_keys), encoding="utf-8")
    return str(doors), str(own)


async def walked(client: Client, *told: str) -> str:
    """What the client printed on its way; it came to the end."""
    command = client.command("walk", *told)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        said, complained = await asyncio.wait_for(process.communicate(), WITHIN)
    finally:
        if process.returncode is None:
            process.kill()
    assert not process.returncode, f"{said.decode()}\n{complained.decode()}"
    return said.decode()


async def on_topic(kafka: str, topic: str, event_id: str) -> Envelope:
    """The event of that id, when it is there."""
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest") as consumer, asyncio.timeout(WITHIN):
        async for record in consumer:
            if (event := decode_kafka(record.key, record.value, record.headers)).id == event_id:
                return event
    raise AssertionError(event_id)
