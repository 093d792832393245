"""A few invented cases as boards would send them: through intake's door, in different orders and with different ends."""

import argparse
import sys
import time
import tomllib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
from passend_contracts import catalogue
from passend_contracts.envelope import STRUCTURED, Envelope, encode
from passend_contracts.events import ConsentGiven, ConsentWithdrawn, ParentsConsulted, SupportRequested
from passend_contracts.vocabulary import EventData

from deploy.parties.children import DoorKeys

REGION = Path(__file__).parents[1] / "region" / "po2801.toml"
REFER = ["refer_to_youth_team"]
RESEND_FOR = 60.0
"""Seconds during which an event without a receipt is sent again."""


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
    for tell in story:
        data = tell(school)
        entry = catalogue.of(data)
        yield Envelope(
            id=str(uuid.uuid4()),
            source=f"{school.urn}:systeem:demo",
            type=entry.type,
            subject=case,
            time=datetime.now(UTC),
            data=data.to_wire(),
            dataschema=entry.dataschema,
        )


class Door:
    """Intake's door as a board's system uses it: with a token of its own, and again until there is a receipt."""

    def __init__(self, client: httpx.Client, intake: str, issuer: str) -> None:
        self._client, self._intake, self._issuer = client, intake, issuer
        self._tokens: dict[str, str] = {}
        self._keys: DoorKeys | None = None

    def keys(self) -> DoorKeys:
        """To whose keys a school seals."""
        if self._keys is None:
            self._keys = DoorKeys.read(self._client.get(f"{self._intake}/v1/deursleutels").raise_for_status().json())
        return self._keys

    def send(self, event: Envelope, board: str) -> None:
        """Send, with who the child is sealed, until accepted; raises httpx.HTTPError when rejected or when nobody answers for a minute."""
        end = time.monotonic() + RESEND_FOR
        while True:
            try:
                answer = self._post(self.keys().sealed(event, board), board)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > end:
                    answer.raise_for_status()
                    return
            except httpx.TransportError:
                if time.monotonic() > end:
                    raise
            time.sleep(0.5)

    def _post(self, event: Envelope, board: str) -> httpx.Response:
        headers = {"Content-Type": STRUCTURED, "Authorization": f"Bearer {self._token(board)}"}
        return self._client.post(f"{self._intake}/v1/gebeurtenissen", content=encode(event), headers=headers)

    def _token(self, board: str) -> str:
        if board not in self._tokens:
            form = {"grant_type": "client_credentials", "client_id": board, "client_secret": "demo"}
            answer: dict[str, Any] = self._client.post(f"{self._issuer}/token", data=form).raise_for_status().json()
            self._tokens[board] = answer["access_token"]
        return self._tokens[board]


def play(door: Door, children: int) -> Iterator[tuple[str, str]]:
    """Send the events of so many children, in turn; yields each case with what happens in it."""
    for (what, story), school in islice(zip(cycle(STORIES), cycle(schools()), strict=False), children):
        sent = list(events(story, school))
        for event in sent:
            door.send(event, school.board)
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
    with httpx.Client(timeout=10, trust_env=False) as client:
        try:
            for case, what in play(Door(client, options.intake, options.issuer), options.children):
                print(f"{what}:\n  passend trace {case}", flush=True)
        except httpx.HTTPError as failed:
            sys.exit(f"passend demo: {failed}")


if __name__ == "__main__":
    main()
