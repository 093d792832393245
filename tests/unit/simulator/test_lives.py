"""The same seed plays the same region again, in events that every door takes, and with every kind of life in it."""

from datetime import UTC, date, datetime

import pytest
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, Invalid, decode_http, encode

from deploy.parties.board import schools
from deploy.simulator.lives import KINDS, Life, lives

NOW = datetime(2026, 11, 9, 10, tzinfo=UTC)


def drawn(seed: int = 5, run: str = "a", children: int = 400) -> list[Life]:
    return lives(children, seed, schools=schools(), over_days=40, run=run, today=date(2026, 11, 9))


def test_the_same_seed_gives_the_same_lives_and_another_run_other_ids() -> None:
    assert drawn() == drawn()
    assert drawn() != drawn(seed=6)
    assert {life.case for life in drawn()}.isdisjoint(life.case for life in drawn(run="b"))
    assert [life.kind for life in drawn()] == [life.kind for life in drawn(run="b")]


def test_every_kind_of_life_comes_and_every_event_is_one_of_the_catalogue() -> None:
    assert {life.kind for life in drawn()} == set(KINDS)
    for life in drawn():
        assert life.steps[0].event.subject == life.case
        for step in life.steps:
            catalogue.accept(step.sent_at(NOW))


def test_a_slip_of_the_hand_is_an_event_that_no_door_takes() -> None:
    slipped = [step for life in drawn() for step in life.steps if step.slip]
    assert slipped
    for step in slipped:
        [event] = decode_http({"content-type": "application/cloudevents+json"}, step.sent_wrong_at(NOW))
        assert isinstance(event, Envelope)
        with pytest.raises(Invalid):
            catalogue.accept(event)
        assert encode(event) != encode(step.sent_at(NOW))
