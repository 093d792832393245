"""Every file of the catalogue's site, by its address: pages, schemas, the AsyncAPI document and what they are made of."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from passend_contracts.catalogue import EVENTS
from passend_contracts.export import closed_schema, opened_schema

from services.console import pages
from services.console.catalogue import asyncapi
from services.console.catalogue.actor import actor_page
from services.console.catalogue.event import event_page, schema_path
from services.console.catalogue.frame import ASYNCAPI_NAME, MAP_NAME, SEALED_NAME, Place
from services.console.catalogue.front import front_page
from services.console.catalogue.map import map_page
from services.console.catalogue.routes import ACTORS, routes
from services.console.catalogue.sealed import sealed_page

OWN, CONSOLE = Path(__file__).parent, Path(pages.__file__).parent
MADE_OF = {
    "stijl.css": CONSOLE / "site.css",
    "icoon.svg": CONSOLE / "icon.svg",
    "contracten.css": OWN / "site.css",
    "zoeken.js": OWN / "zoeken.js",
}
"""The look is the console's own, and what only the catalogue has comes after it."""
INDEX = "index"


def files(place: Place) -> dict[str, str]:
    """What stands at each address below the site's root, for that place."""
    return {name: text for part in (_pages(place), _schemas(), _parts()) for name, text in part}


def _pages(place: Place) -> Iterator[tuple[str, str]]:
    ways = routes()
    yield place.page(INDEX), front_page(place)
    yield place.page(MAP_NAME), map_page(ways, place)
    yield place.page(SEALED_NAME), sealed_page(place)
    yield from ((place.page(each), actor_page(each, ways, place)) for each in ACTORS)
    yield from ((place.page(event.type), event_page(event, place)) for event in EVENTS)


def _schemas() -> Iterator[tuple[str, str]]:
    """Closed where its `$id` says, and both forms by name."""
    for event in EVENTS:
        at, closed = schema_path(event), _json(closed_schema(event))
        yield at, closed
        yield f"{at}.closed.json", closed
        yield f"{at}.opened.json", _json(opened_schema(event))


def _parts() -> Iterator[tuple[str, str]]:
    yield ASYNCAPI_NAME, asyncapi.text()
    yield from ((name, path.read_text(encoding="utf-8")) for name, path in MADE_OF.items())


def _json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
