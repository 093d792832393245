"""What notify does for each event: call people in a crisis, and let somebody further up hear of what is late."""

from passend_contracts.events import CaseEscalated, CaseStalled, CrisisRaised, CrisisUpdated

from services.chassis.transaction import DeadlinePassed, Events, Transaction
from services.notify import translation, use_cases
from services.notify.store import Known

events = Events()


@events.on(CrisisRaised)
async def on_crisis_raised(event: CrisisRaised, tx: Transaction[Known]) -> None:
    """Call who is on call, at once."""
    use_cases.hear(tx, translation.raised(event, tx))


@events.on(CrisisUpdated)
async def on_crisis_updated(event: CrisisUpdated, tx: Transaction[Known]) -> None:
    """Keep how the crisis stands; one that is over needs nobody, and an update that is heard first calls too."""
    use_cases.hear(tx, translation.updated(event, tx))


@events.on(CaseEscalated)
async def on_case_escalated(event: CaseEscalated, tx: Transaction[Known]) -> None:
    """Let the role to which it climbs know that something waits."""
    use_cases.tell_of_lateness(tx, event.climbed_to, translation.board(tx))


@events.on(CaseStalled)
async def on_case_stalled(_event: CaseStalled, tx: Transaction[Known]) -> None:
    """Let the director of the samenwerkingsverband know: everybody else has heard already."""
    use_cases.tell_of_lateness(tx, "swv_director", translation.board(tx))


@events.on(DeadlinePassed)
async def on_deadline_passed(event: DeadlinePassed, tx: Transaction[Known]) -> None:
    """Call who is next, remind who took it up, or forget: only for the moment that the crisis waits for now."""
    crisis = translation.known_crisis(tx)
    if crisis is None or translation.deadlines(crisis).get(event.kind) != event.due:
        return
    match event.kind:
        case "call":
            use_cases.climb(tx, crisis, "not_acknowledged")
        case "remind":
            use_cases.remind(tx, crisis)
        case _:
            await use_cases.forget(tx, crisis)
