"""The verbs of an operator: what waits in each service for a person, and what to do about it, each act with a reason."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Annotated, Any

import typer

app = typer.Typer()
parked = typer.Typer(
    no_args_is_help=True, help="Cases that wait for an operator, because an event of theirs failed by a mistake in the code."
)
dlq = typer.Typer(no_args_is_help=True, help="Dead letters: inputs that cannot take effect, kept byte for byte.")
app.add_typer(parked, name="parked")
app.add_typer(dlq, name="dlq")

Case = Annotated[str, typer.Argument(help="The case's id, as `passend parked list` shows it.")]
CaseOrAll = Annotated[str, typer.Argument(metavar="[CASE]", help="The case's id; none with --all.")]
EveryCase = Annotated[bool, typer.Option("--all", help="Every case that is parked in this service, such as after a bad deploy.")]
Number = Annotated[int, typer.Argument(help="The letter's number in that service, as `passend dlq list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why; it is recorded, so say nothing about a child.", prompt=True)]
Since = Annotated[
    datetime, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"], help="From when on, in UTC unless it says so.")
]
Service = Annotated[str, typer.Option(help="Which service keeps it: intake, jgt_bridge, placement, notify or console.")]
BasePort = Annotated[int, typer.Option(help="As given to `passend up`.")]


@parked.command("list")
def parked_list(base_port: BasePort = 8080) -> None:
    """List the parked cases of all services, longest waiting first."""
    _table(
        ("service", "case", "events", "first", "fault", "place", "attempts", "release due"),
        (
            (
                name,
                row["case"],
                row["events"],
                _stem(row["first"]),
                row.get("fault", ""),
                row.get("place", ""),
                row["attempts"],
                row["releaseDue"],
            )
            for name, row in _everywhere("/v1/geparkeerd", base_port)
        ),
        "Nothing is parked.",
    )


@parked.command("show")
def parked_show(case: Case, base_port: BasePort = 8080) -> None:
    """Show what waits of one case, in order."""
    _table(
        ("service", "event", "type", "from", "fault", "attempts", "parked at"),
        (
            (name, row["event"], _stem(row["type"]), row.get("party", ""), row.get("fault", ""), row["attempts"], row["parkedAt"])
            for name, row in _everywhere(f"/v1/geparkeerd/{_quoted(case)}", base_port)
        ),
        "Nothing of this case is parked.",
    )


@parked.command("release")
def parked_release(reason: Reason, service: Service, case: CaseOrAll = "", *, every: EveryCase = False, base_port: BasePort = 8080) -> None:
    """Let all that waits of a case take effect, in order; what fails again stays parked."""
    if every == bool(case):
        raise typer.BadParameter("give one case, or --all for every case that is parked in this service")
    address = _service(service, base_port)
    cases = [row["case"] for row in address.get("/v1/geparkeerd")] if every else [case]
    answers = [address.post(f"/v1/geparkeerd/{_quoted(each)}/vrijgaven", reason) for each in cases]
    waiting = sum(answer["waiting"] for answer in answers)
    typer.echo(f"{sum(answer['released'] for answer in answers)} took effect, {waiting} still waiting")
    raise typer.Exit(1 if waiting else 0)


@parked.command("drop")
def parked_drop(case: Case, reason: Reason, service: Service, base_port: BasePort = 8080) -> None:
    """Set the first event that waits of a case aside as a dead letter; the others keep waiting for their release."""
    answer = _service(service, base_port).post(f"/v1/geparkeerd/{_quoted(case)}/weglatingen", reason)
    typer.echo(f"1 set aside as a dead letter, {answer['waiting']} still waiting")


@dlq.command("list")
def dlq_list(base_port: BasePort = 8080) -> None:
    """List the dead letters that nobody has dealt with."""
    _table(
        ("service", "number", "from", "reasons", "failed at"),
        (
            (name, row["n"], f"{row['topic']}/{row['partition']}/{row['offset']}", ", ".join(row["reasons"]), row["failedAt"])
            for name, row in _everywhere("/v1/dode-brieven", base_port)
        ),
        "No dead letters.",
    )


@dlq.command("show")
def dlq_show(number: Number, service: Service, base_port: BasePort = 8080) -> None:
    """Show one dead letter: where it came from and why it is dead; its body stays where it is kept."""
    rows = _service(service, base_port).get(f"/v1/dode-brieven/{number}")
    if not rows:
        raise SystemExit(f"passend: {service} has no dead letter {number}; `passend dlq list` shows them")
    for name, value in rows[0].items():
        typer.echo(f"{name}: {value}")


@dlq.command("release")
def dlq_release(number: Number, reason: Reason, service: Service, base_port: BasePort = 8080) -> None:
    """Let a dead letter take effect after all, when the service can read it now."""
    answer = _service(service, base_port).post(f"/v1/dode-brieven/{number}/vrijgaven", reason)
    typer.echo(f"{answer['released']} took effect, {answer['already']} had before")


@dlq.command("drop")
def dlq_drop(number: Number, reason: Reason, service: Service, base_port: BasePort = 8080) -> None:
    """Take a dead letter off the list for good; its bytes and your reason are kept."""
    _service(service, base_port).post(f"/v1/dode-brieven/{number}/weglatingen", reason)
    typer.echo("taken off the list")


@app.command()
def replay(
    service: Service,
    since: Since,
    reason: Reason,
    topic: Annotated[str, typer.Option(help="Only what stands on this topic.")] = "",
    case: Annotated[str, typer.Option(help="Only what concerns this case.")] = "",
    base_port: BasePort = 8080,
) -> None:
    """Let a service tell again what it told since then: same events, same order. Who knows them drops them; who lost them gets them.

    It keeps what it told for 60 days. What is new waits until all of it is told.
    """
    moment = since if since.tzinfo else since.replace(tzinfo=UTC)
    wanted = {"since": moment.isoformat(), "topic": topic, "case": case}
    answer = _service(service, base_port).post("/v1/heruitzendingen", reason, **wanted)
    typer.echo(f"{answer['again']} events are told again")


class _Away(SystemExit):
    """A service does not answer; ends the command with these words where nobody goes on without it."""


class _Address:
    """One service's HTTP side, with an operator's token."""

    def __init__(self, name: str, url: str, token: str) -> None:
        self._name, self._url, self._token = name, url, token

    def get(self, path: str) -> list[dict[str, Any]]:
        return list(self._ask(urllib.request.Request(f"{self._url}{path}")))  # noqa: S310 -- the operator's own choice

    def post(self, path: str, reason: str, **wanted: str) -> dict[str, Any]:
        body = json.dumps({"reason": reason, **wanted}).encode()
        return dict(self._ask(urllib.request.Request(f"{self._url}{path}", body, {"Content-Type": "application/json"})))  # noqa: S310

    def _ask(self, request: urllib.request.Request) -> Any:
        request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- see where it was made
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            problem = json.load(refused)
            errors = "".join(f"\n  {error['path']}: {error['message']}" for error in problem.get("errors", []))
            raise SystemExit(f"passend: {self._name}: {problem['detail']}{errors}") from None
        except (OSError, HTTPException):
            raise _Away(f"passend: {self._name} does not answer on {self._url}; start the platform with `passend up`") from None


def _everywhere(path: str, base_port: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each service shows there; one that does not answer is named, and the others are shown all the same."""
    from deploy.embedded.processes import SERVICES  # noqa: PLC0415 -- the other verbs do without its libraries

    for name in SERVICES:
        try:
            yield from ((name, row) for row in _service(name, base_port).get(path))
        except _Away as away:
            typer.echo(str(away), err=True)


