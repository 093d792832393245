"""A door over HTTP, as a party's system uses it: send an event until there is a receipt. Needs `passend-contracts[http]`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from passend_contracts.envelope import STRUCTURED, Envelope, Invalid, Problem, encode

PATH = "/v1/gebeurtenissen"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that an event is safe at the other side: the same one, however often the event is sent."""

    event: str
    receipt: str
    case: str | None
    """The path under which the case can be read."""
    repeated: bool
    """Whether the door had it already: what was sealed in it then counts."""


class Door:
    """The door at a service's address, with a token of one's own; `token` is asked for one whenever one is needed."""

    def __init__(self, url: str, token: Callable[[], str], *, timeout: float = 10.0) -> None:
        self._token = token
        self._client = httpx.Client(base_url=url.removesuffix("/").removesuffix(PATH), timeout=timeout, trust_env=False)

    def send(self, event: Envelope, *, within: float = 60.0, body: bytes | None = None) -> Receipt:
        """Send until there is a receipt; the same event may be sent as often as one likes.

        `body` takes the place of the encoded event, such as one with `toSeal`. Raises `Invalid` with every problem where the event is
        not accepted as it is, and httpx.HTTPError where nobody answered within so many seconds, or the token is not good.
        """
        end = time.monotonic() + within
        while True:
            try:
                answer = self._post(body or encode(event))
                if not (answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS) or time.monotonic() > end:
                    return _receipt(answer)
            except httpx.TransportError:
                if time.monotonic() > end:
                    raise
            time.sleep(0.5)

    def door_keys(self) -> dict[str, Any]:
        """To whose keys which kind of enclosure is sealed, as the door tells it."""
        return dict(self._client.get("/v1/deursleutels").raise_for_status().json())

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _post(self, body: bytes) -> httpx.Response:
        headers = {"Content-Type": STRUCTURED, "Authorization": f"Bearer {self._token()}"}
        return self._client.post(PATH, content=body, headers=headers)


def _receipt(answer: httpx.Response) -> Receipt:
    if answer.status_code == httpx.codes.BAD_REQUEST and "problem+json" in answer.headers.get("content-type", ""):
        raise Invalid(Problem(error["path"], error["code"], error["message"]) for error in answer.json()["errors"])
    if answer.is_error:
        raise httpx.HTTPStatusError(_why(answer), request=answer.request, response=answer)
    said = answer.json()
    return Receipt(said["event"], said["receipt"], said.get("case"), repeated=answer.status_code == httpx.codes.OK)


def _why(answer: httpx.Response) -> str:
    """What the door says, in its own words where it has any."""
    try:
        said = answer.json()
        return f"{answer.status_code} {said['title']}: {said['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason_phrase} at {answer.request.url}"
