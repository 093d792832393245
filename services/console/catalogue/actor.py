"""The page of one actor, a kind of party or a service: everything that it tells and everything that it hears, topic by topic."""

from collections.abc import Callable, Iterable, Iterator

from passend_contracts.catalogue import DOORS, Words

from services.console.catalogue.frame import PLANNED, Place, called, code, document, title
from services.console.catalogue.routes import Actor, Route, by_topic
from services.console.pages.html import Html, both, el, said

TELLS = Words("Wat het vertelt", "What it tells")
HEARS = Words("Wat het hoort", "What it hears")
NOTHING = Words("Niets.", "Nothing.")


def actor_page(each: Actor, ways: Iterable[Route], place: Place) -> str:
    """The page of this actor."""
    told = [way for way in ways if way.speaker == each]
    heard = [way for way in ways if way.listener == each]
    return document(
        called(each),
        place,
        el("section", said("h2", TELLS), _listed(told, lambda way: way.listener, place)),
        el("section", said("h2", HEARS), _listed(heard, lambda way: way.speaker, place)),
    )


def _listed(ways: list[Route], other: Callable[[Route], Actor], place: Place) -> Html:
    if not ways:
        return said("p", NOTHING)
    return el("div", _topics(ways, other, place))


def _topics(ways: list[Route], other: Callable[[Route], Actor], place: Place) -> Iterator[Html]:
    for topic, on_it in by_topic(ways).items():
        others = (el("li", el("a", both(called(name)), href=place.page(name))) for name in dict.fromkeys(map(other, on_it)))
        yield el("section", el("h3", topic_name(topic)), el("ul", others, class_="actors"), events(on_it, place), class_="topic")


def topic_name(topic: str) -> Html:
    """A topic, and for what a party may also send over HTTP the door."""
    by_http = topic.startswith("from.") and any(f"<{kind}>" in topic for kind in DOORS)
    return el("span", code(topic), (" / ", code("POST /v1/gebeurtenissen")) if by_http else None)


def events(ways: Iterable[Route], place: Place) -> Html:
    """These events, each with its meaning and the way to its page."""
    once = dict.fromkeys(way.event for way in ways)
    return el(
        "ul",
        (
            el(
                "li",
                el("a", both(title(event)), href=place.page(event.type)),
                el("div", said("p", PLANNED, class_="planned") if event.planned else None, said("p", event.meaning)),
            )
            for event in once
        ),
        class_="events",
    )
