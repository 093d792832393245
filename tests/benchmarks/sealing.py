"""How many enclosures a second are sealed, opened and passed on, by one process: what a door that seals for a school has to spare."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from time import process_time
from uuid import uuid4

from passend_contracts.enclosures import Key, Keys, Story, opened, passed_on, seal

from tests.benchmarks.form import Form
from tests.benchmarks.table import Row
from tests.builders.events import BOARD

CALLS = 300
STORY = Story(text="Een verzonnen verhaal. " * 40)
"""About 1 KB, as a school writes in a minute."""


async def measured(form: Form) -> list[Row]:
    """Calls per second of processor time, for one recipient and for three, who read it one by one."""
    keys, case = [Key.generate() for _ in range(3)], str(uuid4())
    seal_for = {count: partial(seal, STORY, subject=case, controller=BOARD, to=keys[:count]) for count in (1, 3)}
    one, three = (seal_to() for seal_to in seal_for.values())
    ours, team = Keys((keys[0],)), Key.generate(since=datetime.now(UTC))
    calls = form.load(CALLS)
    return [
        _row("1 KB sealed for 1 recipient", seal_for[1], calls, form),
        _row("1 KB sealed for 3 recipients", seal_for[3], calls, form),
        _row("opened, of 1 recipient", partial(opened, one, subject=case, keys=ours), calls, form),
        _row("opened, of 3 recipients", partial(opened, three, subject=case, keys=ours), calls, form),
        _row("passed on to a team, unread", partial(passed_on, three, subject=case, keys=ours, to=team), calls, form),
    ]


def _row(name: str, call: Callable[[], object], calls: int, form: Form) -> Row:
    return Row(name, "a second", [_rate(call, calls) for _ in range(form.rounds)])


def _rate(call: Callable[[], object], calls: int) -> float:
    began = process_time()
    for _ in range(calls):
        call()
    return calls / (process_time() - began)
