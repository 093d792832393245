"""The keys that things are sealed to on this installation: one for each service that needs one, and one for each gemeente.

FOR DEMONSTRATION ONLY as far as gemeenten go: a real one makes its own (`passend contracts keygen`) and gives its public JWKS only.
"""

import json
from pathlib import Path
from typing import Any

from passend_contracts.enclosures import DOOR_KEYS, Key, Keys

from deploy.embedded import secret
from services.chassis.region import load

SEALED_TO = sorted({service for services in DOOR_KEYS.values() for service in services})


def make(directory: Path, region: Path) -> None:
    """Make what is missing, and write all public keys together; what was there stays, so that what was sealed still opens."""
    gemeenten = json.loads(secret.once(of_gemeenten(directory), lambda: "{}"))
    if joined := [party.id for party in load(region).parties if party.kind == "gemeente" and party.id not in gemeenten]:
        gemeenten |= {gemeente: _new() for gemeente in joined}
        secret.write(of_gemeenten(directory), json.dumps(gemeenten))
    own = gemeenten | {
        service: json.loads(secret.once(of_service(directory, service), lambda: json.dumps(_new()))) for service in SEALED_TO
    }
    told = json.dumps({whose: Keys.read(jwks).to_jwks() for whose, jwks in own.items()}, indent=2)
    secret.write(public(directory), told + "\n")


def public(directory: Path) -> Path:
    """Everybody's public keys: a JWKS for each service by its name and each party by its id."""
    return directory / "keys.json"


def of_service(directory: Path, service: str) -> Path:
    """A service's private keys, a JWKS."""
    return directory / "secrets" / f"{service}.jwks"


def of_gemeenten(directory: Path) -> Path:
    """The private keys of all gemeenten that are played here, a JWKS for each by its id."""
    return directory / "secrets" / "gemeenten.json"


def settings(directory: Path, service: str) -> dict[str, str]:
    """What a service is told of keys."""
    own = {"PASSEND_DOOR_KEYS": of_service(directory, service).read_text(encoding="utf-8")} if service in SEALED_TO else {}
    return {"PASSEND_PUBLIC_KEYS": str(public(directory)), **own}


def _new() -> dict[str, Any]:
    return Keys((Key.generate(),)).to_jwks(private=True)
