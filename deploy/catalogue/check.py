"""`passend contracts check`: may the catalogue as it stands go out beside every release of it? Offline, in seconds."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

CONTRACTS = Path(__file__).parents[2] / "contracts"
EVENTS, RELEASES = CONTRACTS / "passend_contracts" / "events", CONTRACTS / "releases"

Events = Annotated[Path, typer.Option(help="The catalogue: a folder per event.")]
Releases = Annotated[Path, typer.Option(help="What was released of it: a folder per release.")]


def check(events: Events = EVENTS, releases: Releases = RELEASES) -> None:
    """Say whether a change would break anybody who was built on a release; ends with 1, and says whom and what to do, when it would."""
    begun = time.perf_counter()
    problems = list(problems_of(events, releases))
    for problem in problems:
        typer.echo(f"RED {problem}", err=True)
    typer.echo(f"{f'{len(problems)} red' if problems else 'nothing is red'}, {time.perf_counter() - begun:.1f} s")
    raise typer.Exit(1 if problems else 0)


def problems_of(events: Path, releases: Path) -> Iterator[str]:
    """Everything that is red; prints the figures meanwhile."""
    from deploy.catalogue import contract, gate, gate_cases, mutants  # noqa: PLC0415 -- other verbs do without their libraries
    from deploy.catalogue.releases import names, tampered  # noqa: PLC0415

    if tampering := list(tampered(releases)):
        yield from (f"{path}: what is released never changes; put it back" for path in tampering)
        return
    try:
        now = contract.read(events)
        released = {name: contract.read(releases / name) for name in names(releases)}
    except contract.Unreadable as broken:
        yield str(broken)
        return
    fields = 0
    for name, each in now.items():
        score, own = mutants.score(each), len(mutants.fields(each.schema))
        fields += own
        typer.echo(f"{name:<36} {own:>3} fields, {score.noticed:>4} of {score.of:>4} mistakes noticed: {score.share:>4.0%}")
    typer.echo(f"{len(now)} events, {fields} fields, beside {len(released)} releases")
    yield from map(str, gate.reds(now, released, datetime.now(UTC).date()))
    wrong = gate_cases.wrong()
    breaking, safe = len(gate_cases.BREAKING), len(gate_cases.SAFE)
    typer.echo(f"{breaking + safe} gate cases, {breaking} that break and {safe} that are safe: {'not ' if wrong else ''}all right")
    yield from (f"the gate itself: {case}" for case in wrong)
