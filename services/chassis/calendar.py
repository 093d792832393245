"""Days as terms count them: calendar days in the Netherlands, with summer and winter time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LEGAL_TIME = ZoneInfo("Europe/Amsterdam")


def day(moment: datetime) -> date:
    """The calendar day in the Netherlands at that moment."""
    return moment.astimezone(LEGAL_TIME).date()


def start_of(on: date) -> datetime:
    """The moment at which that day begins in the Netherlands, in UTC; midnight is there on every day, also when the clock changes."""
    return datetime.combine(on, time.min, LEGAL_TIME).astimezone(UTC)


def end_of(last: date) -> datetime:
    """The moment at which that day is over: what was due on it is late from then on."""
    return start_of(last + timedelta(days=1))
