"""`passend parked`, `dlq` and `replay`: what an operator sees and does in a terminal, against a service that answers on a port."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiokafka import ConsumerRecord

from tests.builders.events import a_parents_consulted, a_support_requested
from tests.component.chassis.ledger import IN, NAME, OUT, Faults, a_bug
from tests.component.chassis.operator import Operator
from tests.component.issuer import Issuer
from tests.component.terminal import Passend, passend_against
from tests.running import RunningService


@pytest.fixture
async def passend(service: RunningService, issuer: Issuer) -> AsyncIterator[Passend]:
    async with passend_against(service, issuer) as run:
        yield run


async def test_a_parked_case_is_listed_shown_and_released(
    service: RunningService, faults: Faults, operator: Operator, passend: Passend
) -> None:
    request, other = a_support_requested(), a_support_requested()
    faults.cases = {request.subject: a_bug, other.subject: a_bug}
    for event in (request, a_parents_consulted(request.subject), other):
        await service.deliver(IN, event)
    await operator.until_parked(request.subject, 2)
    await operator.until_parked(other.subject, 1)
    _, listed = await passend("parked", "list")
    assert {tuple(line.split()[1:3]) for line in listed.splitlines() if line.startswith(NAME)} == {
        (request.subject, "2"),
        (other.subject, "1"),
    }
    assert "intake does not answer" in listed, "who is away is named"
    _, shown = await passend("parked", "show", request.subject)
    assert shown.index("support_requested") < shown.index("parents_consulted")
    assert (await passend("parked", "drop", other.subject, "--service", NAME, "--reason", "sent twice"))[0] == 0
    assert "$.reason: String" in (await passend("parked", "drop", request.subject, "--service", NAME, "--reason", "x"))[1]
    again = ("parked", "release", request.subject, "--service", NAME, "--reason", "perhaps it was a hiccup")
    assert await passend(*again) == (1, "0 took effect, 2 still waiting\n")
    faults.cases.clear()
    everything = ("parked", "release", "--all", "--service", NAME, "--reason", "mended in 1.2.3")
    assert await passend(*everything) == (0, "2 took effect, 0 still waiting\n")
    assert "Nothing is parked." in (await passend("parked", "list"))[1]


async def test_a_dead_letter_is_listed_shown_and_taken_off(service: RunningService, operator: Operator, passend: Passend) -> None:
    await service.topics.put(IN, b"{", key=b"case")
    [letter] = await operator.until_letters(1)
    number = str(letter["n"])
    assert "bad-json" in (await passend("dlq", "list"))[1]
    assert f"n: {number}" in (await passend("dlq", "show", number, "--service", NAME))[1]
    code, refused = await passend("dlq", "release", number, "--service", NAME, "--reason", "is it readable now?")
    assert (code, "bad-json" in refused, "Nothing was changed" in refused) == (1, True, True)
    assert await passend("dlq", "drop", number, "--service", NAME, "--reason", "nobody needs it") == (0, "taken off the list\n")
    assert "No dead letters." in (await passend("dlq", "list"))[1]


async def test_what_was_told_is_told_again_the_same_and_only_what_was_asked_for(service: RunningService, passend: Passend) -> None:
    first, other = a_support_requested(), a_support_requested()
    for event in (first, a_parents_consulted(first.subject), other):
        await service.deliver(IN, event)
    told = await service.topics.records(OUT, lambda records: len(records) == 3)
    again = ("replay", "--service", NAME, "--since", f"{first.time:%Y-%m-%d}", "--reason", "the record lost a day")
    assert await passend(*again, "--case", first.subject) == (0, "2 events are told again\n")
    repeated = [record for record in told if record.key.decode() == first.subject]
    assert _by_case(await service.topics.records(OUT, lambda records: len(records) == 5)) == _by_case(told + repeated)
    assert await passend(*again, "--topic", OUT) == (0, "3 events are told again\n")
    assert _by_case(await service.topics.records(OUT, lambda records: len(records) == 8)) == _by_case(told + repeated + told)
    tomorrow = (*again[:4], f"{first.time + timedelta(days=1):%Y-%m-%d}", *again[5:])
    assert await passend(*tomorrow) == (0, "0 events are told again\n")


def _by_case(records: list[ConsumerRecord]) -> dict[bytes, list[bytes]]:
    """What stands on a topic for each case, in order."""
    cases: dict[bytes, list[bytes]] = defaultdict(list)
    for record in records:
        cases[record.key].append(record.value)
    return cases


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("parked", "release", "--service", NAME, "--reason", "why not"), "give one case, or --all"),
        (("parked", "release", "x", "--service", "nobody", "--reason", "why not"), "nobody is no service"),
        (("parked", "drop", "x", "--service", NAME, "--reason", "why not"), "Nothing of that waits for an operator here"),
        (("replay", "--service", NAME, "--since", "2026-11-01", "--topic", "x", "--reason", "why not"), "There is no such topic"),
        (("replay", "--service", NAME, "--since", "yesterday", "--reason", "why not"), "'yesterday' does"),
        (("replay", "--service", NAME, "--since", "2026-11-01", "--reason", "x"), "$.reason: String"),
    ],
)
async def test_what_cannot_be_done_is_said(passend: Passend, words: tuple[str, ...], said: str) -> None:
    code, printed = await passend(*words)
    assert code
    assert said in " ".join(printed.split())
