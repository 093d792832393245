"""Plays lives through intake's door, as the boards' systems would: each event until it has its receipt, with mistakes and repeats."""

import argparse
import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import httpx
from passend_contracts.envelope import STRUCTURED, encode

from deploy.parties.board import schools
from deploy.simulator.lives import Life, Step, lives

AT_ONCE = 16
"""Requests that are under way at the same time."""
TELL_EVERY = 5.0
"""Seconds between two lines of progress."""
RESEND_AFTER = 0.5
SETTLED_WITHIN = 60.0
"""Seconds for the platform to come to rest at the end."""


class Doors:
    """The public doors of a platform, with a token for each party that comes."""

    def __init__(self, client: httpx.AsyncClient, intake: str, issuer: str) -> None:
        self._client, self._intake, self._issuer = client, intake, issuer
        self._tokens: dict[str, str] = {}
        self._free = asyncio.Semaphore(AT_ONCE)

    async def post(self, board: str, body: bytes) -> httpx.Response:
        """Send an event until the door has given any answer; raises httpx.HTTPStatusError where the issuer refuses a token."""
        return await self._asked(board, "POST", "/v1/gebeurtenissen", content=body, headers={"Content-Type": STRUCTURED})

    async def zaak(self, board: str, case: str) -> dict[str, Any]:
        """A case as its board sees it; empty while it is not there."""
        answer = await self._asked(board, "GET", f"/v1/zaken/{case}")
        return dict(answer.json()) if answer.is_success else {}

    async def _asked(self, board: str, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        while True:
            with suppress(httpx.TransportError):
                async with self._free:
                    authorized = {**(headers or {}), "Authorization": f"Bearer {await self._token(board)}"}
                    answer = await self._client.request(method, f"{self._intake}{path}", headers=authorized, **more)
                if answer.status_code == httpx.codes.UNAUTHORIZED:
                    self._tokens.pop(board, None)  # after a quarter of an hour it is over
                elif answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return answer
            await asyncio.sleep(RESEND_AFTER)

    async def _token(self, board: str) -> str:
        if board not in self._tokens:
            form = {"grant_type": "client_credentials", "client_id": board, "client_secret": "demo"}
            answer = (await self._client.post(f"{self._issuer}/token", data=form)).raise_for_status()
            self._tokens[board] = answer.json()["access_token"]
        return self._tokens[board]


@dataclass
class Schools:
    """All schools of the region while lives are played; `sent` is written as a line of JSON per event, once it has its receipt."""

    doors: Doors
    sent: TextIO
    counts: Counter[str] = field(default_factory=Counter)

    async def live(self, life: Life, began: float, seconds_a_day: float) -> None:
        """Play one life, from the moment when it begins."""
        moment = began + life.begins * seconds_a_day
        for step in life.steps:
            moment += step.days * seconds_a_day
            await asyncio.sleep(moment - asyncio.get_running_loop().time())
            await self.do(life, step, datetime.now(UTC))
        self.counts["children"] += 1

    async def do(self, life: Life, step: Step, now: datetime) -> None:
        """Do one step: wrong first, where the hand slips; then right, until there is a receipt; then perhaps once more."""
        if step.slip:
            answer = await self.doors.post(life.board, step.sent_wrong_at(now))
            self.counts["mistakes sent back"] += answer.status_code == httpx.codes.BAD_REQUEST
        event = step.sent_at(now)
        answer = await self.doors.post(life.board, encode(event))
        if not answer.is_success:
            raise RuntimeError(f"intake refused {event.type} of case {life.case}: {answer.text}")
        self.sent.write(json.dumps({"source": event.source, "id": event.id, "case": life.case, "kind": life.kind}) + "\n")
        self.counts["events"] += 1
        if step.again:
            again = await self.doors.post(life.board, encode(event))
            self.counts["repeats with the same receipt"] += again.json().get("receipt") == answer.json().get("receipt")

    async def outcomes(self, played: Sequence[Life]) -> dict[str, Counter[str]]:
        """What came of the lives, by their kind: the state of the case, or the step that is next."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        zaken = await asyncio.gather(*(self.doors.zaak(life.board, life.case) for life in played))
        for life, zaak in zip(played, zaken, strict=True):
            found[life.kind][_standing(zaak)] += 1
        return found


def _standing(zaak: dict[str, Any]) -> str:
    if not zaak:
        return "NOT THERE"
    return f"next: {zaak['nextStep']['kind']}" if zaak["state"] == "open" else str(zaak["state"])


def told(outcomes: dict[str, Counter[str]]) -> Iterable[str]:
    """The outcomes as lines to read."""
    width = max(map(len, outcomes))
    for kind, standings in sorted(outcomes.items()):
        yield f"{kind.ljust(width)}  {', '.join(f'{count} {standing}' for standing, count in standings.most_common())}"


async def play(options: argparse.Namespace) -> None:
    """Play so many children on the running platform, and print what came of it."""
    run = f"{options.seed} {datetime.now(UTC).isoformat()}"
    days = options.seconds / options.seconds_a_day
    played = lives(options.children, options.seed, schools=schools(), over_days=days, run=run, today=datetime.now(UTC).date())
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        with Path(options.sent).open("w", encoding="utf-8") as sent:  # noqa: ASYNC230 -- some lines a second
            region = Schools(Doors(client, options.intake, options.issuer), sent)
            progress = asyncio.create_task(_tell(region, len(played)))
            began = asyncio.get_running_loop().time()
            async with asyncio.TaskGroup() as children:
                for life in played:
                    children.create_task(region.live(life, began, options.seconds_a_day))
            progress.cancel()
        print(_progress(region, len(played)))
        for line in told(await _settled(region, played)):
            print(line)
    print(f"what was sent stands in {options.sent}; hold it against the record: passend prove --sent {options.sent}")


async def _tell(region: Schools, children: int) -> None:
    while True:
        await asyncio.sleep(TELL_EVERY)
        print(_progress(region, children), flush=True)


def _progress(region: Schools, children: int) -> str:
    others = (f"{count} {what}" for what, count in region.counts.items() if what != "children")
    return ", ".join([f"{region.counts['children']} of {children} children's lives told", *others])


async def _settled(region: Schools, played: Sequence[Life]) -> dict[str, Counter[str]]:
    """The outcomes once two looks in a row are the same: the youth teams take a while to answer."""
    end = asyncio.get_running_loop().time() + SETTLED_WITHIN
    seen: dict[str, Counter[str]] = {}
    while (now := await region.outcomes(played)) != seen and asyncio.get_running_loop().time() < end:
        seen = now
        await asyncio.sleep(TELL_EVERY)
    return now


def main() -> None:
    """Play children on a platform that runs."""
    arguments = argparse.ArgumentParser(prog="passend simulate")
    arguments.add_argument("--children", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--seconds", type=float, default=60.0, help="within which all lives begin")
    arguments.add_argument("--seconds-a-day", type=float, default=1.0)
    arguments.add_argument("--sent", default="sent.jsonl")
    arguments.add_argument("--intake", default="http://127.0.0.1:8081")
    arguments.add_argument("--issuer", default="http://127.0.0.1:8089")
    try:
        asyncio.run(play(arguments.parse_args()))
    except KeyboardInterrupt:
        sys.exit("passend simulate: stopped; the platform goes on with what it was told")


if __name__ == "__main__":
    main()
