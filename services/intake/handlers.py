"""What intake does for each event: the boards' facts, and what others tell about their cases."""

from passend_contracts.events import (
    ArrangementEnded,
    ArrangementGranted,
    ArrangementRefused,
    ArrangementRequested,
    ConsentGiven,
    ConsentWithdrawn,
    CrisisAcknowledged,
    CrisisRaised,
    CrisisResolved,
    CrisisUpdated,
    ExpertAssigned,
    ExpertReported,
    ExpertRequested,
    HandoverAnnounced,
    HandoverReceived,
    JGTReferralAccepted,
    JGTReferralDeclined,
    JGTReferralOverdue,
    JGTReferralRecalled,
    JGTReferred,
    NotificationDelivered,
    NotificationExhausted,
    ParentsConsulted,
    PlaceAccepted,
    PlaceAgreed,
    PlaceDeclined,
    PlacementEnded,
    PlacementStarted,
    PlaceOffered,
    PlaceSought,
    ReopenRequested,
    SupportPlanEvaluated,
    SupportRequested,
    SupportRequestWithdrawn,
)

from services.chassis.calendar import day
from services.chassis.transaction import DeadlinePassed, Events, Transaction
from services.intake import translation, use_cases
from services.intake.domain.case import Case, Known, Outcome
from services.intake.domain.crisis import Call
from services.intake.domain.obligation import Kind
from services.intake.translation import happened

events = Events()


@events.on(SupportRequested)
async def on_support_requested(event: SupportRequested, tx: Transaction[Known]) -> None:
    """Open the case and give it its first obligation: talk with the parents."""
    use_cases.open_case(tx, translation.new_case(event, tx))


@events.on(SupportRequestWithdrawn)
async def on_support_request_withdrawn(_event: SupportRequestWithdrawn, tx: Transaction[Known]) -> None:
    """Close the case: the parents want no more support."""
    use_cases.change_case(tx, lambda case: case.closed(Outcome.WITHDRAWN))


@events.on(SupportPlanEvaluated)
async def on_support_plan_evaluated(event: SupportPlanEvaluated, tx: Transaction[Known]) -> None:
    """Close the case when the goal was met and nobody owes anything else; else go on with what school and parents found."""
    use_cases.evaluate(
        tx,
        translation.result(event),
        on=happened(event.evaluated_on, tx),
        again_on=event.evaluate_again_on,
        present=event.present,
    )


@events.on(HandoverAnnounced)
async def on_handover_announced(event: HandoverAnnounced, tx: Transaction[Known]) -> None:
    """Have the next board take the child over, and let it know."""
    use_cases.announce(tx, translation.handover(event), event.starts_on)


@events.on(HandoverReceived)
async def on_handover_received(_event: HandoverReceived, tx: Transaction[Known]) -> None:
    """Close the case: the next school looks after the child."""
    use_cases.take_over(tx)


@events.on(ReopenRequested)
async def on_reopen_requested(event: ReopenRequested, tx: Transaction[Known]) -> None:
    """Take a closed case up again: nobody's judgement that it may end is the last word."""
    use_cases.reopen(tx, event.asked_by, happened(event.requested_on, tx))


@events.on(ParentsConsulted)
async def on_parents_consulted(event: ParentsConsulted, tx: Transaction[Known]) -> None:
    """Set the next step that the parents and the school agreed on."""
    use_cases.change_case(tx, lambda case: case.consulted(referral_wanted=event.youth_team == "refer", on=happened(event.held_on, tx)))


@events.on(ConsentGiven)
async def on_consent_given(event: ConsentGiven, tx: Transaction[Known]) -> None:
    """Let what waited for this consent go on."""
    use_cases.take_consent(tx, translation.purposes(event.purposes), happened(event.agreed_on, tx))


@events.on(ConsentWithdrawn, also_parked=lambda known: isinstance(known, Case))
async def on_consent_withdrawn(event: ConsentWithdrawn, tx: Transaction[Known]) -> None:
    """Stop what this consent allowed, and have the board decide what comes instead."""
    purposes = translation.purposes(event.purposes)
    use_cases.change_case(tx, lambda case: case.consent_withdrawn(**purposes, on=happened(event.withdrawn_on, tx), order=tx.work.order))


