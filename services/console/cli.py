"""The console's verbs: print a case's way through all services, and prove the guarantee from the record."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Annotated, Any

import typer

REQUEST = "support_requested"
ANSWERS = ("jgt_referral_accepted", "jgt_referral_declined")

PAGE = 10_000
"""Events that one question to the console may hold."""

app = typer.Typer()

BasePort = Annotated[int, typer.Option(help="As given to `passend up`.")]
Url = Annotated[str, typer.Option(help="The console's address, when it is another.")]
Issuer = Annotated[str, typer.Option(help="Where the demonstration token is fetched; or set PASSEND_TOKEN to a token.")]


@app.command()
def trace(
    case: Annotated[str, typer.Argument(help="The case's id, as in the answer's Location.")],
    base_port: BasePort = 8080,
    url: Url = "",
    issuer: Issuer = "",
) -> None:
    """Print every hop of a case with its time, up to the gemeente's answer."""
    answer = _Console(base_port, url, issuer).ask(f"/v1/tijdlijnen/{urllib.parse.quote(case, safe='')}")
    for line in table(answer["hops"]):
        typer.echo(line)


@app.command()
def prove(
    sent: Annotated[Path | None, typer.Option(help="Events as their senders know them: lines of JSON with `source` and `id`.")] = None,
    base_port: BasePort = 8080,
    url: Url = "",
    issuer: Issuer = "",
) -> None:
    """Check the guarantee from the record alone; ends with 1 where it does not hold, and says for which case, when and by which events."""
    console, events = _Console(base_port, url, issuer), _lines(sent)
    proof = console.ask("/v1/bewijs")
    pages = [events[at : at + PAGE] for at in range(0, len(events), PAGE)]
    missing = [event for page in pages for event in console.ask("/v1/uitkomsten", {"sent": page})["withoutOutcome"]]
    for line in verdict(proof, missing, len(events)):
        typer.echo(line)
    raise typer.Exit(1 if proof["violations"] or missing else 0)


def verdict(proof: dict[str, Any], missing: list[dict[str, str]], sent: int) -> Iterator[str]:
    """The proof as lines to read."""
    for found in proof["violations"]:
        yield f"{found['rule']}  case {found['case']}  {found['at'][:19]}  {found['what']}"
        yield f"    events {', '.join(found['events'])}"
    for event in missing:
        yield f"one_outcome  sent as {event['id']} by {event['source']}, and the record holds neither it nor a refusal"
    checked = f"{proof['records']} records of {proof['cases']} cases" + (f", {sent} events sent" if sent else "")
    yield f"{checked}: {len(proof['violations']) + len(missing)} violations"


def _lines(file: Path | None) -> list[dict[str, str]]:
    if file is None:
        return []
    try:
        events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        if all(isinstance(event, dict) and {"source", "id"} <= event.keys() for event in events):
            return [{"source": event["source"], "id": event["id"]} for event in events]
    except (OSError, ValueError) as error:
        raise SystemExit(f"passend: {file} cannot be read as lines of JSON: {type(error).__name__}") from None
    raise SystemExit(f"passend: every line of {file} needs `source` and `id`")


def table(hops: list[dict[str, Any]]) -> Iterator[str]:
    """The hops as lines to read, and how long the request took to be answered."""
    first = _moment(hops[0])
    rows = [("+ms", "clock (UTC)", "event", "by", "topic")]
    rows += [(_since(first, hop), f"{_moment(hop):%H:%M:%S.%f}"[:-3], hop["event"], hop["by"], hop["topic"]) for hop in hops]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    yield f"{first:%Y-%m-%d}, {len(hops)} hops"
    for elapsed, *others in rows:
        yield "  ".join([elapsed.rjust(widths[0]), *(text.ljust(width) for text, width in zip(others, widths[1:], strict=True))]).rstrip()
    if asked := next((hop for hop in hops if hop["event"] == REQUEST), None):
        yield _summary(asked, next((hop for hop in hops if hop["event"] in ANSWERS), None), hops)


def _summary(asked: dict[str, Any], answered: dict[str, Any] | None, hops: Sequence[dict[str, Any]]) -> str:
    if answered is None and not any(hop["event"] == "jgt_referred" for hop in hops):
        return "No referral (yet): it follows when parents_consulted wants one and consent_given allows it."
    if answered is None:
        return "The gemeente has not answered (yet)."
    seconds = (_moment(answered) - _moment(asked)).total_seconds()
    return f"From the school's request to the gemeente's answer: {seconds:.2f} s."


def _moment(hop: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(hop["publishedAt"])


def _since(first: datetime, hop: dict[str, Any]) -> str:
    return f"{(_moment(hop) - first).total_seconds() * 1000:.0f}"


class _Console:
    """The console's HTTP side, with an operator's token."""

    def __init__(self, base_port: int, url: str, issuer: str) -> None:
        self._url = url.rstrip("/") or f"http://127.0.0.1:{base_port}"
        issuer = issuer.rstrip("/") or f"http://127.0.0.1:{base_port + 9}"
        self._token = os.environ.get("PASSEND_TOKEN") or _demonstration_token(issuer)

    def ask(self, path: str, said: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the console answers; ends the command with the reason where it does not."""
        body = None if said is None else json.dumps(said).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}{path}", body, headers)  # noqa: S310 -- the operator's own choice
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310 -- see above
                read: dict[str, Any] = json.load(answer)
                return read
        except urllib.error.HTTPError as refused:
            raise SystemExit(f"passend: {_why(refused)}") from None
        except (OSError, HTTPException, ValueError):
            raise SystemExit(f"passend: the console does not answer on {self._url}; start the platform with `passend up`") from None


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
    except (OSError, HTTPException, ValueError, KeyError):
        raise SystemExit(f"passend: no token from {issuer}; start the platform with `passend up`, or set PASSEND_TOKEN") from None
