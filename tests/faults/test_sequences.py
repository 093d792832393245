"""Sequences of faults that nobody thought of: Hypothesis chooses them, and all that was accepted takes effect, once and in order."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.builders.events import BOARD
from tests.faults.chain import NAMES, Chain, Name, chain_of
from tests.faults.conftest import QUICK, SEED, Issuer
from tests.faults.ledger import Row
from tests.faults.service import process_of
from tests.pairs.pair import Pair

CHOICES = settings(
    phases=[Phase.generate],  # a shorter sequence would meet other moments, so nothing is made smaller; SEED repeats the whole run
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Run:
    """All sequences of a test, on one loop and one chain: each begins with new cases, where the one before left everything running."""

    def __init__(self, chain: Chain, loop: asyncio.Runner, rows: list[Row]) -> None:
        self.chain = chain
        self.chosen: Counter[str] = Counter()
        self.sequences = 0
        self._loop = loop
        self._rows = rows
        self._steps: list[str] = []
        self._before = 0

    def begin(self) -> None:
        self._steps.clear()
        self._before = len(self.chain.cases)
        self.sequences += 1

    def step(self, fault: str, done: Coroutine[Any, Any, None] | None, of: str = "") -> None:
        """Let this happen, and note it."""
        self.chosen[fault] += 1
        self._steps.append(f"{fault} {of}".strip())
        if done:
            self._loop.run(done)

    def end(self) -> None:
        """Let everything go on, and look at what came of the cases of this sequence."""
        self._loop.run(self.chain.heal())
        row = self._loop.run(self.chain.row(f"sequence {self.sequences}", self.chain.cases[self._before :]))
        if row.faults:
            self._rows.append(row)
            written = self._loop.run(self.chain.written(self.chain.cases[self._before :]))
            raise AssertionError("\n".join(["; ".join(self._steps), str(row.faults), *written]))

    def all_of_it(self) -> None:
        """Hold everything that was ever sent against what stands there now: a fault must not undo what an earlier sequence did."""
        self._loop.run(self.chain.nothing_is_missing())
        self._rows.append(row := self._loop.run(self.chain.row(f"{self.sequences} sequences of faults", self.chain.cases)))
        assert row.faults == {}


class Faults(RuleBasedStateMachine):
    """What can happen, in any order: none of it waits for the one before to be over."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run
        self.chain = run.chain
        run.begin()

    @initialize(cases=st.integers(1, 4))
    def begin(self, cases: int) -> None:
        self.run.step("send", self.chain.send(cases))

    @rule(cases=st.integers(1, 4))
    def send(self, cases: int) -> None:
        self.run.step("send", self.chain.send(cases))

    @precondition(lambda self: self.chain.which("up", "still"))
    @rule(data=st.data())
    def kill_service(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.chain.which("up", "still")))
        self.run.step("kill a service", None, name)
        self.chain.kill(name)

    @precondition(lambda self: self.chain.which("down"))
    @rule(data=st.data())
    def start_service(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.chain.which("down")))
        self.run.step("start a service", None, name)
        self.chain.start(name)

    @precondition(lambda self: self.chain.which("up"))
    @rule(data=st.data())
    def stop_service(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.chain.which("up")))
        self.run.step("let a service stand still", None, name)
        self.chain.stop(name)

    @precondition(lambda self: self.chain.which("still"))
    @rule(data=st.data())
    def let_service_go_on(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.chain.which("still")))
        self.run.step("let it go on", None, name)
        self.chain.go_on(name)

    @precondition(lambda self: self.chain.broker)
    @rule()
    def kill_broker(self) -> None:
        self.run.step("kill the broker", self.chain.kill_broker())

    @precondition(lambda self: not self.chain.broker)
    @rule()
    def start_broker(self) -> None:
        self.run.step("start the broker", self.chain.start_broker())

    @precondition(lambda self: self.chain.database and self.chain.which("up"))
    @rule(data=st.data())
    def break_connections(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.chain.which("up")))
        self.run.step("break a database's connections", self.chain.break_connections(name), name)

    @precondition(lambda self: self.chain.database)
    @rule()
    def kill_database(self) -> None:
        self.run.step("kill the database", self.chain.kill_database())

    @precondition(lambda self: not self.chain.database)
    @rule()
    def start_database(self) -> None:
        self.run.step("start the database", self.chain.start_database())

    @precondition(lambda self: self.chain.whole)
    @rule(name=st.sampled_from(NAMES))
    def kill_before_mark(self, name: Name) -> None:
        self.run.step("kill between acknowledgement and mark", self.chain.kill_before_mark(name), name)

    @precondition(lambda self: self.chain.whole)
    @rule()
    def kill_before_effect(self) -> None:
        self.run.step("kill in the middle of an effect", self.chain.kill_before_effect())

    @precondition(lambda self: self.chain.whole)
    @rule()
    def kill_after_commit(self) -> None:
        self.run.step("kill between commit and offset", self.chain.kill_after_commit())

    def teardown(self) -> None:
        self.run.end()


@pytest.fixture
def loop() -> Iterator[asyncio.Runner]:
    """The one loop of all sequences; it stands still while the next step is chosen."""
    with asyncio.Runner() as runner:
        yield runner


@asynccontextmanager
async def _chain(pair: Pair, issuer: Issuer, directory: Path) -> AsyncIterator[Chain]:
    async with (
        process_of("intake", pair, directory, issuer=issuer.url, **QUICK) as intake,
        process_of("jgt_bridge", pair, directory, issuer=issuer.url, **QUICK) as bridge,
        chain_of(pair, {"intake": intake, "jgt_bridge": bridge}, partial(issuer.token, BOARD), SEED) as chain,
    ):
        yield chain


@pytest.fixture
def chain(pair: Pair, issuer: Issuer, tmp_path: Path, loop: asyncio.Runner) -> Iterator[Chain]:
    opened = _chain(pair, issuer, tmp_path)
    with ExitStack() as stack:
        chain = loop.run(opened.__aenter__())
        stack.callback(lambda: loop.run(opened.__aexit__(None, None, None)))
        yield chain


@pytest.mark.embedded_broker("a broker that dies with its log, which has to be filled again")
@pytest.mark.parametrize(("sequences", "steps"), [(20, 4), pytest.param(200, 8, marks=pytest.mark.long)])
def test_whatever_happens_in_whatever_order_nothing_is_lost_doubled_or_out_of_order(
    chain: Chain, loop: asyncio.Runner, rows: list[Row], notes: list[str], sequences: int, steps: int
) -> None:
    run = Run(chain, loop, rows)
    try:
        length = settings(CHOICES, max_examples=sequences, stateful_step_count=steps)
        run_state_machine_as_test(seed(SEED)(lambda: Faults(run)), settings=length)  # type: ignore[arg-type]  # whatever makes one
        run.all_of_it()
    finally:
        chosen = ", ".join(f"{fault} {times}" for fault, times in run.chosen.most_common())
        notes.append(f"{run.sequences} sequences of at most {steps} steps: {chosen}")
