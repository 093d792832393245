"""What every answer of a service has in common, whatever was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import uvicorn
from passend_contracts.envelope import BATCH, STRUCTURED, encode
from uvicorn.server import ServerState

from services.chassis import database, http
from services.chassis.clock import clock
from services.chassis.http import SECURITY_HEADERS
from services.chassis.telemetry import Health
from tests.builders.events import BOARD, GEMEENTE, a_support_requested
from tests.component.conftest import Tokens
from tests.component.issuer import Issuer, bearer
from tests.pairs.pair import Pair
from tests.running import PATIENCE, RunningService

DOOR = "/v1/gebeurtenissen"


async def test_every_answer_names_the_version_of_the_api_and_is_safe_to_show(intake: RunningService, issuer: Issuer) -> None:
    own = bearer(issuer.token(BOARD))
    one, batch = own | {"Content-Type": STRUCTURED}, own | {"Content-Type": BATCH}
    body, client = encode(request := a_support_requested()), intake.http
    answers = [
        await client.post(DOOR, content=body, headers=one),
        await client.post(DOOR, content=body, headers=one),
        await client.post(DOOR, content=b"[]", headers=batch),
        await client.post(DOOR, content=b"{", headers=one),
        await client.post(DOOR, content=body),
        await client.post(DOOR, content=body, headers=one | bearer(issuer.token(GEMEENTE))),
        await client.get(DOOR, headers=own),
        await client.post(DOOR, content=b" " * 10_000_001, headers=batch),
        await client.get(f"/v1/zaken/{request.subject}/", headers=own),
        await client.get("/nothing"),
        await client.get("/health/live"),
        await client.get("/health/ready"),
        await client.get("/metrics"),
        await client.get("/v1/openapi.json"),
    ]
    assert [answer.status_code for answer in answers] == [202, 200, 200, 400, 401, 403, 405, 413, 404, 404, 200, 200, 200, 200]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize(
    ("path", "body", "status", "where"),
    [
        ("geparkeerd/%00/vrijgaven", {"reason": "mended"}, 404, []),
        ("zaken/%00", {}, 404, []),
        ("dode-brieven/1/vrijgaven", {"reason": "men\0ded"}, 400, ["$.reason"]),
        ("dode-brieven/99999999999999999999/vrijgaven", {"reason": "mended"}, 400, ["number"]),
        ("heruitzendingen", {"reason": "lost", "since": "2026-11-02T00:00:00Z", "case": "\0"}, 400, ["$.case"]),
        ("heruitzendingen", {"since": "0001-01-01T00:00:00+14:00", "upTo": 1}, 400, ["$.reason", "$.since", "$.upTo"]),
        ("heruitzendingen", [], 400, ["$"]),
    ],
)
async def test_what_the_database_could_not_keep_is_turned_away_before(
    intake: RunningService, tokens: Tokens, path: str, body: Any, status: int, where: list[str]
) -> None:
    answer = await intake.http.post(f"/v1/{path}", json=body, headers=tokens("console", "operator"))
    assert (answer.status_code, [error["path"] for error in answer.json().get("errors", [])]) == (status, where)


async def test_a_mistake_of_ours_is_answered_with_500_and_no_word_of_it(pair: Pair) -> None:
    engine = database.connect(pair.database_url("intake"))
    app = http.application("Test", service="test", engine=engine, health=Health(), clock=clock(None), lifespan=None)

    @app.get("/mistake")
    async def mistake() -> None:
        raise ZeroDivisionError("a child's name")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/mistake")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "name" not in answer.text
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


async def test_what_an_operator_says_is_short_and_no_more_of_it_is_read(intake: RunningService) -> None:
    read = 0

    async def much() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1_000):
            read += 10_000
            yield b" " * 10_000

    answer = await intake.http.post("/v1/geparkeerd/x/vrijgaven", content=much(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, http.PROBLEM)
    assert read < 1_000_000


async def test_a_head_without_end_is_cut_off_and_a_body_may_be_long() -> None:
    config = uvicorn.Config(echo, lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: http.ShortHeads(config, ServerState(), {}, loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for size in (300_000, 1, 300_000):  # one after the other by one connection
            assert (await client.post("/", content=b"x" * size)).text == str(size)
        chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
        for begun, endless in (
            (b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", b"a" * 1_000_000),
            (chunked + b"0\r\nX-A: ", b"a" * 1_000_000),
            (chunked + b"0\r\n", b"X-A: a\r\n" * 100_000),
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(begun + endless)
            async with asyncio.timeout(PATIENCE):
                with suppress(ConnectionError):  # the answer may be lost with what was not read
                    assert (await reader.read()).startswith(b"HTTP/1.1 400")
            writer.close()


async def echo(_scope: Any, receive: Any, send: Any) -> None:
    """Says how long the body was."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})
