"""Tokens for a demonstration: plays the organisations' identity provider, so that authentication is real from the first day.

FOR DEMONSTRATION ONLY: every party has the secret `demo`. It answers on this machine's own address and refuses any other, but
in a container, whose port deploy/compose.yaml publishes on that address.
"""

import argparse
import ipaddress
import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.embedded import secret
from services.chassis.region import load

SECRET = "demo"  # noqa: S105 - that is the point of a demonstration
ALGORITHM = "ES256"
LIFETIME_SECONDS = 900
CONSOLE = "console"
SCOPES = {CONSOLE: "operator"}
PARTY_SCOPE = "events cases"


def signing_key(directory: Path) -> ECKey:
    """The key of this installation, made at its first start, named by its thumbprint."""
    stored = secret.once(directory / "secrets" / "issuer.json", lambda: json.dumps(ECKey.generate_key("P-256").as_dict(private=True)))
    key = ECKey.import_key(json.loads(stored))
    return ECKey.import_key(json.loads(stored), {"kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM})


def build(key: ECKey, parties: frozenset[str], issuer: str, audience: str = "passend") -> FastAPI:
    """The issuer as an application: `POST /token` (OAuth 2 client credentials) and `GET /jwks.json`."""
    app = FastAPI(title="Demonstration issuer: never use it for real organisations", openapi_url=None)
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        """A signed token of at most 15 minutes for the party that asks."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
        if form.get("grant_type", "client_credentials") != "client_credentials":
            return _refused(400, "unsupported_grant_type", "only client_credentials is given here")
        party = form.get("client_id", "")
        if party not in parties or form.get("client_secret") != SECRET:
            return _refused(401, "invalid_client", "no such party in this region, or not its secret")
        claims = _claims(party, issuer, audience)
        access = jwt.encode(header, claims, key, algorithms=[ALGORITHM])
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS, "scope": claims["scope"]}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    @app.get("/jwks.json")
    async def jwks() -> dict[str, Any]:
        """The public key by which services check tokens."""
        return {"keys": [key.as_dict(private=False)]}

    return app


def _claims(party: str, issuer: str, audience: str) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": issuer,
        "aud": audience,
        "sub": party,
        "party": party,
        "scope": SCOPES.get(party, PARTY_SCOPE),
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": str(uuid.uuid4()),
    }


def _refused(status: int, error: str, description: str) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description}, status_code=status, headers={"Cache-Control": "no-store"})


def main() -> None:
    """Serve until SIGTERM."""
    arguments = argparse.ArgumentParser(prog="python -m deploy.embedded.issuer")
    arguments.add_argument("--dir", type=Path, required=True)
    arguments.add_argument("--region", type=Path, required=True)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8089)
    arguments.add_argument("--contained", action="store_true", help="answer on every address of a container, published on 127.0.0.1 only")
    options = arguments.parse_args()
    if not options.contained and not ipaddress.ip_address(options.host).is_loopback:
        sys.exit(f"issuer: it is for demonstration only and does not answer on {options.host}, only on 127.0.0.1 or ::1")
    parties = frozenset(party.id for party in load(options.region).parties) | {CONSOLE}
    app = build(signing_key(options.dir), parties, os.environ.get("PASSEND_ISSUER", f"http://{options.host}:{options.port}"))
    host = "0.0.0.0" if options.contained else options.host  # noqa: S104 -- inside a container, which deploy/compose.yaml publishes on 127.0.0.1
    uvicorn.run(app, host=host, port=options.port, log_level="warning", access_log=False, server_header=False)


if __name__ == "__main__":
    main()
