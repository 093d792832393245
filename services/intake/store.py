"""Cases to rows and back, a whole batch at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from services.chassis.rows import among, put
from services.intake.domain.case import Case, Handover, Known, Outcome
from services.intake.domain.crisis import Ahead, Call, Crisis
from services.intake.domain.history import Entry
from services.intake.domain.obligation import Kind, Obligation
from services.intake.tables import CallRow, CaseRow, CrisisRow, HistoryRow, ObligationRow

FIELDS = tuple(CaseRow.model_fields)
OF_THEIR_OWN = {"outcome", "handover_to", "handover_outcome"}
"""Columns that are no plain field of a case."""

THEIR_OBLIGATIONS = among(ObligationRow.case_id)
THEIR_CRISES = among(CrisisRow.case_id)
CALLS = select(CallRow).where(among(CallRow.case_id))
CASES = select(CaseRow).where(among(CaseRow.id))


async def load(connection: AsyncConnection, case_ids: Sequence[str]) -> dict[str, Known]:
    """The cases that there are, with their obligations and crises, and what was heard ahead of those that are not opened yet."""
    wanted = {"values": list(case_ids)}
    obligations = defaultdict(list)
    for row in await connection.execute(select(ObligationRow).where(THEIR_OBLIGATIONS), wanted):
        obligations[row.case_id].append(Obligation(Kind(row.kind), row.owner, row.due, row.ground, row.steps))
    crises = defaultdict(list)
    for told in await connection.execute(select(CrisisRow).where(THEIR_CRISES), wanted):
        crises[told.case_id].append(Crisis(told.id, told.board_urn, told.noticed_on, Entry(told.at, told.event, told.by)))
    calls = defaultdict(list)
    for call in await connection.execute(CALLS, wanted):
        calls[call.case_id].append(Call(call.crisis, call.exhausted_at, call.answered_at))
    rows = await connection.execute(CASES, wanted)
    heard = {case_id: Ahead(case_id, tuple(crises[case_id]), tuple(calls[case_id])) for case_id in case_ids}
    cases = {row.id: _case(row, tuple(obligations[row.id]), heard[row.id]) for row in rows}
    ahead: dict[str, Known] = {case_id: each for case_id, each in heard.items() if each.crises or each.calls}
    return ahead | cases


def _case(row: Row[Any], obligations: tuple[Obligation, ...], heard: Ahead) -> Case:
    fields = {name: getattr(row, name) for name in FIELDS if name not in OF_THEIR_OWN}
    handover = Handover(row.handover_to, Outcome(row.handover_outcome)) if row.handover_outcome else None
    outcome = Outcome(row.outcome) if row.outcome else None
    return Case(**fields, outcome=outcome, handover=handover, obligations=obligations, crises=heard.crises, calls=heard.calls)


async def save(connection: AsyncConnection, states: Mapping[str, Known]) -> None:
    """Write these cases, their obligations, crises and the new lines of their history, and what was heard ahead of others."""
    await connection.execute(delete(CrisisRow).where(THEIR_CRISES), {"values": list(states)})
    await put(connection, CrisisRow, [_crisis_row(case_id, each) for case_id, known in states.items() for each in known.crises])
    await put(connection, CallRow, [{"case_id": case_id, **asdict(each)} for case_id, known in states.items() for each in known.calls])
    if cases := [known for known in states.values() if isinstance(known, Case)]:
        await _save_cases(connection, cases)


async def _save_cases(connection: AsyncConnection, cases: Sequence[Case]) -> None:
    await put(connection, CaseRow, [_row(case) for case in cases])
    await connection.execute(delete(ObligationRow).where(THEIR_OBLIGATIONS), {"values": [case.id for case in cases]})
    await put(connection, ObligationRow, [{"case_id": case.id, **asdict(each)} for case in cases for each in case.obligations])
    await put(connection, HistoryRow, [{"case_id": case.id, **asdict(line)} for case in cases for line in case.new_entries])


def _row(case: Case) -> dict[str, Any]:
    handover = {"handover_to": case.handover and case.handover.to, "handover_outcome": case.handover and case.handover.outcome}
    return {name: getattr(case, name) for name in FIELDS if name not in handover} | handover


def _crisis_row(case_id: str, crisis: Crisis) -> dict[str, Any]:
    about = {"case_id": case_id, "id": crisis.id, "board_urn": crisis.board_urn, "noticed_on": crisis.noticed_on}
    return about | asdict(crisis.heard)


async def history(connection: AsyncConnection, case_id: str) -> list[Entry]:
    """The whole history of a case, oldest first."""
    rows = await connection.execute(select(HistoryRow).where(col(HistoryRow.case_id) == case_id).order_by(col(HistoryRow.n)))
    return [Entry(row.at, row.event, row.by) for row in rows]