@events.on(JGTReferred)
async def on_jgt_referred(event: JGTReferred, tx: Transaction[Known]) -> None:
    """The youth team's answer is due."""
    use_cases.change_case(tx, lambda case: case.referred(gemeente=event.home_municipality, answer_due=event.answer_due))


@events.on(JGTReferralAccepted)
async def on_jgt_referral_accepted(event: JGTReferralAccepted, tx: Transaction[Known]) -> None:
    """The youth team takes it up; the school evaluates with the parents."""
    use_cases.change_case(tx, lambda case: case.team_accepted(happened(event.accepted_on, tx)))


@events.on(JGTReferralDeclined)
async def on_jgt_referral_declined(event: JGTReferralDeclined, tx: Transaction[Known]) -> None:
    """No help came of it: the board decides what comes instead."""
    use_cases.change_case(tx, lambda case: case.team_declined(happened(event.declined_on, tx)))


@events.on(JGTReferralRecalled)
async def on_jgt_referral_recalled(event: JGTReferralRecalled, tx: Transaction[Known]) -> None:
    """The referral was taken back: the board decides what comes instead."""
    use_cases.change_case(tx, lambda case: case.referral_ended(event.recalled_on))


@events.on(JGTReferralOverdue)
async def on_jgt_referral_overdue(_event: JGTReferralOverdue, tx: Transaction[Known]) -> None:
    """Note that the team is late; the guardian's own timer has somebody else hear of it."""
    use_cases.change_case(tx, lambda case: case)


@events.on(ArrangementRequested)
async def on_arrangement_requested(event: ArrangementRequested, tx: Transaction[Known]) -> None:
    """Have the samenwerkingsverband decide on an arrangement in time."""
    use_cases.ask(tx, lambda case: case.asks_arrangement(translation.swv(tx), happened(event.requested_on, tx)), Kind.DECIDE_ARRANGEMENT)


@events.on(ArrangementGranted)
async def on_arrangement_granted(event: ArrangementGranted, tx: Transaction[Known]) -> None:
    """The school evaluates the arrangement with the parents, by the date that the grant names."""
    use_cases.change_case(tx, lambda case: case.arrangement_granted(event.evaluate_on))


@events.on(ArrangementRefused)
async def on_arrangement_refused(event: ArrangementRefused, tx: Transaction[Known]) -> None:
    """The board decides what comes instead."""
    use_cases.change_case(tx, lambda case: case.arrangement_refused(event.decided_on))


@events.on(ArrangementEnded)
async def on_arrangement_ended(event: ArrangementEnded, tx: Transaction[Known]) -> None:
    """The board decides what comes next."""
    use_cases.change_case(tx, lambda case: case.arrangement_ended(event.ended_on))


@events.on(ExpertRequested)
async def on_expert_requested(event: ExpertRequested, tx: Transaction[Known]) -> None:
    """Have the samenwerkingsverband find an expert in time."""
    pending = (Kind.ASSIGN_EXPERT, Kind.EXPERT_REPORT)
    use_cases.ask(tx, lambda case: case.asks_expert(translation.swv(tx), happened(event.requested_on, tx)), *pending)


@events.on(ExpertAssigned)
async def on_expert_assigned(event: ExpertAssigned, tx: Transaction[Known]) -> None:
    """The expert's report is due."""
    use_cases.change_case(tx, lambda case: case.expert_assigned(translation.swv(tx), event.report_due))


@events.on(ExpertReported)
async def on_expert_reported(event: ExpertReported, tx: Transaction[Known]) -> None:
    """The school discusses the report with the parents."""
    use_cases.change_case(tx, lambda case: case.expert_reported(event.reported_on))


@events.on(PlaceSought)
async def on_place_sought(event: PlaceSought, tx: Transaction[Known]) -> None:
    """The samenwerkingsverband finds a place in time; the board bridges the time until then."""
    use_cases.change_case(tx, lambda case: case.place_sought(translation.swv(tx), event.find_by))


