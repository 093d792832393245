"""A service that stands still for an hour of simulated time: when it goes on, what was due meanwhile is acted on, and nothing is lost."""

import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from passend_contracts.envelope import encode

from deploy.embedded.processes import SERVICES
from deploy.simulator.doors import Doors
from deploy.simulator.weeks import throw_away_platform
from tests.builders.events import BOARD, a_consent_given, a_crisis_raised, a_parents_consulted, a_support_requested

HOUR = timedelta(hours=1)


@pytest.mark.long
async def test_each_service_stands_still_for_an_hour(tmp_path: Path) -> None:
    async with throw_away_platform(tmp_path) as (process, ports, clockwork), httpx.AsyncClient(timeout=60, trust_env=False) as client:
        doors, cases = Doors(client, ports), list[str]()
        for service in SERVICES:
            now = clockwork.clock.now()
            request, away = a_support_requested(time=now), _process(process.pid, service)
            crisis = a_crisis_raised(case_id=request.subject, noticed_at=now, time=now)
            await doors.send(BOARD, [encode(event) for event in (request, crisis)])
            await clockwork.idle()
            os.kill(away, signal.SIGSTOP)
            talk = (a_parents_consulted(request.subject, time=now), a_consent_given(request.subject, time=now))
            sending = asyncio.create_task(doors.send(BOARD, [encode(event) for event in talk]))
            clockwork.clock.set(now + HOUR)  # four calls of the crisis ladder come due
            if service != "intake":  # its door answers when it goes on
                await sending
            os.kill(away, signal.SIGCONT)
            await sending
            await clockwork.idle()
            cases.append(request.subject)
        zaken = [await doors.zaak(BOARD, case) for case in cases]
        assert [zaak["nextStep"]["kind"] for zaak in zaken] == ["team_answer"] * len(SERVICES)
        assert all({"jgt_referred", "crisis_raised"} <= {line["event"] for line in zaak["history"]} for zaak in zaken)
        assert (await doors.proof())["violations"] == []


def _process(supervisor: int, service: str) -> int:
    return next(child.pid for child in psutil.Process(supervisor).children() if f"services.{service}" in child.cmdline())
