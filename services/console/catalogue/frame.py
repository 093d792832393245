"""What every page of the catalogue has around it. Its links lead from page to page of one folder, so that the folder may stand anywhere."""

from collections.abc import Iterable
from dataclasses import dataclass

from passend_contracts.catalogue import EventType, Words

from services.console import words
from services.console.catalogue.routes import Actor
from services.console.pages.html import Html, Inside, both, el, said, together

CONTRACTS = Words("Contracten", "Contracts")
MAP = Words("Wie vertelt wie wat", "Who tells whom what")
MACHINES = Words("AsyncAPI, voor machines", "AsyncAPI, for machines")
PASSEND = Words("Naar Passend", "To Passend")
TO_CONTENT = Words("Naar de inhoud", "To the content")
PLANNED = Words("Nog niet in gebruik", "Planned: not in use yet")
SEALED = Words("Wat verzegeld is", "What is sealed")
MAP_NAME, SEALED_NAME, ASYNCAPI_NAME = "kaart", "verzegeld", "asyncapi.json"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages stand; only the addresses differ."""

    suffix: str
    """What a page's address ends with beside its name."""
    passend: str | None
    """The address of the console's own pages."""

    @property
    def home(self) -> str:
        """The address of the first page."""
        return f"index{self.suffix}" if self.suffix else "./"

    def page(self, name: str) -> str:
        """The address of another page: of an event by its type, of an actor by its name."""
        return f"{name}{self.suffix}"


FILES = Place(".html", None)
"""In a folder, for any web server, or opened from a disk."""
SERVED = Place("", "/")
"""Below the console: the address of an event is its type and nothing more."""


def document(title: Words, place: Place, *parts: Inside, script: str | None = None) -> str:
    """A whole page, as a browser gets it."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", f"{title.nl} | Passend"),
        el("link", rel="icon", href="icoon.svg", type="image/svg+xml"),
        el("link", rel="stylesheet", href="stijl.css"),
        el("link", rel="stylesheet", href="contracten.css"),
        el("script", src=script, defer=True) if script else None,
    )
    main = el("main", said("h1", title), together(parts), id="inhoud")
    return f"<!doctype html>{el('html', head, el('body', _skip(), _header(place), main), lang='nl')}\n"


def _skip() -> Html:
    return el("a", both(TO_CONTENT), href="#inhoud", class_="skip")


def _header(place: Place) -> Html:
    ways = ((place.home, CONTRACTS), (place.page(MAP_NAME), MAP), (place.page(SEALED_NAME), SEALED), (ASYNCAPI_NAME, MACHINES))
    back = el("a", both(PASSEND), href=place.passend) if place.passend else None
    return el("header", el("nav", (el("a", both(name), href=href) for href, name in ways), back, aria_label=CONTRACTS.nl))


def title(event: EventType) -> Words:
    """What an event is called: its Dutch term, and its stem as English words."""
    return Words(_capital(event.term), _capital(event.stem.replace("_", " ")))


def actors(named: Iterable[str], place: Place) -> Html:
    """These actors, each with the way to its page."""
    return el("ul", (el("li", el("a", both(words.actor(each)), href=place.page(each))) for each in named), class_="actors")


def called(each: Actor) -> Words:
    """An actor by its name and, where it is a service, its technical one."""
    name = words.actor(each)
    return name if each in words.PARTY_KINDS else Words(f"{name.nl} ({each})", f"{name.en} ({each})")


def code(text: str) -> Html:
    """Something exactly as machines write it."""
    return el("code", text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
