"""The pages behind the links in messages: looking changes nothing, only the button does; and whom to phone, for everybody."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.notify.links import Links, NoSuchLink, OfAnotherCrisis
from services.notify.pages import crisis as html, words


def routes(links: Links) -> APIRouter:
    """The routes of the pages."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/crises/{crisis}/{token}", methods=["GET", "HEAD"])
    async def look(crisis: str, token: str) -> Response:
        try:
            return HTMLResponse(html.followed(await links.look(crisis, token), links))
        except (NoSuchLink, OfAnotherCrisis) as refused:
            return _refused(refused)

    @router.post("/crises/{crisis}/{token}")
    async def act(crisis: str, token: str, request: Request) -> Response:
        try:
            await links.follow(crisis, token)
        except (NoSuchLink, OfAnotherCrisis) as refused:
            return _refused(refused)
        return RedirectResponse(request.url.path, 303)  # so that loading the page again presses nothing again

    @router.get("/nummers/{municipality}")
    async def phone(municipality: str) -> Response:
        return HTMLResponse(html.phone_page(links, municipality, at_work=links.region.is_at_work(links.now)))

    return router


def _refused(refused: NoSuchLink | OfAnotherCrisis) -> Response:
    if isinstance(refused, OfAnotherCrisis):
        return HTMLResponse(html.refused(words.OTHER, words.NOTHING_CHANGED), 409)
    return HTMLResponse(html.refused(words.UNKNOWN, words.COPY_WHOLE), 404)
