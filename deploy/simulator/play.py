"""Plays a region on the platform that runs, by the clock on the wall: a day of these lives is a second or so."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from deploy.embedded.processes import BEGINS, MAIL, REGION, Ports
from deploy.parties.board import schools
from deploy.simulator.actors import Answering
from deploy.simulator.doors import Doors, Topics
from deploy.simulator.lives import Life, lives
from deploy.simulator.office import Office
from deploy.simulator.on_call import OnCall
from deploy.simulator.region import Region, outcomes, told
from services.chassis.calendar import LEGAL_TIME
from services.chassis.region import SCHOOL_KINDS, load

LOOK_EVERY = 0.25
"""Seconds between two looks at the agenda and the topics; in a slow life, a quarter of its day."""
TELL_EVERY = 5.0
SETTLED_WITHIN = 60.0
"""Seconds for the platform to come to rest at the end."""


async def play(options: argparse.Namespace) -> None:
    """Play so many children on the running platform, and print what came of it; with `endless`, then others, until it is stopped."""
    print(f"{options.children} children, {BEGINS}", flush=True)
    await _play(options)
    while options.endless:
        await _play(options)


async def _play(options: argparse.Namespace) -> None:
    ports, began = Ports(options.base_port), datetime.now(UTC)
    run, days = f"{options.seed} {began.isoformat()}", options.seconds / options.seconds_a_day
    played = lives(options.children, options.seed, schools=schools(), over_days=days, run=run)
    boards = {party.id: Answering(party.id, party.urn) for party in load(REGION).of_kind("board")}
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        doors = Doors(client, ports)
        topics = Topics(ports.kafka, [(board, "board") for board in boards], from_now=True)
        with Path(options.sent).open("w", encoding="utf-8") as sent:  # noqa: ASYNC230 -- some lines a second
            a_day = timedelta(seconds=options.seconds_a_day)
            region = Region(doors, topics, boards, lambda at, days: at + days * a_day, sent)
            await topics.heard()
            for life in played:
                region.begin(life, began)
            on_call = OnCall(doors, ports.url(MAIL), region.counts, a_minute=timedelta(seconds=1), a_day=timedelta(seconds=20))
            office = office_of(doors, ports, region.counts, a_day)
            await _live(region, office, on_call, len(played), look_every=max(LOOK_EVERY, options.seconds_a_day / 4))
        await topics.close()
        print(region.progress(len(played)))
        for line in told(await _settled(doors, played)):
            print(line)
    print(f"what was sent stands in {options.sent}; hold it against the record: passend prove --sent {options.sent}")


def office_of(doors: Doors, ports: Ports, counts: Counter[str], a_day: timedelta) -> Office:
    """The office of the region's samenwerkingsverband."""
    region = load(REGION)
    special = {school.id: school.kind for school in region.schools if school.kind != SCHOOL_KINDS[0]}
    return Office(doors, ports.url("placement"), region.of_kind("swv")[0].id, special, counts, a_day)


async def _live(region: Region, office: Office, on_call: OnCall, children: int, *, look_every: float) -> None:
    """Carry the agenda out, hear the answers, and let the office decide, until nobody plans anything any more."""
    await office.open()
    said = asyncio.get_running_loop().time()
    while region.next_moment or on_call.next_moment:
        now = datetime.now(UTC)
        for doings in region.due(now).values():
            await region.do(doings)
        await region.listen(now)
        await on_call.read(region.crises, now)
        await on_call.act(now)
        await office.look(now.astimezone(LEGAL_TIME))
        if asyncio.get_running_loop().time() - said > TELL_EVERY:
            print(region.progress(children), flush=True)
            said = asyncio.get_running_loop().time()
        await asyncio.sleep(look_every)


async def _settled(doors: Doors, played: Sequence[Life]) -> dict[str, Counter[str]]:
    """The outcomes once two looks in a row are the same: the youth teams take a while to answer."""
    end = asyncio.get_running_loop().time() + SETTLED_WITHIN
    seen: dict[str, Counter[str]] = {}
    while (now := await outcomes(doors, played)) != seen and asyncio.get_running_loop().time() < end:
        seen = now
        await asyncio.sleep(TELL_EVERY)
    return now


def main() -> None:
    """Play children on a platform that runs."""
    arguments = argparse.ArgumentParser(prog="passend simulate")
    arguments.add_argument("--children", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--seconds", type=float, default=60.0, help="within which all lives begin")
    arguments.add_argument("--seconds-a-day", type=float, default=0.5)
    arguments.add_argument("--sent", default="sent.jsonl")
    arguments.add_argument("--endless", action="store_true")
    arguments.add_argument("--base-port", type=int, default=8080)
    try:
        asyncio.run(play(arguments.parse_args()))
    except KeyboardInterrupt:
        sys.exit("passend simulate: stopped; the platform goes on with what it was told")


if __name__ == "__main__":
    main()
