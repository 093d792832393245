"""`passend trace`: every hop of a case with its time, as an operator sees it in a terminal."""

import asyncio
import os
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner

from deploy.embedded import issuer
from services.console import app, cli
from tests.builders.events import GEMEENTE_SYSTEM, a_parents_consulted, a_referral, a_support_requested, an_acceptance
from tests.component.conftest import run
from tests.component.console.conftest import Rows
from tests.component.console.told import GUARD, SCHOOL, STATUS, TEAM, a_case_opened, because_of
from tests.component.terminal import PASSEND, answering
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.running import RunningService

PARTIES = frozenset({"bg41234", "console"})


@pytest.fixture
async def demonstration(tmp_path: Path) -> AsyncIterator[str]:
    """Where the demonstration issuer gives its tokens, to `passend trace` too."""
    port = free_port()
    async with answering(issuer.build(issuer.signing_key(tmp_path), PARTIES, f"http://127.0.0.1:{port}"), port) as url:
        yield url


@pytest.fixture
async def console(pair: Pair, demonstration: str) -> AsyncIterator[RunningService]:
    known = {"jwks_url": f"{demonstration}/jwks.json", "issuer": demonstration}
    async with run(pair, app.NAME, app.build, **known) as service:
        yield service


@pytest.fixture
async def url(console: RunningService) -> AsyncIterator[str]:
    async with answering(console.app, free_port()) as url:
        yield url


async def test_it_prints_every_hop_and_how_long_the_answer_took(console: RunningService, url: str, demonstration: str, rows: Rows) -> None:
    request = a_support_requested(producer="intake")
    consultation = a_parents_consulted(request.subject, producer="intake")
    referral = a_referral(request.subject, **because_of(consultation))
    acceptance = an_acceptance(referral, source=GEMEENTE_SYSTEM, producer="jgt_bridge", **because_of(referral))
    hops = [(SCHOOL, request), (GUARD, a_case_opened(request.subject)), (SCHOOL, consultation), (TEAM, referral), (STATUS, acceptance)]
    for topic, event in hops:
        await console.topics.emit(topic, event)
    await rows("SELECT 1 FROM record", at_least=len(hops))
    command = [str(PASSEND), "trace", request.subject, "--url", url, "--issuer", demonstration]
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, "PASSEND_TOKEN": ""}, stdout=PIPE, stderr=PIPE)
    said, complaint = await process.communicate()
    lines = said.decode().splitlines()
    assert (process.returncode, complaint) == (0, b"")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d, 5 hops", lines[0])
    assert lines[1].split() == ["+ms", "clock", "(UTC)", "event", "by", "topic"]
    assert all(re.fullmatch(r" *\d+  \d\d:\d\d:\d\d\.\d{3}  [a-z_]+ +[a-z0-9_]+ +[a-z0-9_.]+", line) for line in lines[2:-1])
    assert [line.split()[2:] for line in lines[2:-1]] == [
        ["support_requested", "bg41234", SCHOOL],
        ["case_opened", "intake", GUARD],
        ["parents_consulted", "bg41234", SCHOOL],
        ["jgt_referred", "jgt_bridge", TEAM],
        ["jgt_referral_accepted", "gm0546", STATUS],
    ]
    assert re.fullmatch(r"From the school's request to the gemeente's answer: \d+\.\d\d s\.", lines[-1])


async def test_where_there_is_little_to_print_it_says_why(console: RunningService, url: str, demonstration: str, rows: Rows) -> None:
    await console.topics.emit(SCHOOL, request := a_support_requested())
    await rows("SELECT 1 FROM record", at_least=1)
    async with httpx.AsyncClient(trust_env=False) as client:
        granted = await client.post(f"{demonstration}/token", data={"client_id": "bg41234", "client_secret": "demo"})
    board = granted.json()["access_token"]
    nobody = f"http://127.0.0.1:{free_port()}"
    tried = {
        (request.subject, url, demonstration, ""): (0, "No referral (yet)"),
        (str(uuid4()), url, demonstration, ""): (1, "the record holds no such case"),
        ("../../health/live", url, demonstration, ""): (1, "the record holds no such case"),
        (request.subject, url, demonstration, board): (1, "The record is for operators"),
        (request.subject, nobody, demonstration, ""): (1, f"the console does not answer on {nobody}"),
        (request.subject, url, nobody, ""): (1, f"no token from {nobody}"),
    }
    for (case, console_url, issuer_url, token), expected in tried.items():
        arguments = ["trace", case, "--url", console_url, "--issuer", issuer_url]
        ended = await asyncio.to_thread(CliRunner().invoke, cli.app, arguments, env={"PASSEND_TOKEN": token})
        assert (ended.exit_code, expected[1] in ended.output) == (expected[0], True), ended.output
