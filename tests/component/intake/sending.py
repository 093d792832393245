"""What a board's system does, and what the guardian then tells of its case."""

from collections.abc import Iterable

from passend_contracts.envelope import Envelope
from passend_contracts.events import EventRefused, NextStepSet

from tests.builders.events import BOARD, OTHER_BOARD
from tests.component.facts import told_about
from tests.running import RunningService

SCHOOL = "school.cases.v1"
GUARD = "guard.cases.v1"
TEAM = "jgt.cases.v1"


async def send(intake: RunningService, *events: Envelope) -> None:
    """On the board's own topic, in this order."""
    for event in events:
        await intake.topics.emit(f"from.{BOARD}.v1", event)


async def send_as_another_board(intake: RunningService, event: Envelope) -> None:
    await intake.topics.emit(f"from.{OTHER_BOARD}.v1", event)


async def steps(intake: RunningService, case: str, count: int) -> list[list[str]]:
    """The kinds of the obligations of a case, each time they were told, once they were told so often."""
    told = await told_about(intake, GUARD, NextStepSet, [case], times=count)
    return [[each["kind"] for each in event.data["obligations"]] for event in told]


async def refusals(intake: RunningService, board: str, cases: Iterable[str], *, times: int = 1) -> list[tuple[str, str]]:
    """Which event was refused by which rule, as its board hears it."""
    told = await told_about(intake, f"to.{board}.v1", EventRefused, cases, times=times)
    return [(event.data["event"], event.data["rule"]) for event in told]
