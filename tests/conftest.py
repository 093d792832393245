"""On which broker and database the tests run, and that pytest says so first."""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

import pytest

from tests.pairs.engine import engine
from tests.pairs.kafka import connections_closed
from tests.pairs.pair import Kind, Pair


def pytest_addoption(parser: pytest.Parser) -> None:
    choices = ("auto", "docker", "embedded", "both")
    parser.addoption(
        "--pair", choices=choices, default="auto", help="broker and database: Docker where an engine answers (auto), or as named"
    )


def pytest_configure() -> None:
    """A service whose part ends stops its process, here the tests themselves: they end as by Ctrl-C, told so, with nothing left behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_report_header(config: pytest.Config) -> list[str]:
    kinds = _kinds(config)
    header = [f"pair: {' and '.join(kinds)} ({engine()[1]})"]
    if "docker" not in kinds:
        header.append("pair: tests that need a real broker are skipped, each with its reason")
    return header


def _kinds(config: pytest.Config) -> list[Kind]:
    found, why = engine()
    match config.getoption("--pair"):
        case "docker" if not found:
            raise pytest.UsageError(f"--pair docker: {why}")
        case "docker":
            return ["docker"]
        case "embedded":
            return ["embedded"]
        case "both" if found:
            return ["docker", "embedded"]
        case _:
            return ["docker"] if found else ["embedded"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses the pair on each pair of this run, or on the only one that it is about."""
    if "pair" in metafunc.fixturenames:
        metafunc.parametrize("pair", _kinds_for(metafunc.definition, _kinds(metafunc.config)), indirect=True)


def _kinds_for(test: pytest.Item, kinds: list[Kind]) -> list[Kind]:
    if test.get_closest_marker("real_broker") and "docker" in kinds:
        return ["docker"]
    if test.get_closest_marker("embedded_broker"):
        return ["embedded"]  # needs no engine, so it always runs
    return kinds


def _start(kind: Kind) -> AbstractContextManager[Pair]:
    if kind == "docker":
        from tests.pairs.docker import docker_pair

        return docker_pair()
    from tests.pairs.embedded import embedded_pair

    return embedded_pair()


@dataclass
class Pairs:
    """The pairs of this session, started when a test first needs them."""

    open: ExitStack
    tried: dict[Kind, Pair | Exception] = field(default_factory=dict)

    def get(self, kind: Kind) -> Pair:
        """That pair; one that did not start is not tried again for every test."""
        if kind not in self.tried:
            try:
                self.tried[kind] = self.open.enter_context(_start(kind))
            except Exception as failed:  # noqa: BLE001 -- whatever it is, each test that asks gets it again
                self.tried[kind] = failed
        pair = self.tried[kind]
        if isinstance(pair, Exception):
            raise pair
        return pair


@pytest.fixture(scope="session")
def pairs() -> Iterator[Pairs]:
    with ExitStack() as stack:
        yield Pairs(stack)


@pytest.fixture
async def pair(request: pytest.FixtureRequest, pairs: Pairs) -> AsyncIterator[Pair]:
    """A broker without records and groups, and databases that are new: see `tests.pairs.pair.Pair`."""
    real = request.node.get_closest_marker("real_broker")
    if real and request.param != "docker":
        pytest.skip(f"needs a real broker: {real.args[0]}; this run is on the embedded pair ({engine()[1]})")
    async with pairs.get(request.param).for_one_test() as ready:
        with connections_closed():
            yield ready
