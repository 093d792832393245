"""What an operator does, over HTTP with an operator's token, as `passend parked` and `passend dlq` do."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.component.issuer import Issuer, bearer
from tests.component.waiting import until
from tests.running import PATIENCE, RunningService


@dataclass
class Operator:
    """Somebody with the scope `operator`."""

    service: RunningService
    issuer: Issuer

    async def parked(self) -> list[dict[str, Any]]:
        return await self._get("/v1/geparkeerd")

    async def show(self, case: str) -> list[dict[str, Any]]:
        return await self._get(f"/v1/geparkeerd/{case}")

    async def until_parked(self, case: str, count: int) -> None:
        await until(lambda: self.show(case), lambda rows: len(rows) >= count, PATIENCE)

    async def release(self, case: str, reason: str = "fixed") -> Any:
        return _ok(await self.post(f"/v1/geparkeerd/{case}/vrijgaven", {"reason": reason}))

    async def drop(self, case: str, reason: str = "sent twice") -> Any:
        return _ok(await self.post(f"/v1/geparkeerd/{case}/weglatingen", {"reason": reason}))

    async def letters(self) -> list[dict[str, Any]]:
        return await self._get("/v1/dode-brieven")

    async def until_letters(self, count: int) -> list[dict[str, Any]]:
        return await until(self.letters, lambda letters: len(letters) >= count, PATIENCE)

    async def release_letter(self, number: int) -> httpx.Response:
        return await self.post(f"/v1/dode-brieven/{number}/vrijgaven", {"reason": "readable now"})

    async def drop_letter(self, number: int) -> Any:
        return _ok(await self.post(f"/v1/dode-brieven/{number}/weglatingen", {"reason": "nobody needs it"}))

    async def post(self, path: str, body: dict[str, Any], *, party: str = "console") -> httpx.Response:
        return await self.service.http.post(path, json=body, headers=self._token(party))

    async def _get(self, path: str) -> list[dict[str, Any]]:
        answer = await self.service.http.get(path, headers=self._token("console"))
        return list(_ok(answer))

    def _token(self, party: str) -> dict[str, str]:
        return bearer(self.issuer.token(party, scope="operator" if party == "console" else "events cases"))


def _ok(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()
