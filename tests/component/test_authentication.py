"""Who is let in: only who carries a token that the issuer signed for us and that still holds, with the issuer there or away."""

import asyncio
import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from services.chassis import http
from services.chassis.auth import REFETCH_SECONDS, NotAuthenticated, Tokens
from tests.builders.events import BOARD, OTHER_BOARD
from tests.component.issuer import AUDIENCE, Issuer, a_key, bearer, compact, signed_with
from tests.running import PATIENCE, RunningService

PROBLEM = "application/problem+json"
LEEWAY = 5
"""Seconds for which a token is believed beyond its end."""


@pytest.fixture
def api(intake: RunningService) -> httpx.AsyncClient:
    """Intake's HTTP side."""
    return intake.http


async def asked(api: httpx.AsyncClient, headers: Any) -> httpx.Response:
    return await api.get("/v1/zaken/no-case", headers=headers)


async def status(api: httpx.AsyncClient, token: str) -> int:
    """404 for a token that is believed: there is no such case."""
    return (await asked(api, bearer(token))).status_code


def forged(issuer: Issuer) -> dict[str, dict[str, bytes]]:
    """What an attacker, or a mistaken client, sends as `Authorization`."""
    ours, foreign, kid = issuer.key, a_key(), issuer.key.kid
    brought = a_key("brought").as_dict(private=False)
    certificate = b64encode(b"a certificate").decode()
    claims, sign = issuer.claims(BOARD), signed_with(ours)
    good = issuer.token(BOARD)
    header, body, signature = good.split(".")
    tokens = {
        "alg none": compact({"alg": "none", "kid": kid}, claims, lambda _: b""),
        "alg none in capitals": compact({"alg": "NONE", "kid": kid}, claims, lambda _: b""),
        "no alg": compact({"kid": kid}, claims, sign),
        "HS256 with the public key as secret": compact({"alg": "HS256", "kid": kid}, claims, signed_with_public(ours)),
        "another algorithm of the same key": compact({"alg": "ES384", "kid": kid}, claims, sign),
        "a foreign key under our kid": issuer.token(BOARD, key=foreign),
        "a foreign kid": issuer.token(BOARD, key=a_key("foreign")),
        "no kid": compact({"alg": "ES256"}, claims, sign),
        "a kid that is no text": compact({"alg": "ES256", "kid": [kid]}, claims, sign),
        "a key brought along": issuer.token(BOARD, key=foreign, header={"jwk": brought}),
        "a key to be fetched": issuer.token(BOARD, key=foreign, header={"jku": f"{issuer.url}/jwks.json"}),
        "a certificate to be fetched": issuer.token(BOARD, key=foreign, header={"x5u": f"{issuer.url}/x5u"}),
        "a certificate brought along": issuer.token(BOARD, key=foreign, header={"x5c": [certificate]}),
        "a critical header that we do not know": issuer.token(BOARD, header={"crit": ["exp"], "exp": 1}),
        "for elsewhere": issuer.token(BOARD, aud="elsewhere"),
        "for nobody": issuer.token(BOARD, aud=None),
        "for many, not us": issuer.token(BOARD, aud=["elsewhere", "passend.example"]),
        "of another issuer": issuer.token(BOARD, iss="https://issuer.example"),
        "of no issuer": issuer.token(BOARD, iss=None),
        "expired": issuer.token(BOARD, exp=1),
        "without end": issuer.token(BOARD, exp=None),
        "an end that is no number": issuer.token(BOARD, exp="9999999999"),
        "not valid yet": issuer.token(BOARD, nbf=4_102_444_800),
        "of nobody": issuer.token(BOARD, sub=None),
        "of an empty name": issuer.token(""),
        "of a list": issuer.token(BOARD, sub=[BOARD]),
        "claims that are no object": compact({"alg": "ES256", "kid": kid}, [BOARD], sign),
        "a changed claim": ".".join((header, issuer.token(OTHER_BOARD).split(".")[1], signature)),
        "half a token": f"{header}.{body}",
        "an empty signature": f"{header}.{body}.",
        "not a token": "token",
        "only dots": "..",
        "a byte too many": f"{good}A",
        "not ASCII": "é.é.é",
    }
    others = {"empty": "", "no scheme": good, "another scheme": f"Basic {good}", "a scheme alone": "Bearer"}
    sent = {what: f"Bearer {token}" for what, token in tokens.items()} | others
    return {"nothing": {}} | {what: {"Authorization": text.encode()} for what, text in sent.items()}


def signed_with_public(key: ECKey) -> Callable[[bytes], bytes]:
    return lambda unsigned: hmac.digest(key.as_pem(private=False), unsigned, hashlib.sha256)