def _service(name: str, base_port: int) -> _Address:
    from deploy.embedded.processes import SERVICES, Ports  # noqa: PLC0415 -- see above

    if name not in SERVICES:
        raise typer.BadParameter(f"{name} is no service; there are {', '.join(SERVICES)}")
    ports = Ports(base_port)
    return _Address(name, ports.url(name), os.environ.get("PASSEND_TOKEN") or _demonstration_token(ports.url("issuer")))


def _demonstration_token(issuer: str) -> str:
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": "console", "client_secret": "demo"})
    try:
        with urllib.request.urlopen(f"{issuer}/token", form.encode(), timeout=5) as answer:  # noqa: S310 -- our own issuer
            return str(json.load(answer)["access_token"])
    except (OSError, HTTPException, ValueError, KeyError):
        raise SystemExit(f"passend: no token from {issuer}; start the platform with `passend up`, or set PASSEND_TOKEN") from None


def _table(head: tuple[str, ...], rows: Iterator[tuple[object, ...]], nothing: str) -> None:
    lines = [tuple(str(cell) for cell in row) for row in rows]
    if not lines:
        typer.echo(nothing)
        return
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
    for line in [head, *lines]:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _stem(wire_type: str) -> str:
    return wire_type.split(".")[2].replace("-", "_")


def _quoted(case: str) -> str:
    return urllib.parse.quote(case, safe="")
