"""The same seed plays the same region again, in events that every door takes, and with every kind of life in it."""

from datetime import UTC, datetime

import pytest
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, Invalid, decode_http

from deploy.parties.board import schools
from deploy.simulator.lives import KINDS, Life, lives, wrong

NOW = datetime(2026, 11, 9, 10, tzinfo=UTC)


def drawn(seed: int = 5, run: str = "a", children: int = 400) -> list[Life]:
    return lives(children, seed, schools=schools(), over_days=40, run=run)


def test_the_same_seed_gives_the_same_lives_and_another_run_other_ids() -> None:
    assert [_told(life) for life in drawn()] == [_told(life) for life in drawn()]
    assert [_told(life) for life in drawn()] != [_told(life) for life in drawn(seed=6)]
    assert {life.case for life in drawn()}.isdisjoint(life.case for life in drawn(run="b"))
    assert [life.kind for life in drawn()] == [life.kind for life in drawn(run="b")]


def _told(life: Life) -> list[Envelope]:
    return [life.event(step, NOW) for step in life.steps]


def test_every_kind_of_life_comes_and_every_event_is_one_of_the_catalogue() -> None:
    assert {life.kind for life in drawn()} == set(KINDS)
    for life in drawn():
        for step in life.steps:
            event = life.event(step, NOW)
            catalogue.accept(event)
            assert life.case in {event.subject, event.data.get("caseId")}


def test_a_childs_life_does_not_depend_on_how_many_there_are() -> None:
    few = {life.case: _told(life) for life in drawn(children=20)}
    assert few == {life.case: _told(life) for life in drawn() if life.case in few}


def test_a_slip_of_the_hand_is_an_event_that_no_door_takes() -> None:
    life = drawn()[0]
    event = life.event(life.steps[0], NOW)
    [slipped] = decode_http({"content-type": "application/cloudevents+json"}, wrong(event))
    assert isinstance(slipped, Envelope)
    with pytest.raises(Invalid):
        catalogue.accept(slipped)
    assert any(step.slip for each in drawn() for step in each.steps)
