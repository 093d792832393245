"""The console's verb: print a case's way through all services."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

REQUEST = "support_requested"
ANSWERS = ("jgt_referral_accepted", "jgt_referral_declined")

app = typer.Typer()


@app.command()
def trace(
    case: Annotated[str, typer.Argument(help="The case's id, as in the answer's Location.")],
    base_port: Annotated[int, typer.Option(help="As given to `passend up`.")] = 8080,
    url: Annotated[str, typer.Option(help="The console's address, when it is another.")] = "",
    issuer: Annotated[str, typer.Option(help="Where the demonstration token is fetched; or set PASSEND_TOKEN to a token.")] = "",
) -> None:
    """Print every hop of a case with its time, up to the gemeente's answer."""
    console = url.rstrip("/") or f"http://127.0.0.1:{base_port}"
    token = os.environ.get("PASSEND_TOKEN") or _demonstration_token(issuer.rstrip("/") or f"http://127.0.0.1:{base_port + 9}")
    request = urllib.request.Request(f"{console}/v1/tijdlijnen/{urllib.parse.quote(case, safe='')}")  # noqa: S310 - the operator's own choice
    request.add_header("Authorization", f"Bearer {token}")
    for line in table(_answer(request, console)["hops"]):
        typer.echo(line)


def table(hops: list[dict[str, Any]]) -> Iterator[str]:
    """The hops as lines to read, and how long the request took to be answered."""
    first = _moment(hops[0])
    rows = [("+ms", "clock (UTC)", "event", "by", "topic")]
    rows += [(_since(first, hop), f"{_moment(hop):%H:%M:%S.%f}"[:-3], hop["event"], hop["by"], hop["topic"]) for hop in hops]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    yield f"{first:%Y-%m-%d}, {len(hops)} hops"
    for elapsed, *others in rows:
        yield "  ".join([elapsed.rjust(widths[0]), *(text.ljust(width) for text, width in zip(others, widths[1:], strict=True))]).rstrip()
    yield _summary(hops)


def _summary(hops: list[dict[str, Any]]) -> str:
    asked = next((_moment(hop) for hop in hops if hop["event"] == REQUEST), None)
    answered = next((hop for hop in hops if hop["event"] in ANSWERS), None)
    if asked is None or answered is None:
        return "The gemeente has not answered (yet)."
    seconds = (_moment(answered) - asked).total_seconds()
    return f"From the school's request to the gemeente's answer: {seconds:.2f} s."


def _moment(hop: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(hop["publishedAt"])


def _since(first: datetime, hop: dict[str, Any]) -> str:
    return f"{(_moment(hop) - first).total_seconds() * 1000:.0f}"


def _answer(request: urllib.request.Request, console: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - see where it was made
            read: dict[str, Any] = json.load(answer)
            return read
    except urllib.error.HTTPError as refused:
        raise SystemExit(f"passend trace: {_why(refused)}") from None
    except (OSError, ValueError):
        raise SystemExit(f"passend trace: the console does not answer on {console}; start the platform with `passend up`") from None


def _why(refused: urllib.error.HTTPError) -> str:
    with refused:
        if refused.code == 404:
            return "the record holds no such case; a new one is there within a second, and `passend demo` makes some"
        try:
            return str(json.load(refused)["detail"])
        except (ValueError, KeyError, TypeError):
            return f"the console answered {refused.code}"


def _demonstration_token(issuer: str) -> str:
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": "console", "client_secret": "demo"})
    try:
        with urllib.request.urlopen(f"{issuer}/token", form.encode(), timeout=5) as answer:  # noqa: S310 - the operator's own choice
            return str(json.load(answer)["access_token"])
    except (OSError, ValueError, KeyError):
        raise SystemExit(f"passend trace: no token from {issuer}; start the platform with `passend up`, or set PASSEND_TOKEN") from None
