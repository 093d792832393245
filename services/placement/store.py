"""Cases to rows and back, a whole batch at a time; and the places that a location has left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from services.chassis.rows import among, put
from services.placement.domain import arrangement, expertise, place
from services.placement.domain.arrangement import Arrangement, Grant
from services.placement.domain.case import Case
from services.placement.domain.expertise import ExpertRequest
from services.placement.domain.place import HOLDING, Offer, Place
from services.placement.tables import ArrangementRow, CapacityRow, CaseRow, ExpertRow, PlaceRow

ARRANGEMENT = ("request", "kind", "requested_on", "wanted_from", "wanted_until", "hours_wanted")
GRANT = ("starts_on", "evaluate_on", "ends_on", "hours_per_week", "budget")
EXPERT = ("request", "discipline", "requested_on", "provider", "report_due")
PLACE = ("kind", "sought_on", "find_by", "starts_on")
OFFER = ("school", "available_from", "answer_due")
CASE = ("id", "board", "board_urn", "school", "is_open")

ARRANGEMENTS = (
    select(ArrangementRow).where(among(ArrangementRow.case_id)).order_by(col(ArrangementRow.requested_on), col(ArrangementRow.request))
)
EXPERTS = select(ExpertRow).where(among(ExpertRow.case_id)).order_by(col(ExpertRow.requested_on), col(ExpertRow.request))
PLACES = select(PlaceRow).where(among(PlaceRow.case_id))
CASES = select(CaseRow).where(among(CaseRow.id))


async def load(connection: AsyncConnection, case_ids: Sequence[str]) -> dict[str, Case]:
    """The cases that there are, with their requests and places."""
    wanted = {"values": list(case_ids)}
    arrangements: dict[str, list[Arrangement]] = defaultdict(list)
    experts: dict[str, list[ExpertRequest]] = defaultdict(list)
    for each in await connection.execute(ARRANGEMENTS, wanted):
        arrangements[each.case_id].append(_arrangement(each))
    for one in await connection.execute(EXPERTS, wanted):
        experts[one.case_id].append(ExpertRequest(**_picked(one, EXPERT), state=expertise.State(one.state)))
    places = {row.case_id: _place(row) for row in await connection.execute(PLACES, wanted)}
    rows = await connection.execute(CASES, wanted)
    return {
        row.id: Case(
            **_picked(row, CASE), arrangements=tuple(arrangements[row.id]), experts=tuple(experts[row.id]), place=places.get(row.id)
        )
        for row in rows
    }


def _arrangement(row: Row[Any]) -> Arrangement:
    grant = Grant(**_picked(row, GRANT)) if row.starts_on else None
    return Arrangement(**_picked(row, ARRANGEMENT), state=arrangement.State(row.state), grant=grant)


def _place(row: Row[Any]) -> Place:
    offer = Offer(**_picked(row, OFFER), kind=row.kind, id=row.offer) if row.offer else None
    return Place(**_picked(row, PLACE), state=place.State(row.state), offer=offer)


def _picked(of: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(of, name, None) for name in names}


async def save(connection: AsyncConnection, states: Mapping[str, Case]) -> None:
    """Write these cases in place of what was there."""
    cases = states.values()
    await put(connection, CaseRow, [_picked(case, CASE) for case in cases])
    asked = [_arrangement_row(case.id, each) for case in cases for each in case.arrangements]
    await put(connection, ArrangementRow, asked)
    wanted = [{"case_id": case.id, "state": each.state.value, **_picked(each, EXPERT)} for case in cases for each in case.experts]
    await put(connection, ExpertRow, wanted)
    await put(connection, PlaceRow, [_place_row(case.id, case.place) for case in cases if case.place])


def _arrangement_row(case_id: str, each: Arrangement) -> dict[str, Any]:
    return {"case_id": case_id, "state": each.state.value, **_picked(each, ARRANGEMENT), **_picked(each.grant, GRANT)}


def _place_row(case_id: str, each: Place) -> dict[str, Any]:
    offer = each.offer.id if each.offer else None
    return {"case_id": case_id, "state": each.state.value, "offer": offer, **_picked(each, PLACE), **_picked(each.offer, OFFER)}


async def open_work(connection: AsyncConnection) -> list[Case]:
    """The open cases in which something is to be decided or support runs, and children at another school; longest waiting first."""
    asked = select(col(ArrangementRow.case_id)).where(col(ArrangementRow.state).in_(["requested", "granted"]))
    wanted = select(col(ExpertRow.case_id)).where(col(ExpertRow.state).in_(["requested", "assigned"]))
    under_way = select(col(PlaceRow.case_id)).where(col(PlaceRow.state).in_(["sought", *HOLDING]))
    ids = (await connection.execute(asked.union(wanted, under_way))).scalars().all()
    cases = [case for case in (await load(connection, ids)).values() if case.is_open or case.has_a_place]
    return sorted(cases, key=lambda case: (case.waits_since or date.max, case.id))


class Capacity(NamedTuple):
    """The places of one location: how many in all, and how many of them some child has, or is offered."""

    school: str
    places: int
    taken: int


async def places_left(connection: AsyncConnection, school: str) -> int:
    """How many places a location has left; until the transaction ends nobody else is told so, and so two never take the last one."""
    agreed = select(col(CapacityRow.places)).where(col(CapacityRow.school) == school).with_for_update()
    places = (await connection.execute(agreed)).scalar() or 0
    held = select(func.count()).select_from(PlaceRow).where(col(PlaceRow.school) == school, col(PlaceRow.state).in_(HOLDING))
    return int(places) - int((await connection.execute(held)).scalar_one())


async def capacities(connection: AsyncConnection) -> list[Capacity]:
    """The places of every location that was agreed on."""
    held = func.count(col(PlaceRow.case_id)).filter(col(PlaceRow.state).in_(HOLDING))
    joined = select(col(CapacityRow.school), col(CapacityRow.places), held).outerjoin(
        PlaceRow, col(PlaceRow.school) == col(CapacityRow.school)
    )
    rows = await connection.execute(joined.group_by(col(CapacityRow.school), col(CapacityRow.places)).order_by(col(CapacityRow.school)))
    return [Capacity(*row) for row in rows]


async def agree_capacity(connection: AsyncConnection, school: str, places: int, on: date) -> None:
    """Keep how many places a location has from now on; what is taken or offered already stays so."""
    written = upsert(CapacityRow).values(school=school, places=places, agreed_on=on)
    await connection.execute(written.on_conflict_do_update(index_elements=["school"], set_={"places": places, "agreed_on": on}))
