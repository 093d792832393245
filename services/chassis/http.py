"""HTTP as the NL API Design Rules ask it: 400 with all errors at once, problem+json, the version on every answer, health and metrics."""

from typing import Any
from urllib.parse import parse_qs

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from passend_contracts.envelope import Invalid, Problem
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.chassis import database, gauges
from services.chassis.auth import KeysUnavailable, NotAuthenticated
from services.chassis.clock import Clock
from services.chassis.described import PROBLEMS
from services.chassis.telemetry import Health

API_VERSION = "1.0.0"
PROBLEM = "application/problem+json"
MAX_BODY, MAX_FORM, MAX_ACT, MAX_HEAD = 10_000_000, 100_000, 10_000, 65_536
"""Bytes of a body, of a form, of what an operator says with an act, and of what comes before a body."""
OPERATOR_PATHS = ("/health/", "/metrics")
SECURITY_HEADERS = {
    "API-Version": API_VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}

log = structlog.get_logger()


class ShortHeads(HttpToolsProtocol):
    """uvicorn's protocol with a bound on what is neither a whole head nor a body: it keeps a header, or a trailer, however long it is."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._goes_on = False
        """Whether a head, a piece of a body or a request ended in what was read last."""
        self._rest = 0
        """Bytes since one did."""

    def data_received(self, data: bytes) -> None:
        """Read it, and answer 400 when there is too much by then that leads to nothing."""
        self._goes_on = False
        super().data_received(data)
        self._rest = 0 if self._goes_on else self._rest + len(data)
        if self._rest > MAX_HEAD:
            self.send_400_response(f"The head of a request is at most {MAX_HEAD} bytes.")

    def on_headers_complete(self) -> None:
        """The head is over."""
        self._goes_on = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body is there."""
        self._goes_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next request may begin."""
        self._goes_on = True
        super().on_message_complete()


class TooLarge(Exception):
    """A request holds at most 10 MB, and a form 100 KB; send less at once."""


def problem(status: int, title: str, detail: str, errors: list[Problem] | None = None) -> JSONResponse:
    """An answer in problem details (RFC 9457); `errors` lists every fault with its JSON path."""
    return JSONResponse(problem_details(status, title, detail, errors), status, media_type=PROBLEM)


def problem_details(status: int, title: str, detail: str, errors: list[Problem] | None = None) -> dict[str, Any]:
    """The body of such an answer."""
    body: dict[str, Any] = {"status": status, "title": title, "detail": detail}
    if errors:
        body["errors"] = [{"path": e.path, "code": e.code, "message": e.message} for e in errors]
    return body


async def body(request: Request, most: int = MAX_BODY) -> bytes:
    """The whole body; raises `TooLarge`, answered with 413, as soon as it is more than that, whatever its headers said."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > most:
            raise TooLarge
    return bytes(read)


async def form(request: Request) -> dict[str, str]:
    """What a form holds; a field that was left empty is absent, as on the wire. Raises `TooLarge`."""
    told = parse_qs((await body(request, MAX_FORM)).decode("utf-8", "replace"))
    return {name: values[0] for name, values in told.items()}


def application(title: str, *, service: str, engine: AsyncEngine, health: Health, clock: Clock, lifespan: Any) -> FastAPI:
    """A FastAPI application with the rules, `/health/live`, `/health/ready` and `/metrics`; the service adds its own routes."""
    app = FastAPI(
        title=title,
        version=API_VERSION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=PROBLEMS,
        lifespan=lifespan,
    )
    app.add_middleware(Rules, health=health)
    _answer_faults(app)
    _add_health(app, health)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        await gauges.refresh(engine, service, clock.now())
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app


class Rules:
    """Around every request: what no route may see is turned away, whatever fails has its answer, and each answer the same headers.

    Written on ASGI itself: FastAPI's `@app.middleware` runs the rest in a task of its own, which took half the time of accepting an event.
    """

    def __init__(self, app: ASGIApp, health: Health) -> None:
        self._app = app
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await (_turned_away(Request(scope), self._health) or self._app)(scope, receive, with_headers)
        except Exception as fault:
            if begun:  # half an answer cannot be taken back
                raise
            await _answer_to(fault)(scope, receive, with_headers)


def _turned_away(request: Request, health: Health) -> Response | None:
    """The answer to what no route may see: a body too large or compressed, a name that none can be, anything before the database."""
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        return _too_large()
    if request.headers.get("content-encoding", "identity") != "identity":
        answer = problem(415, "Not supported", "A body is read as it is, so that a small one stays small. Send it without compression.")
        answer.headers["Accept-Encoding"] = "identity"
        return answer
    if "\0" in request.url.path:
        return problem(404, "Not found", "There is nothing under such a name.")  # and PostgreSQL takes it for no text at all
    if database.PART in health.reasons and not request.url.path.startswith(OPERATOR_PATHS):
        return unavailable("The service is starting. Nothing was taken in; send it again in a moment.")
    return None


def _add_health(app: FastAPI, health: Health) -> None:
    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> JSONResponse:
        reasons = health.reasons
        return JSONResponse({"status": "not ready" if reasons else "ready", "reasons": reasons}, 503 if reasons else 200)


def _answer_faults(app: FastAPI) -> None:
    """Every fault gets its answer here, so that no route needs a `try`."""

    @app.exception_handler(NotAuthenticated)
    async def unauthenticated(_request: Request, fault: NotAuthenticated) -> JSONResponse:
        answer = problem(401, "Not authenticated", str(fault))
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @app.exception_handler(TooLarge)
    async def too_large(_request: Request, _fault: TooLarge) -> JSONResponse:
        return _too_large()

    @app.exception_handler(KeysUnavailable)
    async def keys_unavailable(_request: Request, fault: KeysUnavailable) -> JSONResponse:
        return unavailable(str(fault))

    @app.exception_handler(Invalid)
    async def invalid(_request: Request, fault: Invalid) -> JSONResponse:
        return problem(400, "The input is not valid", "Mend every error below and send it again.", fault.problems)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_request: Request, fault: RequestValidationError) -> JSONResponse:
        errors = [Problem(_where(*error["loc"]), error["type"].replace("_", "-"), error["msg"]) for error in fault.errors()]
        return problem(400, "The input is not valid", "Mend every error below and send it again.", errors)

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, fault: HTTPException) -> JSONResponse:
        return problem(fault.status_code, str(fault.detail), "See the API's description at /v1/openapi.json.")


def _where(place: str, *steps: str | int) -> str:
    """A JSON path into the body; of anything else its name."""
    if place == "body":
        return "$" + "".join(f".{step}" for step in steps if isinstance(step, str))
    return str(steps[-1]) if steps else place


def _too_large() -> JSONResponse:
    return problem(413, "Too large", str(TooLarge.__doc__))


def _answer_to(fault: Exception) -> JSONResponse:
    if database.is_transient(fault):
        return unavailable("The database does not answer. Send it again in a moment; however often it is sent, it counts once.")
    log.error("request_failed", fault=type(fault).__name__)
    return problem(500, "Internal error", "This is our mistake. Nothing was taken in; send it again later.")


def unavailable(detail: str) -> JSONResponse:
    """503: try again soon."""
    answer = problem(503, "Temporarily unavailable", detail)
    answer.headers["Retry-After"] = "5"
    return answer
