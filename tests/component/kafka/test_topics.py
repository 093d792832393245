import pytest

from deploy.kafka.topics import NotAsDeclared, create
from tests.pairs.pair import Pair

pytestmark = pytest.mark.real_broker("the embedded broker starts with all topics and has no others to create")


async def test_topics_are_created_once(pair: Pair) -> None:
    topics = {"topics.first.v1": 2, "topics.second.v1": 1}
    assert await create(pair.kafka, topics, replicas=1) == 2
    assert await create(pair.kafka, {**topics, "topics.third.v1": 1}, replicas=1) == 1


async def test_another_number_of_partitions_is_refused_by_name(pair: Pair) -> None:
    await create(pair.kafka, {"topics.fixed.v1": 2}, replicas=1)
    with pytest.raises(NotAsDeclared, match=r"^topics\.fixed\.v1: 2 partitions instead of 3$"):
        await create(pair.kafka, {"topics.fixed.v1": 3}, replicas=1)


async def test_what_the_broker_refuses_is_named(pair: Pair) -> None:
    with pytest.raises(NotAsDeclared, match=r"^not allowed: "):
        await create(pair.kafka, {"not allowed": 1}, replicas=1)
