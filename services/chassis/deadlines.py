"""Durable timers: the moments that a case waits for, written in the transaction that writes its state; `timers.py` acts on them."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.service import Service
from services.chassis.transaction import S

FOLLOW = text("""
    WITH wanted AS (
        SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:kinds AS text[]), CAST(:dues AS timestamptz[])) AS w (subject, kind, due)
    ), gone AS (
        DELETE FROM deadline WHERE subject = ANY(:cases) AND (subject, kind, due) NOT IN (SELECT * FROM wanted)
    )
    INSERT INTO deadline (subject, kind, due) SELECT * FROM wanted ON CONFLICT DO NOTHING
""")


async def follow(connection: AsyncConnection, service: Service[S], states: Mapping[str, S]) -> None:
    """Make the timers of these cases what their states say, in the transaction that writes the states; one that fired stays fired."""
    if service.deadlines is None or not states:
        return
    wanted = [(case, kind, due) for case, state in states.items() for kind, due in service.deadlines(state).items()]
    subjects, kinds, dues = ([row[n] for row in wanted] for n in range(3))
    await connection.execute(FOLLOW, {"cases": list(states), "subjects": subjects, "kinds": kinds, "dues": dues})
