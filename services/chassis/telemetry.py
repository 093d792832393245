"""What an operator sees: JSON lines with ids only, a counter per hop, and the reason when a part of the service does not work."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from time import monotonic

import structlog
from passend_contracts.catalogue import Lane
from passend_contracts.envelope import Envelope
from prometheus_client import Counter, Gauge, Histogram

EMITTED = Counter("events_emitted", "Events written to the outbox", ["service", "event_type"])
REJECTED = Counter("events_rejected", "Events that a door turned away, by the code of what was wrong", ["service", "code"])
PUBLISHED = Counter("events_published", "Outbox rows acknowledged by Kafka", ["service"])
CONSUMED = Counter("events_consumed", "Records read from Kafka", ["service", "consumer"])
EFFECT = Counter("events_effect", "Events whose effect was committed", ["service", "event_type"])
END_TO_END = Histogram(
    "event_end_to_end_seconds",
    "Effect time minus CloudEvents time",
    ["service"],
    buckets=(0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400),
)
FUSE = Gauge("fuse_blown", "1 while a part takes nothing but probes, because all it does fails", ["service", "part"])


def part(name: str, lane: Lane) -> str:
    """What a part of a service is called, in health and logs: those of the crisis lane say so."""
    return name if lane == "cases" else f"{name} {lane}"


class about:  # noqa: N801 -- it reads as a word, as contextlib's do
    """Whatever is logged within this block names the event and its case. It is entered for every event, so it costs next to nothing."""

    __slots__ = ("_before", "case", "event")

    _before: "Token[about | None]"

    def __init__(self, event: Envelope, case: str) -> None:
        self.event, self.case = event, case

    def __enter__(self) -> None:
        self._before = _about.set(self)

    def __exit__(self, *_fault: object) -> None:
        _about.reset(self._before)


_about: ContextVar["about | None"] = ContextVar("about", default=None)


def name_event(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Put into a line of the log what it is `about`."""
    at = _about.get()
    return line if at is None else {"event_id": at.event.id, "event_type": at.event.type, "case": at.case, **line}


class AtMostOncePer:
    """Drops repeats of a logger's lines within some seconds (T29: aiokafka logs a refused broker ten times a second)."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is the first of its kind for a while."""
        kind = f"{record.name}:{record.lineno}"
        due = monotonic() - self._last.get(kind, float("-inf")) >= self._seconds
        if due:
            self._last[kind] = monotonic()
        return due


def configure_logging(service: str) -> None:
    """JSON lines on standard output, libraries included: their warnings by name and line only, for their texts may quote a record."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        name_event,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[_only_where, structlog.processors.JSONRenderer()], foreign_pre_chain=shared)
    )
    handler.addFilter(AtMostOncePer(30))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _only_where(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    record: logging.LogRecord = line["_record"]
    fault = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
    return {
        "event": "library_warning",
        "library": record.name,
        "line": record.lineno,
        "fault": fault,
        "level": record.levelname.lower(),
        "timestamp": line.get("timestamp"),
        "service": line.get("service"),
    }


class Health:
    """Which parts of a service do not work, and why: `/health/ready` shows it, and a change is logged once."""

    def __init__(self) -> None:
        self._broken: dict[str, str] = {}
        self._log = structlog.get_logger()

    def expect(self, part: str) -> None:
        """This part does not work before it says so."""
        self._broken[part] = "starting"

    def ok(self, part: str) -> None:
        """This part works."""
        if self._broken.pop(part, None) is not None:
            self._log.info("part_works", part=part)

    def broken(self, part: str, why: str) -> None:
        """This part does not work; `why` holds no personal data."""
        if self._broken.get(part) != why:
            self._log.warning("part_broken", part=part, why=why)
        self._broken[part] = why

    @property
    def reasons(self) -> dict[str, str]:
        """What does not work now, by part; empty when all does."""
        return dict(self._broken)

    @contextmanager
    def watch(self, part: str) -> Iterator[None]:
        """Mark the part broken with the error's type when the body fails, working when it succeeds."""
        try:
            yield
        except Exception as error:
            self.broken(part, type(error).__name__)
            raise
        self.ok(part)
