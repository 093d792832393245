"""The first page of the catalogue: what it is, a search over every event, and all of them by who tells them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from passend_contracts.catalogue import DOORS, EVENTS, EventType, Words
from passend_contracts.export import closed_schema, fields_of

from services.console import words
from services.console.catalogue.frame import CONTRACTS, MAP, MAP_NAME, PLANNED, Place, called, code, document, title
from services.console.catalogue.routes import ACTORS, Actor
from services.console.pages.html import Html, both, el, said

WHAT = Words(
    "Wat scholen, het samenwerkingsverband en gemeenten elkaar vertellen over hulp voor een kind. Ieder kan hierop bouwen.",
    "What schools, the samenwerkingsverband and gemeenten tell each other about support for a child. Anybody can build on it.",
)
SEARCH = Words("Zoeken", "Search")
HINT = Words("Een woord, een veld of een partij", "A word, a field or a party")
FROM = Words("Wie stuurt", "Who sends")
TO = Words("Wie leest", "Who reads")
STATE = Words("Stand", "State")
ALL = Words("Alles", "All")
IN_USE = Words("In gebruik", "In use")
NONE = Words("Niets gevonden. Probeer een ander woord.", "Nothing found. Try another word.")
START = Words("Beginnen: wat stuurt en krijgt uw systeem?", "To begin: what does your system send and get?")


def front_page(place: Place) -> str:
    """The page; without JavaScript the search stays away, and the list is whole."""
    ways = (*((place.page(kind), called(kind)) for kind in DOORS), (place.page(MAP_NAME), MAP))
    begin = el("ul", (el("li", el("a", both(name), href=href)) for href, name in ways), class_="kinds")
    return document(
        CONTRACTS,
        place,
        said("p", WHAT, class_="lead"),
        el("section", said("h2", START), begin),
        _search(),
        said("p", NONE, id="niets", role="status", hidden=True),
        el("div", _groups(place), id="gebeurtenissen"),
        script="zoeken.js",
    )


def _search() -> Html:
    word = el("label", both(SEARCH), el("input", type="search", name="zoek", autocomplete="off", placeholder=HINT.nl), class_="word")
    actors = [(each, called(each)) for each in ACTORS]
    inside = (
        word,
        _choice("van", FROM, actors),
        _choice("naar", TO, actors),
        _choice("stand", STATE, [("nu", IN_USE), ("later", PLANNED)]),
        el("p", el("output", id="aantal"), class_="note"),
    )
    return el("form", inside, role="search", id="zoeken", hidden=True)


def _choice(name: str, label: Words, choices: Sequence[tuple[str, Words]]) -> Html:
    return el("label", both(label), el("select", (_option(value, text) for value, text in (("", ALL), *choices)), name=name))


def _option(value: str, text: Words) -> Html:
    return el("option", text.nl if text.en == text.nl else f"{text.nl} / {text.en}", value=value)


def _groups(place: Place) -> Iterator[Html]:
    """By who tells them first; each event once."""
    by_speaker = sorted(EVENTS, key=lambda event: ACTORS.index(event.emitters[0]))
    for speaker, told in groupby(by_speaker, key=lambda event: event.emitters[0]):
        yield el("section", said("h2", called(speaker)), el("ul", (_listed(event, place) for event in told), class_="cases"))


def _listed(event: EventType, place: Place) -> Html:
    readers = " ".join(event.readers)
    state = "later" if event.planned else "nu"
    about = el("div", said("p", PLANNED, class_="planned") if event.planned else None, said("p", event.meaning))
    way = f"{_names(event.emitters)} → {_names(event.readers)}"
    technical = el("p", el("span", way), code(event.type), class_="technical")
    heading = el("h3", el("a", both(title(event)), href=place.page(event.type)))
    attributes = {"data_words": _words(event), "data_van": " ".join(event.emitters), "data_naar": readers, "data_stand": state}
    return el("li", heading, about, technical, **attributes)


def _names(actors: tuple[Actor, ...]) -> str:
    return ", ".join(words.actor(each).nl for each in actors)


def _words(event: EventType) -> str:
    """What a search looks in beside what stands in the list: fields, what they mean, and everybody's name in both languages."""
    fields = [(path.removeprefix("$."), part.get("description", "")) for path, part in fields_of(closed_schema(event))]
    names = [name for each in (*event.emitters, *event.readers) for name in (each, *words.actor(each))]
    texts = [event.stem, event.model.__name__, *event.topics, *names, *(text for field in fields for text in field)]
    return " ".join(dict.fromkeys(texts)).lower()
