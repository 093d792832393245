"""The page of one event: all that somebody who sends or reads it has to know."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from passend_contracts.catalogue import DOORS, EVENTS, EventType, PartyKind, Words, accept, from_topic
from passend_contracts.envelope import STRUCTURED, Invalid, Problem, decode_http
from passend_contracts.export import closed_schema

from services.console import words
from services.console.catalogue import schema
from services.console.catalogue.frame import PLANNED, SEALED, SEALED_NAME, Place, actors, code, document, title
from services.console.catalogue.routes import ANYWHERE
from services.console.pages.html import Html, Inside, both, el, said, together

ABOUT = Words("Over deze gebeurtenis", "About this event")
DATA = Words("Velden", "Fields")
VALID = Words("Goede voorbeelden", "Valid examples")
IN_THE_OPEN = Words("Onverzegeld: alleen over HTTP, en bij intake verzegeld", "In the open: over HTTP only, and sealed at intake")
INVALID = Words("Foute voorbeelden, en wat u daarop hoort", "Invalid examples, and the answer they get")
WIRE = Words("Zoals het over de lijn gaat", "As bytes on the wire")
SCHEMAS = Words("Schema's", "Schemas")
VERSIONS = Words("Versies", "Versions")
STRICT = Words("Gesloten: voor wie stuurt", "Closed: for who sends")
LENIENT = Words("Open: voor wie leest, en nieuwe velden overslaat", "Opened: for who reads, and skips new fields")
EVERYWHERE = Words("elk topic van wie stuurt", "every topic of who sends")
PEOPLE: dict[PartyKind, Words] = {"board": Words("Een leerkracht", "A teacher"), "gemeente": Words("Het team", "The team")}
NOBODY_ACTS = Words(
    "Deze gebeurtenis is beschreven, maar niemand doet er nog iets mee.", "This event is described, but nobody acts on it yet."
)


def event_page(event: EventType, place: Place) -> str:
    """The page of this event."""
    form = closed_schema(event)
    planned = el("p", said("strong", PLANNED), said("span", NOBODY_ACTS), class_="panel") if event.planned else None
    return document(
        title(event),
        place,
        el("p", code(event.type), class_="type"),
        planned,
        said("p", event.meaning, class_="lead"),
        _section(ABOUT, el("dl", _facts(event, place), class_="facts")),
        _section(DATA, said("p", schema.counted(form), class_="note"), _sealed(form, place), schema.table(form)),
        _examples(VALID, map(_whole, _files(event, "valid"))),
        _examples(IN_THE_OPEN, map(_whole, _files(event, "plain"))),
        _examples(INVALID, map(_invalid, _files(event, "invalid"))),
        _examples(WIRE, map(_whole, _files(event, "wire"))),
        _section(SCHEMAS, el("ul", _schemas(event), class_="plain")),
        _section(VERSIONS, el("ul", _versions(event, place), class_="plain")),
    )


def _section(heading: Words, *inside: Inside) -> Html:
    return el("section", said("h2", heading), together(inside))


def _facts(event: EventType, place: Place) -> Iterator[Html]:
    yield _fact(Words("Wie stuurt", "Who sends"), actors(event.emitters, place))
    yield _fact(Words("Wie leest", "Who reads"), actors(event.readers, place))
    yield _fact(Words("Wanneer", "When"), _english(event.emitted))
    if doors := [*_doors(event)]:
        yield _fact(Words("Waar u het stuurt", "Where it is sent"), el("ul", doors))
    topics = (both(EVERYWHERE) if name == ANYWHERE else code(name) for name in event.topics)
    yield _fact(Words("Topic", "Topic"), el("ul", (el("li", topic) for topic in topics)))
    yield _fact(Words("Subject, en sleutel", "Subject, and key"), _english(event.subject))
    yield _fact(Words("Antwoord", "Response"), _english(event.response))
    yield _fact(Words("Doel", "Purpose"), _english(event.purpose))
    yield _fact(Words("Grondslag", "Legal basis"), _english(event.legal_basis))
    yield _fact(Words("Bewaren", "Retention"), _english(event.retention))
    yield _fact(Words("Eigenaar", "Owner"), _english(event.owner))
    if kinds := [kind for kind in DOORS if kind in event.emitters]:
        yield _fact(Words("Werk voor mensen", "Work for people"), together(_work(event, kind) for kind in kinds))


def _work(event: EventType, kind: PartyKind) -> Html:
    """How many required fields somebody fills in by hand, since the party's own system does not know them."""
    fields, who = len(closed_schema(event).get("required", [])), PEOPLE[kind]
    by_hand = len(event.by_hand)
    count = Words(
        f"{who.nl} vult {by_hand} van de {fields} verplichte velden in", f"{who.en} fills in {by_hand} of {fields} required fields"
    )
    return el("div", both(count), el("span", ((code(name), " ") for name in event.by_hand), class_="values"))


