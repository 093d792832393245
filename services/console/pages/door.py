"""The door of the site: who brings a token of the own organisation, or in a demonstration presses a button, gets a session."""

from collections.abc import Iterator
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from passend_contracts.catalogue import Words
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import http
from services.chassis.auth import NotAuthenticated
from services.chassis.region import Party
from services.chassis.runtime import Parts
from services.console import clients, sessions
from services.console.domain.visitor import Visitor
from services.console.pages.frame import document, sent
from services.console.pages.html import Html, both, el, said, together
from services.console.parties import Parties
from services.console.settings import ConsoleSettings

COOKIE = "passend_session"
SIGN_IN = Words("Aanmelden", "Sign in")
TOKEN = Words("De sleutel van uw organisatie", "Your organisation's token")
NOT_LET_IN = Words("Met deze sleutel kunt u hier niet naar binnen.", "This token does not let you in here.")
WHO = Words("Wie bent u vandaag?", "Who are you today?")
INVENTED = Words("Dit is een demonstratie: alle mensen en organisaties zijn verzonnen.", "A demonstration: everybody here is invented.")
KINDS = {
    "swv": Words("Medewerker van het kantoor", "Office staff"),
    "board": Words("Intern begeleider", "School's care coordinator"),
    "gemeente": Words("Medewerker van het jeugdteam", "Youth team staff"),
}
OPERATOR = Words("Beheerder van Passend", "Operator of Passend")
CONSOLE = "console"


class Door:
    """Lets people in and out; whoever is not in sees nothing but this."""

    def __init__(self, parts: Parts, parties: Parties, settings: ConsoleSettings) -> None:
        self._parts, self._parties, self._settings = parts, parties, settings
        self._token_url = settings.token_url or f"{parts.settings.issuer}/token"

    async def visitor(self, connection: AsyncConnection, request: Request) -> Visitor | None:
        """Who comes with this request."""
        key = request.cookies.get(COOKIE)
        return await sessions.found(connection, key, self._parties.known) if key else None

    def to_sign_in(self, request: Request) -> Response:
        """The way to the door and, from there, back."""
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/aanmelden" if wanted == "/" else f"/aanmelden?verder={quote(wanted)}", 303)

    def routes(self) -> APIRouter:
        """Signing in and out."""
        router = APIRouter(include_in_schema=False)

        @router.get("/aanmelden")
        async def sign_in(request: Request) -> Response:
            return sent(self._page(_back(request.query_params.get("verder"))))

        @router.post("/aanmelden")
        async def enter(request: Request) -> Response:
            told = await http.form(request)
            back = _back(told.get("verder"))
            try:
                return await self._let_in(request, told, back)
            except NotAuthenticated:
                return sent(self._page(back, said("p", NOT_LET_IN, role="alert", class_="late")), 403)

        @router.post("/afmelden")
        async def leave(request: Request) -> Response:
            async with self._parts.engine.begin() as connection:
                await sessions.end(connection, request.cookies.get(COOKIE, ""))
            answer = RedirectResponse("/aanmelden", 303)
            answer.delete_cookie(COOKIE)
            return answer

        return router

    async def _let_in(self, request: Request, told: dict[str, str], back: str) -> Response:
        token = told.get("token", "").strip()
        if not token and self._settings.demo:
            token = await clients.demonstration_token(self._token_url, told.get("wie", ""))
        principal = await self._parts.tokens.principal(f"Bearer {token}")
        if sessions.visitor(principal, self._parties.known) is None:
            raise NotAuthenticated("This party is not of this region.")
        async with self._parts.engine.begin() as connection:
            await sessions.end(connection, request.cookies.get(COOKIE, ""))
            key = await sessions.begin(connection, principal)
        answer = RedirectResponse(back, 303)
        lasts = int(sessions.LASTS.total_seconds())
        # Lax: somebody may follow a link to a case, and no form on somebody else's page comes with it.
        answer.set_cookie(COOKIE, key, max_age=lasts, httponly=True, samesite="lax", secure=request.url.scheme == "https")
        return answer

    def _page(self, back: str, notice: Html | None = None) -> str:
        persons = el("section", said("h2", WHO), said("p", INVENTED, class_="note"), self._persons(back)) if self._settings.demo else None
        field = el("label", both(TOKEN), el("input", type="password", name="token", required=True, autocomplete="off"))
        by_token = el("form", field, _hidden(back), el("button", both(SIGN_IN)), method="post", action="/aanmelden", class_="token")
        region = el("p", self._parties.region, class_="note")
        return document(SIGN_IN, together((said("h1", SIGN_IN), region, notice, persons, by_token)), live=False)

    def _persons(self, back: str) -> Html:
        return el("ul", (el("li", _person(party, who, name, back)) for party, who, name in self._known()), class_="persons")

    def _known(self) -> Iterator[tuple[str, Words, Words | None]]:
        for kind, who in KINDS.items():
            yield from ((party.id, who, self._name(party)) for party in self._parties.known.parties if party.kind == kind)
        yield CONSOLE, OPERATOR, None

    def _name(self, party: Party) -> Words:
        return self._parties.name(party.id)


def _person(party: str, who: Words, name: Words | None, back: str) -> Html:
    button = el("button", both(who), said("small", name) if name else None)
    return el("form", el("input", type="hidden", name="wie", value=party), _hidden(back), button, method="post", action="/aanmelden")


def _hidden(back: str) -> Html:
    return el("input", type="hidden", name="verder", value=back)


def _back(wanted: str | None) -> str:
    """Where somebody wanted to go: a place on this site, and nowhere else."""
    return wanted if wanted and wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else "/"
