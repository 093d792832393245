"""What placement does for each event: what boards ask of the samenwerkingsverband, and what the guardian says of their cases."""

from dataclasses import replace

from passend_contracts.events import (
    ArrangementRequested,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    ExpertRequested,
    PlaceAccepted,
    PlaceDeclined,
)

from services.chassis.transaction import DeadlinePassed, Events, Transaction
from services.placement import translation, use_cases
from services.placement.domain.case import Case

events = Events()


@events.on(CaseOpened)
async def on_case_opened(event: CaseOpened, tx: Transaction[Case]) -> None:
    """Know the case and its school, so that the office can decide on it."""
    use_cases.know(tx, replace(translation.case(tx), school=event.school))


@events.on(CaseClosed)
async def on_case_closed(_event: CaseClosed, tx: Transaction[Case]) -> None:
    """End what runs, free the place that is held, and drop what waits for a decision."""
    use_cases.close(tx)


@events.on(CaseReopened)
async def on_case_reopened(_event: CaseReopened, tx: Transaction[Case]) -> None:
    """Decide on the case again."""
    use_cases.know(tx, replace(translation.case(tx), is_open=True))


@events.on(ArrangementRequested)
async def on_arrangement_requested(event: ArrangementRequested, tx: Transaction[Case]) -> None:
    """Put the request before the office."""
    use_cases.ask_arrangement(tx, translation.case(tx), translation.arrangement(event, tx))


@events.on(ExpertRequested)
async def on_expert_requested(event: ExpertRequested, tx: Transaction[Case]) -> None:
    """Put the request before the office."""
    use_cases.ask_expert(tx, translation.case(tx), translation.expert(event, tx))


@events.on(PlaceAccepted)
async def on_place_accepted(event: PlaceAccepted, tx: Transaction[Case]) -> None:
    """Keep the place for this child, when the offer still stands."""
    use_cases.accept_place(tx, event.offer, event.agreed_on, event.starts_on)


@events.on(PlaceDeclined)
async def on_place_declined(event: PlaceDeclined, tx: Transaction[Case]) -> None:
    """Free the place for another child and go on seeking."""
    use_cases.decline_place(tx, event.offer)


@events.on(DeadlinePassed)
async def on_deadline_passed(_event: DeadlinePassed, tx: Transaction[Case]) -> None:
    """Let an offer go that nobody answered; end an arrangement after its last day."""
    use_cases.act_on_dates(tx)
