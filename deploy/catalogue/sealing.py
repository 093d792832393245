"""Keys and sealed parts in a terminal, for a party's own tests: make a key, seal a content, open an enclosure."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

import typer
from passend_contracts import enclosures
from passend_contracts.catalogue import read_form
from passend_contracts.enclosures import CONTENTS, DOOR_KEYS, Content, Enclosure, Key, Keys, KeysInvalid, Kind, Refused
from passend_contracts.envelope import Invalid
from pydantic import ValidationError

from deploy.embedded import secret

WhatKind = Annotated[Kind, typer.Option(help="What is inside.")]
Subject = Annotated[str, typer.Option(help="The id of the case, or of the crisis: the event's subject.")]
Controller = Annotated[str, typer.Option(help="The board that answers for it, such as bg41234.")]
Content_ = Annotated[Path, typer.Argument(metavar="CONTENT", help="A JSON file with the content, or - for standard input.")]
SealTo = Annotated[list[Path], typer.Option("--to", help="A JWKS to seal to, or what GET /v1/deursleutels at intake answers.")]


def keygen(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private JWKS goes; the public one goes to FILE.public.")],
    days: Annotated[int, typer.Option(help="For how many days others may seal to it.", min=1)] = 730,
    overlap: Annotated[int, typer.Option(help="For how many days the keys that the file holds go on beside the new one.", min=0)] = 30,
) -> None:
    """Make a new key. In a file that has keys already the old ones go on for a while: both hold until everybody has the new one."""
    now = datetime.now(UTC).replace(microsecond=0)
    old = [_until(key, now + timedelta(days=overlap)) for key in _keys(to, _json(to)).keys] if to.exists() else []
    keys = Keys((*old, Key.generate(since=now, until=now + timedelta(days=days))))
    public = to.with_name(f"{to.name}.public")
    secret.write(to, json.dumps(keys.to_jwks(private=True), indent=2) + "\n")
    public.write_text(json.dumps(keys.to_jwks(), indent=2) + "\n", encoding="utf-8")
    typer.echo(f"{keys.keys[-1].kid}\nkeep {to} to yourself; {public} is for those who keep the region's data")


def _until(key: Key, at: datetime) -> Key:
    return Key(key.kid, key.jwk, key.since, min(key.until, at) if key.until else at)


def seal(content: Content_, kind: WhatKind, subject: Subject, controller: Controller, to: SealTo) -> None:
    """Seal a content and print the enclosure, for an event's `enclosures`."""
    now = datetime.now(UTC)
    keys = [key for file in to for key in _recipients(file, kind, now)]
    try:
        form = cast("Content", read_form(CONTENTS[kind], _json(content)))
        sealed = enclosures.seal(form, subject=subject, controller=controller, to=keys)
    except Invalid as invalid:
        _fail(*(f"{problem.path}: {problem.message}" for problem in invalid.problems))
    except (Refused, ValidationError) as refused:
        _fail(str(refused))
    typer.echo(json.dumps(sealed.to_wire(), indent=2))


def open_sealed(
    event: Annotated[Path, typer.Argument(help="A JSON file with an event, or - for standard input.")],
    keys: Annotated[Path, typer.Option(help="Our private JWKS.")],
) -> None:
    """Open the enclosures of an event with our keys, and print what is in them."""
    whole, ring = _json(event), _keys(keys, _json(keys))
    found: dict[str, Any] = {}
    for raw in whole.get("data", {}).get("enclosures", ()):
        try:
            enclosure = Enclosure.from_wire(raw, closed=False)
            found[enclosure.kind] = enclosures.opened(enclosure, subject=whole.get("subject", ""), keys=ring).to_wire()
        except Refused as refused:
            _fail(f"{enclosure.kind}: {refused.code}: {refused}")
        except ValidationError:
            _fail("an enclosure is not of the form that the contracts say; see its schema")
    if not found:
        _fail("the event has no enclosures")
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))


def _recipients(file: Path, kind: Kind, now: datetime) -> list[Key]:
    """The keys that hold now: of a JWKS its own, of the door's answer those of the services that need this kind."""
    told = _json(file)
    rings = [_keys(file, told["keys"][service]) for service in DOOR_KEYS[kind]] if "kinds" in told else [_keys(file, told)]
    current = [key for ring in rings if (key := ring.current(now))]
    return current or _fail(f"{file} holds no key that is good now")


def _keys(file: Path, jwks: Mapping[str, Any]) -> Keys:
    try:
        return Keys.read(jwks)
    except KeysInvalid as invalid:
        _fail(f"{file}: {invalid}")


def _json(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as unreadable:
        _fail(f"{file} is no JSON file that can be read: {type(unreadable).__name__}")
    return told if isinstance(told, dict) else _fail(f"{file} holds no JSON object")


def _fail(*reasons: str) -> NoReturn:
    for reason in reasons:
        typer.echo(reason, err=True)
    raise typer.Exit(1)
