"""What the console does for each event of the guardian; every other event is only recorded."""

from passend_contracts.events import CaseClosed, CaseOpened, CaseReopened, NextStepSet

from services.chassis.calendar import day
from services.chassis.transaction import Events, Transaction
from services.console import translation
from services.console.domain.case import Case

events = Events()


@events.on(CaseOpened)
async def on_case_opened(event: CaseOpened, tx: Transaction[Case]) -> None:
    """Show the case."""
    tx.save(translation.case(tx).opened(school=event.school, on=event.opened_on))


@events.on(NextStepSet)
async def on_next_step_set(event: NextStepSet, tx: Transaction[Case]) -> None:
    """Show who owes the child what by when."""
    tx.save(translation.case(tx).owes(translation.obligations(event), day(tx.event.time)))


@events.on(CaseClosed)
async def on_case_closed(event: CaseClosed, tx: Transaction[Case]) -> None:
    """Take the case off the list of open ones."""
    tx.save(translation.case(tx).closed(event.outcome))


@events.on(CaseReopened)
async def on_case_reopened(_event: CaseReopened, tx: Transaction[Case]) -> None:
    """Put the case back on the list; its next step follows."""
    tx.save(translation.case(tx).reopened())
