"""An operator at one service: sees what is parked there, and releases it."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from tests.faults.service import PATIENCE


@dataclass(frozen=True)
class Operator:
    """Somebody with an operator's token."""

    http: httpx.AsyncClient
    token: str

    async def parked(self) -> dict[str, int]:
        """How many events wait, by case."""
        return {row["case"]: row["events"] for row in self._ok(await self.http.get("/v1/geparkeerd", headers=self._headers))}

    async def until_parked(self, case: str, events: int) -> None:
        """Wait until so many events of a case are parked."""
        async with asyncio.timeout(PATIENCE):
            while (await self.parked()).get(case, 0) < events:  # noqa: ASYNC110 -- asked as a person asks
                await asyncio.sleep(0.05)

    async def release(self, case: str) -> None:
        """Let everything of it take effect; nothing may be left waiting."""
        assert self._ok(await self.try_release(f"geparkeerd/{case}"))["waiting"] == 0

    async def try_release(self, what: str) -> httpx.Response:
        """Let a parked case or a dead letter take effect, or hear why not."""
        return await self.http.post(f"/v1/{what}/vrijgaven", json={"reason": "the fault is mended"}, headers=self._headers)

    async def first_letter(self) -> int:
        """The number of the first dead letter, as soon as there is one."""
        async with asyncio.timeout(PATIENCE):
            while not (letters := self._ok(await self.http.get("/v1/dode-brieven", headers=self._headers))):  # noqa: ASYNC110 -- asked as a person asks
                await asyncio.sleep(0.05)
        return int(letters[0]["n"])

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _ok(self, answer: httpx.Response) -> Any:
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()
