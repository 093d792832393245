"""What people of the samenwerkingsverband do over HTTP, and what placement hears and tells meanwhile."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope
from passend_contracts.vocabulary import EventData

from tests.builders.events import BOARD, SWV, TODAY, a_case_opened, an_arrangement_requested, an_expert_requested
from tests.component.conftest import Tokens
from tests.component.facts import told_about
from tests.component.waiting import until
from tests.running import PATIENCE, RunningService

GUARD, REQUESTS, DECISIONS, TO_BOARD = "guard.cases.v1", "school.requests.v1", "swv.cases.v1", f"to.{BOARD}.v1"
SBO, SO = "90AN00", "90AM00"


def on(days: int) -> str:
    """The date so many days from today."""
    return (TODAY + timedelta(days=days)).isoformat()


def a_grant(**changed: Any) -> dict[str, Any]:
    given = {"hoursPerWeek": 8, "startsOn": on(7), "evaluateOn": on(90), "endsOn": on(180), **changed}
    return {name: value for name, value in given.items() if value is not None}


@dataclass
class Office:
    """Decides with a token of the samenwerkingsverband, each time under a key of its own unless the test gives one."""

    service: RunningService
    tokens: Tokens

    async def post(self, case: str, path: str, form: Any, *, key: str | None = None, party: str = SWV) -> httpx.Response:
        headers = self.tokens(party) | {"Idempotency-Key": key or str(uuid4())}
        return await self.service.http.post(f"/v1/zaken/{case}/{path}", json=form, headers=headers)

    async def decided(self, case: str, path: str, form: Any) -> dict[str, Any]:
        """The case after a decision that is allowed."""
        answer = await self.post(case, path, form)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def case(self, case: str) -> dict[str, Any]:
        answer = await self.service.http.get(f"/v1/zaken/{case}", headers=self.tokens(SWV))
        return dict(answer.json()) if answer.status_code == 200 else {}

    async def a_case(self) -> str:
        """A case that placement knows."""
        opened = a_case_opened()
        await self.service.deliver(GUARD, opened)
        await until(lambda: self.case(opened.subject), bool, PATIENCE)
        return opened.subject

    async def an_arrangement(self, case: str) -> str:
        """A request for an arrangement that waits for the office; returns its id."""
        asked = an_arrangement_requested(case)
        await self.service.deliver(REQUESTS, asked)
        await self.until(case, lambda seen: any(each["request"] == asked.id for each in seen["arrangements"]))
        return asked.id

    async def an_expert(self, case: str) -> str:
        """A request for an expert that waits for the office; returns its id."""
        asked = an_expert_requested(case)
        await self.service.deliver(REQUESTS, asked)
        await self.until(case, lambda seen: any(each["request"] == asked.id for each in seen["experts"]))
        return asked.id

    async def agree(self, school: str, places: int, *, party: str = SWV) -> httpx.Response:
        return await self.service.http.put(f"/v1/capaciteiten/{school}", json={"places": places}, headers=self.tokens(party))

    async def taken(self, school: str) -> int:
        answer = await self.service.http.get("/v1/capaciteiten", headers=self.tokens(SWV))
        return next(int(each["taken"]) for each in answer.json() if each["school"] == school)

    async def a_search(self) -> str:
        """A case for which a place in an sbo is sought."""
        case = await self.a_case()
        await self.decided(case, "zoekopdrachten", {"kind": "sbo"})
        return case

    async def an_offer(self, case: str, *, answer_due: date = TODAY + timedelta(weeks=2)) -> str:
        """A place that is held for that case; returns the offer's id."""
        form = {"school": SBO, "availableFrom": on(30), "answerDue": answer_due.isoformat()}
        return str((await self.decided(case, "aanbiedingen", form))["place"]["offer"]["id"])

    async def until(self, case: str, enough: Any) -> dict[str, Any]:
        """The case once it is as a test waits for it."""
        return await until(lambda: self.case(case), lambda seen: bool(seen) and enough(seen), PATIENCE)

    async def told(self, kind: type[EventData], case: str, *, times: int = 1, topic: str = DECISIONS) -> list[Envelope]:
        """What was told of that kind about the case."""
        return await told_about(self.service, topic, kind, [case], times=times)

    async def all_told(self, case: str) -> list[str]:
        """The stems of everything that stands on the topic of decisions about an open case, in order, up to a decision made now."""
        last = await self.an_arrangement(case)
        await self.decided(case, f"arrangementen/{last}/afwijzingen", {"ground": "incomplete", "possible": "complete_request"})

        def mine(events: list[Envelope]) -> list[Envelope]:
            return [event for event in events if event.subject == case]

        def enough(events: list[Envelope]) -> bool:
            return any(event.data.get("request") == last for event in mine(events))

        *told, _ = mine(await self.service.until(DECISIONS, enough))
        return [of(event.type).stem for event in told]
