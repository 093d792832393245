"""Acts on the moments that cases wait for, once each, when they have come or as soon afterwards as this service runs."""

from datetime import datetime

from passend_contracts.envelope import Envelope, derived_id
from sqlalchemy import text

from services.chassis import outbox
from services.chassis.batch import Batch
from services.chassis.service import Service
from services.chassis.transaction import DeadlinePassed, Origin, S, Work
from services.chassis.turns import InTurns
from services.chassis.worker import Worker

COME = text("""
    SELECT DISTINCT subject FROM (
        SELECT subject FROM deadline WHERE fired_at IS NULL AND due <= :now ORDER BY due, subject LIMIT :rows) AS first
""")
# Read again under the case's lock: who waited for it finds the timer fired, moved or gone.
DUE = text("""
    SELECT subject, kind, due FROM deadline WHERE subject = ANY(:subjects) AND fired_at IS NULL AND due <= :now ORDER BY due, subject, kind
""")
FIRED = text("""
    UPDATE deadline SET fired_at = :now
    FROM unnest(CAST(:subjects AS text[]), CAST(:kinds AS text[]), CAST(:dues AS timestamptz[])) AS f (subject, kind, due)
    WHERE deadline.subject = f.subject AND deadline.kind = f.kind AND deadline.due = f.due
""")


class DeadlineWorker(Worker):
    """Acts on every timer once, when it has come or as soon afterwards as this service runs; several replicas take turns."""

    part = "deadlines"
    poll_seconds = 0.5

    async def _round(self, limit: int) -> int:
        now = self._clock.now()
        async with self._engine.begin() as connection:
            subjects = sorted((await connection.execute(COME, {"now": now, "rows": limit})).scalars())
            if not subjects:
                return 0
            await outbox.lock_cases(connection, subjects)
            rows = (await connection.execute(DUE, {"subjects": subjects, "now": now})).all()[:limit]
            batch = Batch(self._service, connection, now, self._fuse.failed)
            await batch.run([_work(self._service, row.subject, row.kind, row.due, n) async for n, row in InTurns(enumerate(rows))])
            fired = {"subjects": [row.subject for row in rows], "kinds": [row.kind for row in rows], "dues": [row.due for row in rows]}
            await connection.execute(FIRED, {"now": now, **fired})
        self._committed(batch)
        return len(subjects)


def _work(service: Service[S], case: str, kind: str, due: datetime, position: int) -> Work:
    """The deadline as an event: its id follows from what was due and when, so that acting again repeats and never doubles."""
    data = DeadlinePassed(kind=kind, due=due)
    event = Envelope(
        id=derived_id(service.name, case, kind, due.isoformat()),
        source=service.source_for(service.swv),
        type=DeadlinePassed.TYPE,
        subject=case,
        time=due,
        data=data.to_wire(),
        producer=service.name,
    )
    return Work(event, data, case, Origin(event.id, "deadline", 0, 0), position=position)
