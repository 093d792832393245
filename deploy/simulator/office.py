"""The office of the samenwerkingsverband: looks at its work list every working day, and decides when a request has waited long enough."""

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import httpx
from passend_contracts.envelope import derived_id

from deploy.simulator.doors import Doors

PLACES = {"90AM00": 12, "90AN00": 20}
"""How many places the special schools of the region have in all."""
GRANTS, SEEKS_AFTER_REPORT = 0.8, 0.5
OFFERED_FOR = timedelta(weeks=2)
DAYS_TO_START = 21


class Office:
    """Decides through placement's API; the same requests, seen on the same days, lead to the same decisions."""

    def __init__(self, doors: Doors, url: str, swv: str, schools: dict[str, str], counts: Counter[str], a_day: timedelta) -> None:
        """`schools` are the special schools with their kind; `a_day` is how long a day takes by the clock that drives the region."""
        self._doors, self._url, self._swv, self._schools, self._counts = doors, url, swv, schools, counts
        self._a_day = a_day
        self._since: dict[tuple[str, str], datetime] = {}

    async def open(self) -> None:
        """Agree with the special schools how many places there are."""
        for school in self._schools:
            answer = await self._doors.ask(
                self._swv, "PUT", f"{self._url}/v1/capaciteiten/{school}", json={"places": PLACES.get(school, 10)}
            )
            answer.raise_for_status()

    async def look(self, now: datetime) -> bool:
        """Take every decision that has waited long enough; returns whether there was any."""
        taken = sum(self._counts.values())
        cases = (await self._doors.ask(self._swv, "GET", f"{self._url}/v1/zaken")).raise_for_status().json()
        for case in sorted(cases, key=lambda each: str(each["id"])):
            for arrangement in case["arrangements"]:
                await self._arrangement(case["id"], arrangement, now)
            for expert in case["experts"]:
                await self._expert(case, expert, now)
            if place := case.get("place"):
                await self._place(case["id"], place, now)
        return sum(self._counts.values()) > taken

    def _waited(self, what: str, state: str, now: datetime) -> float:
        """For how many days something has been in that state, as the office saw it."""
        return (now - self._since.setdefault((what, state), now)) / self._a_day

    async def _arrangement(self, case: str, asked: dict[str, Any], now: datetime) -> None:
        random, today = _chances(asked["request"]), now.date()
        if asked["state"] != "requested" or self._waited(asked["request"], asked["state"], now) < random.randint(3, 30):
            return
        path = f"arrangementen/{asked['request']}"
        if random.random() < GRANTS:
            starts, ends = max(today, _on(asked["wantedFrom"])), max(today + timedelta(weeks=8), _on(asked["wantedUntil"]))
            grant = {"startsOn": starts, "evaluateOn": starts + (ends - starts) * 0.6, "endsOn": ends, "hoursPerWeek": 4}
            await self._decide(case, f"{path}/toekenningen", grant)
        else:
            await self._decide(case, f"{path}/afwijzingen", {"ground": "within_school_budget", "possible": "request_expert"})

    async def _expert(self, case: dict[str, Any], asked: dict[str, Any], now: datetime) -> None:
        random, path, today = _chances(asked["request"]), f"deskundigen/{asked['request']}", now.date()
        assigned_after, reports_after, seeks = random.randint(2, 18), random.randint(15, 40), random.random() < SEEKS_AFTER_REPORT
        waited = self._waited(asked["request"], asked["state"], now)
        if asked["state"] == "requested" and waited >= assigned_after:
            form = {"provider": "ambulatory_service", "reportDue": today + timedelta(weeks=4)}
            await self._decide(case["id"], f"{path}/toewijzingen", form)
        elif asked["state"] == "assigned" and waited >= reports_after:
            await self._decide(case["id"], f"{path}/verslagen", {"reportedOn": today})
            if seeks and not case.get("place"):
                await self._decide(case["id"], "zoekopdrachten", {"kind": random.choice(["sbo", "so"])})

    async def _place(self, case: str, place: dict[str, Any], now: datetime) -> None:
        today, offer = now.date(), place.get("offer", {}).get("id", "")
        waited = self._waited(case, f"{place['state']} {place['soughtOn']} {offer}", now)
        if place["state"] == "sought" and waited >= _chances(case + place["soughtOn"]).randint(2, 20):
            school = next(name for name, kind in sorted(self._schools.items()) if kind == place["kind"])
            offer = {"school": school, "availableFrom": today + timedelta(weeks=3), "answerDue": today + OFFERED_FOR}
            await self._decide(case, "aanbiedingen", offer)
        elif place["state"] == "agreed" and waited >= DAYS_TO_START:
            await self._decide(case, "plaatsingen", {"startedOn": today})

    async def _decide(self, case: str, path: str, form: dict[str, Any]) -> None:
        """Send a decision under a key that follows from it, so that sending it again repeats it."""
        told = {name: value.isoformat() if isinstance(value, date) else value for name, value in form.items()}
        headers = {"Idempotency-Key": derived_id("simulator", case, path, str(told))}
        answer = await self._doors.ask(self._swv, "POST", f"{self._url}/v1/zaken/{case}/{path}", json=told, headers=headers)
        refused = answer.status_code == httpx.codes.CONFLICT  # no place is left, or somebody was faster
        if not refused:
            answer.raise_for_status()
        self._counts["decisions that a rule forbade" if refused else "decisions of the office"] += 1


def _chances(of: str) -> Random:
    return Random(f"office {of}")  # noqa: S311 -- a play


def _on(text: str) -> date:
    return date.fromisoformat(text)
