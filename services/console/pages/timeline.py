"""How a case's way through all services looks: day by day, what happened and who told whom."""

from collections.abc import Sequence
from datetime import datetime

from nicegui import html

from services.console import translation, words
from services.console.domain.timeline import Hop
from services.console.pages.elements import Lines, Part, said
from services.console.parties import Parties
from services.console.stems import stem
from services.console.words import Words

HEADING = Words("Wat is er gebeurd?", "What has happened?")
LEGEND = Words(
    "De bewaker houdt bij wie aan zet is. De jeugdbrug praat met de gemeenten. De tijden zijn Nederlandse tijd.",
    "The guardian keeps track of who has the next step. The youth bridge talks with the gemeenten. Times are Dutch time.",
)


class Timeline:
    """All hops of a case in their order, under the day on which they happened."""

    def __init__(self, parties: Parties) -> None:
        self._parties = parties
        self._heading = Part(html.div(), _heading)
        self._hops = Lines(html.ol().classes("hops"), _hop)

    def show(self, hops: Sequence[Hop]) -> None:
        """Show these."""
        self._heading.show(bool(hops))
        days = [_local(hop).date() for hop in hops]
        starts = [day != before for day, before in zip(days, [None, *days], strict=False)]
        self._hops.show({place: (hop, start, self._parties) for place, (hop, start) in enumerate(zip(hops, starts, strict=True))})


def _heading(known: bool) -> None:  # noqa: FBT001 -- shown or not
    if known:
        said(html.h2(), HEADING)
        said(html.p().classes("note"), LEGEND)


def _hop(hop: Hop, starts_day: bool, parties: Parties) -> None:  # noqa: FBT001 -- shown or not
    at = _local(hop)
    if starts_day:
        said(html.h3(), words.day(at))
    with html.time(datetime=at.isoformat()):
        html.span(f"{at:%H:%M:%S}")
        html.small(f".{at.microsecond // 1000:03}")
    happened = words.event(stem(hop.type)) if hop.type else words.UNREADABLE
    said(html.div().classes("what"), happened, *translation.details(hop, parties))
    said(html.div(), parties.way(hop))


def _local(hop: Hop) -> datetime:
    return hop.published_at.astimezone(translation.LEGAL_TIME)
