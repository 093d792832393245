"""The check that both ways share: whatever a party sends, it is let in or told why, and no input breaks the door itself."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
from passend_contracts.catalogue import EVENTS
from passend_contracts.envelope import STRUCTURED, Envelope, Invalid, decode_http
from passend_contracts.events.event_rejected.v1 import FieldProblem
from passend_contracts.export import closed_schema

from services.chassis import doors, region
from services.chassis.sealing import Keyring
from tests.component.doors.canary import CHILD, traces
from tests.component.doors.door import BOARDS
from tests.component.doors.inputs import a_good, as_json
from tests.contracts.examples import allowed
from tests.pairs.topics import REGION

EVENT = a_good(BOARDS)
PARTY = region.load(REGION).of_kind("board")[0]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(list(EVENT.values())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


OWN = [event for event in EVENTS if PARTY.kind in event.emitters and not event.planned]
"""What such a party sends."""
CHILDISH = ANY_JSON | st.just(CHILD) | st.dictionaries(st.just(CHILD), st.just(CHILD), min_size=1) | st.lists(st.just(CHILD), max_size=2)


def checked(event: dict[str, Any]) -> Envelope | Invalid:
    return doors.check(decode_http({"content-type": STRUCTURED}, as_json(event))[0], PARTY, datetime.now(UTC), keys=Keyring())


def assert_told_why(invalid: Invalid) -> None:
    """Its problems fit into `event_rejected`, and nothing of the child is in them."""
    assert [FieldProblem(path=each.path, code=each.code, message=each.message) for each in invalid.problems]
    assert traces(*invalid.problems) == []


@settings(max_examples=200, deadline=None)
@given(
    changed=st.dictionaries(st.sampled_from(list(EVENT)), ANY_JSON, max_size=3), missing=st.sets(st.sampled_from(list(EVENT)), max_size=2)
)
def test_whatever_a_party_sends_is_let_in_or_told_why(changed: dict[str, Any], missing: set[str]) -> None:
    match checked({name: value for name, value in {**EVENT, **changed}.items() if name not in missing}):
        case Envelope() as accepted:
            assert PARTY.owns(accepted.source)
        case Invalid() as invalid:
            assert_told_why(invalid)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.data())
def test_each_event_of_a_party_is_let_in_and_whatever_is_put_into_it_is_told_without_repeating_it(draw: st.DataObject) -> None:
    kind = draw.draw(st.sampled_from(OWN))
    data = draw.draw(allowed(closed_schema(kind)))
    data.pop("enclosures", None)  # sealed to nobody's keys
    event = EVENT | {"type": kind.type, "dataschema": kind.dataschema, "data": data}
    assert isinstance(checked(event), Envelope)
    spoilt = checked(event | {"data": data | {draw.draw(st.sampled_from([*data, "enclosures", CHILD])): draw.draw(CHILDISH)}})
    if isinstance(spoilt, Invalid):
        assert_told_why(spoilt)