@events.on(PlaceOffered)
async def on_place_offered(event: PlaceOffered, tx: Transaction[Known]) -> None:
    """Parents and school answer while the place is held."""
    use_cases.change_case(tx, lambda case: case.place_offered(event.answer_due))


@events.on(PlaceAccepted)
async def on_place_accepted(_event: PlaceAccepted, tx: Transaction[Known]) -> None:
    """Pass the answer on: whether the offer still stands only placement knows, so nobody is let go before it says so."""
    use_cases.change_case(tx, lambda case: case)


@events.on(PlaceDeclined)
async def on_place_declined(_event: PlaceDeclined, tx: Transaction[Known]) -> None:
    """Pass the answer on, for the same reason."""
    use_cases.change_case(tx, lambda case: case)


@events.on(PlaceAgreed)
async def on_place_agreed(event: PlaceAgreed, tx: Transaction[Known]) -> None:
    """The board that has the place lets the child start; its own board keeps it supported until it has."""
    use_cases.change_case(tx, lambda case: case.place_agreed(translation.board_of(event.school, tx), event.starts_on))


@events.on(PlacementStarted)
async def on_placement_started(event: PlacementStarted, tx: Transaction[Known]) -> None:
    """The old school looks with the parents whether the child has landed."""
    use_cases.change_case(tx, lambda case: case.placement_started(event.started_on))


@events.on(PlacementEnded)
async def on_placement_ended(event: PlacementEnded, tx: Transaction[Known]) -> None:
    """The board decides with the parents what comes next."""
    use_cases.leave_place(tx, event.ended_on)


@events.on(CrisisRaised, case=lambda event: event.case_id)
async def on_crisis_raised(event: CrisisRaised, tx: Transaction[Known]) -> None:
    """Have the board plan how the child goes on; help itself does not wait for this."""
    use_cases.note_crisis(tx, event.case_id, translation.crisis(event.noticed_at, tx))


@events.on(CrisisUpdated, case=lambda event: event.case_id)
async def on_crisis_updated(event: CrisisUpdated, tx: Transaction[Known]) -> None:
    """The same, should the update be what is heard first; else the case only shows that there was one, also when it is over."""
    use_cases.note_crisis(tx, event.case_id, translation.crisis(event.noted_at, tx), again=True)


@events.on(CrisisAcknowledged, case=lambda event: event.case_id)
async def on_crisis_acknowledged(event: CrisisAcknowledged, tx: Transaction[Known]) -> None:
    """Note that a person helps."""
    use_cases.note_call(tx, Call(tx.event.subject, answered_at=event.acknowledged_at))


@events.on(CrisisResolved, case=lambda event: event.case_id)
async def on_crisis_resolved(event: CrisisResolved, tx: Transaction[Known]) -> None:
    """The same; how the child goes on afterwards the board still plans with the parents."""
    use_cases.note_call(tx, Call(tx.event.subject, answered_at=event.resolved_at))


@events.on(NotificationExhausted, case=lambda event: event.case_id)
async def on_notification_exhausted(event: NotificationExhausted, tx: Transaction[Known]) -> None:
    """Have the samenwerkingsverband reach somebody another way: a message that reached nobody is nobody's excuse."""
    if event.about == "crisis_call":
        use_cases.note_call(tx, Call(tx.event.subject, exhausted_at=event.exhausted_at))
    else:
        use_cases.note_unreached(tx, day(event.exhausted_at))


@events.on(NotificationDelivered, case=lambda event: event.case_id)
async def on_notification_delivered(event: NotificationDelivered, tx: Transaction[Known]) -> None:
    """Somebody hears of the case after all; in a crisis only a person who takes it up counts, not a mailbox."""
    if event.about == "case_escalated" and isinstance(tx.state, Case) and tx.state.owes(Kind.REACH_PERSON):
        use_cases.note_reached(tx)


@events.on(DeadlinePassed)
async def on_deadline_passed(event: DeadlinePassed, tx: Transaction[Known]) -> None:
    """Have somebody further up hear of what is late."""
    use_cases.escalate(tx, event.kind, event.due)
