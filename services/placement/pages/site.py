"""The office's page: who signs in with a token of the samenwerkingsverband sees what waits, and decides with a form."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from passend_contracts.envelope import Invalid

from services.chassis import http
from services.chassis.auth import NotAuthenticated
from services.chassis.commands import Done, Refusal
from services.placement.decisions import DECISIONS, Capaciteit, Decision, Form, Office
from services.placement.pages import office as html, words

COOKIE = "passend_token"
KEY, CASE, SCHOOL = "sleutel", "zaak", "school"
"""What a form carries beside a decision: its own key, and whom or what it is about."""


def routes(office: Office) -> APIRouter:
    """The routes of the page."""
    router = APIRouter(include_in_schema=False)
    _add_door(router, office)
    for decision in DECISIONS.values():
        _add_decision(router, office, decision)

    @router.post("/kantoor/capaciteiten")
    async def capaciteiten(request: Request) -> Response:
        await _let_in(office, request)
        told = await http.form(request)
        told.pop(KEY, None)  # saying the same number twice changes nothing
        try:
            await office.agree_capacity(told.pop(SCHOOL, ""), _content(Capaciteit, told))
        except Invalid as invalid:
            return await _show(office, _problems(invalid), 400)
        return _seen()

    return router


def _add_door(router: APIRouter, office: Office) -> None:
    @router.get("/")
    async def start(request: Request) -> Response:
        if COOKIE not in request.cookies:
            return HTMLResponse(html.sign_in())
        try:
            await _let_in(office, request)
        except (NotAuthenticated, HTTPException):
            return HTMLResponse(html.sign_in(html.wrong(words.NOT_LET_IN)), 403)
        return await _show(office, html.done() if "gedaan" in request.query_params else "")

    @router.post("/aanmelden")
    async def sign_in(request: Request) -> Response:
        token = (await http.form(request)).get("token", "").strip()
        try:
            await office.let_in(f"Bearer {token}")
        except (NotAuthenticated, HTTPException):
            return HTMLResponse(html.sign_in(html.wrong(words.NOT_LET_IN)), 403)
        answer = RedirectResponse("/", 303)
        # Strict: a form on somebody else's page never comes with it, so nobody else's page decides anything.
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=request.url.scheme == "https")
        return answer

    @router.post("/afmelden")
    async def sign_out() -> Response:
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(COOKIE)
        return answer


def _add_decision(router: APIRouter, office: Office, decision: Decision) -> None:
    path = decision.path if decision.name == "seek_place" else f"zaken/{{zaak}}/{decision.path}"

    @router.post(f"/kantoor/{path}", name=f"{decision.name}_by_form")
    async def decide(request: Request) -> Response:
        await _let_in(office, request)
        told = await http.form(request)
        case = request.path_params.get(CASE) or told.pop(CASE, "")
        key, about = told.pop(KEY, None), request.path_params.get("verzoek", "")
        try:
            outcome: Done | Refusal = await office.decide(decision, case, about, _content(decision.form, told), key)
        except Invalid as invalid:
            return await _show(office, _problems(invalid), 400)
        if isinstance(outcome, Refusal):
            return await _show(office, html.wrong(words.NOT_DONE, words.rule(outcome.rule)), 409)
        return _seen()


async def _let_in(office: Office, request: Request) -> None:
    await office.let_in(f"Bearer {request.cookies.get(COOKIE, '')}")


async def _show(office: Office, notice: str, status: int = 200) -> Response:
    desk = html.Desk(await office.open_work(), await office.capacities(), office.region)
    return HTMLResponse(desk.page(notice), status)


def _seen() -> Response:
    """To the page itself, so that loading it again sends nothing again."""
    return RedirectResponse("/?gedaan", 303)


def _content(form: type[Form], told: dict[str, str]) -> dict[str, Any]:
    """The same as JSON would say it: numbers as numbers."""
    numbers = {name for name, part in html.shape(form).items() if part.get("type") == "integer"}
    return {name: int(value) if name in numbers and value.isascii() and value.isdigit() else value for name, value in told.items()}


def _problems(invalid: Invalid) -> str:
    return html.wrong(words.NOT_DONE, *(words.problem(each.path, each.code) for each in invalid.problems))
