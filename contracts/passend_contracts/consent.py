"""The one rule on sharing: may this go to that party for this purpose, and because of which entry. Pure, for every service to ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_RECEIVERS = {"refer_to_youth_team": "gm", "feedback_to_school": "bg"}
"""The kind of party that each purpose lets data go to; a purpose that is not here lets nothing go anywhere."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One `consent_given` or `consent_withdrawn` of a case, under its event's id and the sequence number its door gave it."""

    id: str
    sequence: int
    purposes: frozenset[str]
    given: bool
    on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it may go, and the entry that decided; without an entry nobody was ever asked, or the purpose is not for that party."""

    allowed: bool
    because: Entry | None


def may_share(entries: Iterable[Entry], purpose: str, to: str) -> Answer:
    """Whether data of a case may go to a party, by its id, for one purpose.

    Explicit consent (uitdrukkelijke toestemming, AVG art. 6.1.a and 9.2.a) of those with authority over the child is needed before
    a school shares its data with the youth team (source: NJI, Verbinding onderwijs en jeugdhulp: gegevensuitwisseling en privacy),
    and it can be taken back at any time (AVG art. 7.3). Each purpose stands by itself. The entry with the highest sequence decides,
    in whatever order entries arrive: what was numbered earlier never overwrites what was numbered later. Of two with one number the
    withdrawal decides.

    It does not say whether sharing is wise or necessary, and knows nothing of duties that need no consent (Meldcode, acute danger).
    """
    decides = deciding(entries, purpose)
    for_that_party = to.startswith(_RECEIVERS.get(purpose, " "))
    return Answer(bool(decides and decides.given and for_that_party), decides if for_that_party else None)


def deciding(entries: Iterable[Entry], purpose: str) -> Entry | None:
    """The entry that decides on a purpose: who keeps this one alone comes to the same answers, whatever is heard later."""
    return max((entry for entry in entries if purpose in entry.purposes), key=_weight, default=None)


def _weight(entry: Entry) -> tuple[int, bool, date, str]:
    return entry.sequence, not entry.given, entry.on, entry.id