async def test_only_a_token_of_the_issuer_for_us_that_still_holds_is_believed(api: httpx.AsyncClient, issuer: Issuer) -> None:
    assert await status(api, issuer.token(BOARD)) == 404
    assert await status(api, issuer.token(BOARD, aud=["elsewhere", "passend"])) == 404
    refused = {what: await asked(api, headers) for what, headers in forged(issuer).items()}
    assert {what: answer.status_code for what, answer in refused.items()} == dict.fromkeys(refused, 401)
    for answer in refused.values():
        assert answer.headers["content-type"] == PROBLEM
        assert answer.headers["www-authenticate"] == "Bearer"
        assert BOARD not in answer.text


async def test_a_new_key_is_fetched_once_a_minute_at_most(issuer: Issuer) -> None:
    tokens = Checked(issuer)
    rotated = a_key("second")
    assert await tokens.believes(issuer.token(BOARD))
    issuer.published.append(rotated)
    assert [await tokens.believes(issuer.token(BOARD, key=rotated)) for _ in range(3)] == [False] * 3
    assert issuer.fetches == 1
    tokens.time += 61
    assert await tokens.believes(issuer.token(BOARD))
    assert issuer.fetches == 1
    assert await tokens.believes(issuer.token(BOARD, key=rotated))
    unknown = a_key("third")
    assert [await tokens.believes(issuer.token(BOARD, key=unknown)) for _ in range(3)] == [False] * 3
    assert issuer.fetches == 2


async def test_an_issuer_that_fails_is_asked_once_a_minute_too(issuer: Issuer) -> None:
    tokens = Checked(issuer)
    assert await tokens.believes(issuer.token(BOARD))
    issuer.broken = True
    tokens.time += 61
    assert [await tokens.believes(issuer.token(BOARD, key=a_key("unknown"))) for _ in range(3)] == [False] * 3
    assert issuer.fetches == 2
    assert await tokens.believes(issuer.token(BOARD))


async def test_whoever_has_a_known_key_does_not_wait_for_an_issuer_that_hangs(issuer: Issuer) -> None:
    tokens = Checked(issuer)
    assert await tokens.believes(issuer.token(BOARD))
    issuer.answers.clear()
    tokens.time += 61
    waiting = asyncio.create_task(tokens.believes(issuer.token(BOARD, key=a_key("unknown"))))
    await issuer.asked(times=2)
    assert await tokens.believes(issuer.token(BOARD))
    assert not waiting.done()
    issuer.answers.set()
    assert await waiting is False


async def test_without_an_issuer_all_are_asked_to_come_back_until_it_is_there(api: httpx.AsyncClient, issuer: Issuer) -> None:
    await issuer.stop()
    away = await asked(api, bearer(issuer.token(BOARD)))
    issuer.broken = True
    await issuer.start()
    broken = await asked(api, bearer(issuer.token(BOARD)))
    issuer.broken = False
    for answer in (away, broken):
        assert (answer.status_code, answer.headers["content-type"], answer.headers["retry-after"]) == (503, PROBLEM, "5")
        assert answer.headers["api-version"] == http.API_VERSION
    assert await status(api, issuer.token(BOARD)) == 404


async def test_an_issuer_that_went_away_stops_nobody_whose_key_is_known(api: httpx.AsyncClient, issuer: Issuer) -> None:
    assert await status(api, issuer.token(BOARD)) == 404
    await issuer.stop()
    assert await status(api, issuer.token(BOARD)) == 404


@dataclass
class Checked:
    """Tokens as a service checks them, by a clock that a test puts forward."""

    issuer: Issuer
    time: float = 0.0

    def __post_init__(self) -> None:
        self._tokens = Tokens(**self.issuer.settings, audience=AUDIENCE, now=lambda: self.time)

    async def believes(self, token: str) -> bool:
        try:
            return (await self._tokens.principal(f"Bearer {token}")).party == BOARD
        except NotAuthenticated:
            return False


async def test_a_token_is_believed_no_longer_than_it_says_however_often_it_was(api: httpx.AsyncClient, issuer: Issuer) -> None:
    token = issuer.token(BOARD, exp=int(time.time()) - LEEWAY + 2)
    assert await status(api, token) == 404
    async with asyncio.timeout(PATIENCE):
        while await status(api, token) == 404:  # noqa: ASYNC110 -- time passes by itself
            await asyncio.sleep(0.1)
    assert await status(api, token) == 401


async def test_a_token_is_believed_no_longer_than_its_key_is_published(issuer: Issuer) -> None:
    now = 1_000.0
    tokens = Tokens(**issuer.settings, audience=AUDIENCE, now=lambda: now)
    before = f"Bearer {issuer.token(BOARD)}"
    assert (await tokens.principal(before)).party == BOARD
    issuer.key = a_key("second")
    issuer.published = [issuer.key]
    now += REFETCH_SECONDS + 1
    assert (await tokens.principal(f"Bearer {issuer.token(BOARD)}")).party == BOARD
    with pytest.raises(NotAuthenticated):
        await tokens.principal(before)
