"""The check that both ways share: whatever a party sends, it is let in or told why, and no input breaks the door itself."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings, strategies as st
from passend_contracts.envelope import STRUCTURED, Envelope, Invalid, decode_http
from passend_contracts.events.event_rejected.v1 import FieldProblem

from services.chassis import doors, region
from tests.component.doors.door import BOARDS
from tests.component.doors.inputs import a_good, as_json
from tests.pairs.topics import REGION

EVENT = a_good(BOARDS)
PARTY = region.load(REGION).of_kind("board")[0]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(list(EVENT.values())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(
    changed=st.dictionaries(st.sampled_from(list(EVENT)), ANY_JSON, max_size=3), missing=st.sets(st.sampled_from(list(EVENT)), max_size=2)
)
def test_whatever_a_party_sends_is_let_in_or_told_why(changed: dict[str, Any], missing: set[str]) -> None:
    event = {name: value for name, value in {**EVENT, **changed}.items() if name not in missing}
    match doors.check(decode_http({"content-type": STRUCTURED}, as_json(event))[0], PARTY, datetime.now(UTC)):
        case Envelope() as accepted:
            assert PARTY.owns(accepted.source)
        case Invalid() as invalid:
            assert [FieldProblem(path=each.path, code=each.code, message=each.message) for each in invalid.problems]
