"""The demonstration issuer: real tokens for the parties of the region, on this machine only."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.embedded.issuer import LIFETIME_SECONDS, build, signing_key
from tests.component.embedded.parts import WITHIN
from tests.pairs.embedded import ROOT
from tests.pairs.topics import REGION

ISSUER = "http://127.0.0.1:8089"


@pytest.fixture
async def issuer(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = build(signing_key(tmp_path), frozenset({"bg41234", "console"}), ISSUER)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client:
        yield client


async def claims_of(issuer: httpx.AsyncClient, **form: str) -> dict[str, Any]:
    answer = await issuer.post("/token", data={"grant_type": "client_credentials", "client_secret": "demo", **form})
    keys = KeySet.import_key_set((await issuer.get("/jwks.json")).json())
    return dict(jwt.decode(answer.json()["access_token"], keys, algorithms=["ES256"]).claims)


async def test_a_token_names_its_party_and_lives_fifteen_minutes(issuer: httpx.AsyncClient) -> None:
    claims = await claims_of(issuer, client_id="bg41234")
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "passend", "bg41234")
    assert claims["exp"] - claims["iat"] == LIFETIME_SECONDS <= 900


async def test_two_tokens_are_never_the_same(issuer: httpx.AsyncClient) -> None:
    assert (await claims_of(issuer, client_id="bg41234"))["jti"] != (await claims_of(issuer, client_id="bg41234"))["jti"]


async def test_only_the_console_operates(issuer: httpx.AsyncClient) -> None:
    assert "operator" in (await claims_of(issuer, client_id="console"))["scope"].split()
    assert "operator" not in (await claims_of(issuer, client_id="bg41234"))["scope"].split()


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": "bg99999", "client_secret": "demo"}, 401, "invalid_client"),
        ({"client_id": "bg41234", "client_secret": "guess"}, 401, "invalid_client"),
        ({}, 401, "invalid_client"),
        ({"client_id": "bg41234", "client_secret": "demo", "grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
async def test_anything_else_is_refused(issuer: httpx.AsyncClient, form: dict[str, str], status: int, error: str) -> None:
    answer = await issuer.post("/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_the_private_key_is_kept_and_never_shown(issuer: httpx.AsyncClient, tmp_path: Path) -> None:
    shown = (await issuer.get("/jwks.json")).json()["keys"][0]
    assert "d" not in shown
    assert shown["kid"] == signing_key(tmp_path).kid
    assert json.loads((tmp_path / "secrets" / "issuer.json").read_text())["d"]


def test_it_answers_on_this_machine_only(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.embedded.issuer", "--dir", str(tmp_path), "--region", str(REGION), "--host", "0.0.0.0"]  # noqa: S104 - refused
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert refused.returncode == 1
    assert "for demonstration only" in refused.stderr
