"""A few invented cases as boards would send them: through intake's door, in different orders and with different ends."""

import argparse
import sys
import tomllib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, Invalid
from passend_contracts.events import ConsentGiven, ConsentWithdrawn, ParentsConsulted, SupportRequested
from passend_contracts.http import Door
from passend_contracts.vocabulary import EventData

from deploy.parties.children import DoorKeys

REGION = Path(__file__).parents[1] / "region" / "po2801.toml"
REFER = ["refer_to_youth_team"]


@dataclass(frozen=True)
class School:
    """Where an invented child goes to school, and the organisation that answers for it."""

    id: str
    board: str
    urn: str
    municipality: str


def schools(region: Path = REGION) -> list[School]:
    """The schools of the region, each with its board."""
    content = tomllib.loads(region.read_text(encoding="utf-8"))
    urns = {board["id"]: board["urn"] for board in content["board"]}
    return [School(row["id"], row["board"], urns[row["board"]], row["municipality"]) for row in content["school"]]


def requested(school: School) -> EventData:
    return SupportRequested(school=school.id, home_municipality=school.municipality, age_band="6-7", recognised_on=_today())


def consulted(youth_team: str) -> Callable[[School], EventData]:
    present = ["parent", "teacher", "internal_supervisor"]
    return lambda _: ParentsConsulted(held_on=_today(), present=present, child_heard="heard", youth_team=youth_team)


def consented(_: School) -> EventData:
    return ConsentGiven(purposes=REFER, agreed_by=["parent"], agreed_on=_today(), form="written")


def withdrawn(_: School) -> EventData:
    return ConsentWithdrawn(purposes=REFER, withdrawn_by=["parent"], withdrawn_on=_today())


STORIES: tuple[tuple[str, tuple[Callable[[School], EventData], ...]], ...] = (
    ("the parents want the youth team and agree", (requested, consulted("refer"), consented)),
    ("they agreed before the conversation", (requested, consented, consulted("refer"))),
    ("they do not want the youth team", (requested, consulted("no"))),
    ("they want it, and take their consent back at once", (requested, consulted("refer"), consented, withdrawn)),
    ("they want it, and consent is still to be given", (requested, consulted("refer"))),
)


def events(story: tuple[Callable[[School], EventData], ...], school: School) -> Iterator[Envelope]:
    """The events of one invented child, under one new case."""
    case = str(uuid.uuid4())
    return (catalogue.says(tell(school), source=f"{school.urn}:systeem:demo", subject=case) for tell in story)


class Boards:
    """The systems of all boards at intake's door, each with a token of its own; who the child is they send sealed."""

    def __init__(self, intake: str, issuer: str) -> None:
        self._intake, self._issuer = intake, issuer
        self._doors: dict[str, Door] = {}
        self._keys: DoorKeys | None = None

    def send(self, event: Envelope, board: str) -> None:
        """Send until there is a receipt; raises `Invalid` when it is rejected, httpx.HTTPError when nobody answers."""
        door = self._doors.setdefault(board, Door(self._intake, partial(self._token, board)))
        self._keys = self._keys or DoorKeys.read(door.door_keys())
        door.send(self._keys.sealed(event, board))

    def _token(self, board: str) -> str:
        form = {"grant_type": "client_credentials", "client_id": board, "client_secret": "demo"}
        return str(httpx.post(f"{self._issuer}/token", data=form, trust_env=False).raise_for_status().json()["access_token"])


def play(boards: Boards, children: int) -> Iterator[tuple[str, str]]:
    """Send the events of so many children, in turn; yields each case with what happens in it."""
    for (what, story), school in islice(zip(cycle(STORIES), cycle(schools()), strict=False), children):
        sent = list(events(story, school))
        for event in sent:
            boards.send(event, school.board)
        yield sent[0].subject, what


def _today() -> Any:
    return datetime.now(UTC).date()


def main() -> None:
    """Play a demonstration."""
    arguments = argparse.ArgumentParser(prog="passend demo")
    arguments.add_argument("--children", type=int, default=5)
    arguments.add_argument("--intake", default="http://127.0.0.1:8081")
    arguments.add_argument("--issuer", default="http://127.0.0.1:8089")
    options = arguments.parse_args()
    try:
        for case, what in play(Boards(options.intake, options.issuer), options.children):
            print(f"{what}:\n  passend trace {case}", flush=True)
    except (httpx.HTTPError, Invalid) as failed:
        sys.exit(f"passend demo: {failed}")


if __name__ == "__main__":
    main()