def _sealed(form: dict[str, Any], place: Place) -> Html | None:
    """The way to what is inside an enclosure, where the event may carry any."""
    return el("p", said("a", SEALED, href=place.page(SEALED_NAME))) if "enclosures" in form["properties"] else None


def _fact(name: Words, inside: Html) -> Html:
    return el("div", said("dt", name), el("dd", inside))


def _english(text: str) -> Html:
    return el("span", text, lang="en")


def _doors(event: EventType) -> Iterator[Html]:
    """Both ways in for a party: its own topic, or HTTP."""
    for kind, service in DOORS.items():
        if kind in event.emitters:
            at = words.actor(service)
            http = Words(f"bij de {at.nl.lower()} ({service})", f"at the {at.en.lower()} ({service})")
            yield el("li", code(from_topic(f"<{kind}>", event.lane)))
            yield el("li", code("POST /v1/gebeurtenissen"), " ", both(http))


def _files(event: EventType, kind: str) -> list[Path]:
    return sorted(event.folder.glob(f"examples/{kind}-*"))


def _examples(heading: Words, examples: Iterable[Html]) -> Html | None:
    shown = [*examples]
    return _section(heading, shown) if shown else None


def _invalid(path: Path) -> Html:
    event = json.loads(path.read_text(encoding="utf-8"))["event"]
    answer = el(
        "ul", (el("li", code(each.path), " ", code(each.code), _english(each.message)) for each in problems(event)), class_="problems"
    )
    return _example(path, json.dumps(event, indent=2, ensure_ascii=False), answer)


def problems(event: Any) -> list[Problem]:
    """What a door says of an event that is posted to it; nothing where its form is right."""
    try:
        [decoded] = decode_http({"content-type": STRUCTURED}, json.dumps(event).encode())
        accept(decoded)
    except Invalid as invalid:
        return invalid.problems
    return []


def _whole(path: Path) -> Html:
    return _example(path, path.read_text(encoding="utf-8", errors="backslashreplace").rstrip())


def _example(path: Path, text: str, answer: Html | None = None) -> Html:
    name = path.stem.partition("-")[2].replace("-", " ")
    return el("details", el("summary", el("span", name, lang="en")), answer, el("pre", code(text)))


def _schemas(event: EventType) -> Iterator[Html]:
    at = schema_path(event)
    yield el("li", el("a", code(event.dataschema), href=at))
    yield el("li", el("a", both(STRICT), href=f"{at}.closed.json"))
    yield el("li", el("a", both(LENIENT), href=f"{at}.opened.json"))


def schema_path(event: EventType) -> str:
    """Where its schema stands, below the same root as in its `$id`."""
    return "/".join(event.dataschema.split("/")[3:])


def _versions(event: EventType, place: Place) -> Iterator[Html]:
    for each in EVENTS:
        if each.stem == event.stem:
            yield el("li", el("a", code(each.type), href=place.page(each.type), aria_current="page" if each is event else None))
