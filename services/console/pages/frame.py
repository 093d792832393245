"""What every page has around it: whose it is, the ways on, what is wrong when it is old, and the script that keeps it fresh."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from fastapi.responses import HTMLResponse
from passend_contracts.catalogue import Words
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console import words
from services.console.domain.visitor import ALWAYS_AT_HAND, Role, Visitor
from services.console.pages.html import Html, both, el, said, together
from services.console.parties import Parties
from services.console.words import LISTED

LOGO = "Passend"
OVERVIEW = Words("Overzicht", "Overview")
SIGN_OUT = Words("Afmelden", "Sign out")
CATALOGUE = "/contracten/"
FOR_BUILDERS = Words("Voor wie een systeem bouwt: de contracten", "For who builds a system: the contracts")


ONLY_OURS = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""A browser loads nothing from elsewhere, and runs nothing that stands in a page."""


class Nowhere(Exception):
    """There is no such page, or not for this visitor: the answer is the same, so that it tells nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is built from: who looks, at what moment, which part of a list, and the console's own rows."""

    connection: AsyncConnection
    visitor: Visitor
    parties: Parties
    now: datetime
    today: date
    newest: datetime | None
    """When the last record was kept."""
    page: int = 1
    kind: str | None = None
    """Of the work list only what is of this kind."""
    office: str = ""
    """The address of placement's page."""


class Shown(NamedTuple):
    """A page: its title and what stands under it."""

    title: Words
    main: Html


def shown(title: Words, *parts: Html | None) -> Shown:
    """A page of these parts under its title."""
    return Shown(title, together((said("h1", title), *parts)))


def document(title: Words, main: Html, *, nav: Html | None = None, live: bool = True) -> str:
    """The whole of it, as a browser gets it."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", f"{title.nl} | {LOGO}"),
        el("link", rel="icon", href="/icoon.svg", type="image/svg+xml"),
        el("link", rel="stylesheet", href="/stijl.css"),
        el("script", src="/live.js", defer=True) if live else None,
    )
    away = said("p", words.AWAY, id="weg", role="alert", class_="late", hidden=True)
    footer = el("footer", said("a", FOR_BUILDERS, href=CATALOGUE))
    return f"<!doctype html>{el('html', head, el('body', nav, away, el('main', main), footer), lang='nl')}"


def sent(page: str, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """A page as an answer, under the rule on what a browser may do with it."""
    return HTMLResponse(page, status, {**(headers or {}), "Content-Security-Policy": ONLY_OURS})


def nav(visitor: Visitor, parties: Parties) -> Html:
    """The ways on, as far as this visitor may go, and who the visitor is."""
    ways = [
        el("a", both(OVERVIEW), href="/"),
        *(el("a", both(LISTED[each].title), href=f"/{each}") for each in ALWAYS_AT_HAND[visitor.role]),
    ]
    name = words.OPERATOR if visitor.role is Role.OPERATOR else parties.name(visitor.party)
    out = el("form", el("button", both(SIGN_OUT)), method="post", action="/afmelden")
    who = el("div", said("span", name), out, class_="who")
    return el("header", el("nav", ways), who)
