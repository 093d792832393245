"""How a case's way through all services looks: day by day, what happened and who told whom."""

from collections.abc import Sequence
from datetime import datetime

from passend_contracts.catalogue import Words

from services.chassis.calendar import LEGAL_TIME
from services.console import translation, words
from services.console.domain.timeline import Hop
from services.console.pages.frame import Asked
from services.console.pages.html import Html, el, said

HEADING = Words("Wat is er gebeurd?", "What has happened?")
NOTHING = Words("Hierover mag u niets lezen.", "There is nothing here for you to read.")
LEGEND = Words(
    "De bewaker houdt bij wie aan zet is. De jeugdbrug praat met de gemeenten. De tijden zijn Nederlandse tijd.",
    "The guardian keeps track of who has the next step. The youth bridge talks with the gemeenten. Times are Dutch time.",
)


def told(asked: Asked, hops: Sequence[Hop]) -> Html:
    """All hops of a case in their order, under the day on which they happened."""
    if not hops:
        return said("p", NOTHING, class_="note")
    days = [local(hop).date() for hop in hops]
    starts = [day != before for day, before in zip(days, [None, *days], strict=False)]
    lines = (_hop(asked, place, hop, start) for place, (hop, start) in enumerate(zip(hops, starts, strict=True)))
    return el("section", said("h2", HEADING), said("p", LEGEND, class_="note"), el("ol", lines, class_="hops"))


def _hop(asked: Asked, place: int, hop: Hop, starts_day: bool) -> Html:  # noqa: FBT001 -- shown or not
    at = local(hop)
    moment = el("time", el("span", f"{at:%H:%M:%S}"), el("small", f".{at.microsecond // 1000:03}"), datetime=at.isoformat())
    happened = words.event(translation.stem_of(hop)) if hop.type else words.UNREADABLE
    what = said("div", happened, *([] if asked.visitor.operates else translation.details(hop, asked.parties, asked.visitor)), class_="what")
    way = el("div", said("div", asked.parties.way(hop)), _technical(hop) if asked.visitor.operates else None)
    return el("li", said("h3", words.day(at)) if starts_day else None, moment, what, way, id=anchor(place))


def anchor(place: int) -> str:
    """By which a line is found."""
    return f"r{place}"


def _technical(hop: Hop) -> Html:
    about = [f"{hop.topic}/{hop.partition}/{hop.offset}", f"id {hop.id}" if hop.id else ", ".join(hop.reasons)]
    about += [f"nr {int(hop.sequence)}" if hop.sequence.isdigit() else hop.sequence] if hop.sequence else []
    about += [f"door {hop.cause.partition('#')[2]}"] if hop.cause else []
    return el("div", (el("span", each) for each in about), class_="technical")


def local(hop: Hop) -> datetime:
    """When it was put on its topic, by the clocks here."""
    return hop.published_at.astimezone(LEGAL_TIME)
