"""The one rule on sharing, in its cases and for all orders of arrival."""

from datetime import date

from hypothesis import given, settings, strategies as st
from passend_contracts.consent import Answer, Entry, deciding, may_share

REFER, FEEDBACK = "refer_to_youth_team", "feedback_to_school"


def an_entry(sequence: int, *purposes: str, given: bool = True) -> Entry:
    return Entry(f"entry-{sequence}", sequence, frozenset(purposes or {REFER}), given, date(2026, 11, 5))


def test_without_consent_nothing_goes() -> None:
    assert may_share([], REFER, "gm0546") == Answer(allowed=False, because=None)


def test_consent_lets_data_go_and_says_because_of_which_entry() -> None:
    consent = an_entry(1)
    assert may_share([consent], REFER, "gm0546") == Answer(allowed=True, because=consent)


def test_consent_for_one_purpose_is_none_for_another() -> None:
    assert may_share([an_entry(1, FEEDBACK)], REFER, "gm0546") == Answer(allowed=False, because=None)


def test_a_withdrawal_stops_and_a_new_consent_allows_again() -> None:
    first, withdrawal, again = an_entry(1), an_entry(2, given=False), an_entry(3)
    assert may_share([first, withdrawal], REFER, "gm0546") == Answer(allowed=False, because=withdrawal)
    assert may_share([first, withdrawal, again], REFER, "gm0546") == Answer(allowed=True, because=again)


def test_withdrawing_one_purpose_leaves_the_other() -> None:
    entries = [an_entry(1, REFER, FEEDBACK), an_entry(2, FEEDBACK, given=False)]
    assert may_share(entries, REFER, "gm0546").allowed
    assert not may_share(entries, FEEDBACK, "bg41234").allowed


def test_an_earlier_number_that_arrives_later_changes_nothing() -> None:
    withdrawal = an_entry(10, given=False)
    assert may_share([withdrawal, an_entry(9)], REFER, "gm0546") == Answer(allowed=False, because=withdrawal)


def test_a_purpose_lets_data_go_to_its_own_kind_of_party_only() -> None:
    both = [an_entry(1, REFER, FEEDBACK)]
    assert not may_share(both, REFER, "bg41234").allowed
    assert not may_share(both, FEEDBACK, "gm0546").allowed
    assert not may_share(both, REFER, "swv2801").allowed


def test_a_purpose_that_the_rule_does_not_know_lets_nothing_go() -> None:
    assert may_share([an_entry(1, "research")], "research", "gm0546") == Answer(allowed=False, because=None)


ENTRIES = st.lists(
    st.builds(
        Entry,
        id=st.uuids().map(str),
        sequence=st.integers(1, 6),
        purposes=st.frozensets(st.sampled_from([REFER, FEEDBACK]), min_size=1),
        given=st.booleans(),
        on=st.dates(),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_and_number_of_arrivals_never_matter(entries: list[Entry], shuffle: object) -> None:
    again = [*entries, *entries]
    shuffle.shuffle(again)  # type: ignore[attr-defined]
    assert may_share(again, REFER, "gm0546") == may_share(entries, REFER, "gm0546")


@settings(max_examples=60, deadline=None)
@given(ENTRIES)
def test_only_the_highest_number_for_the_purpose_decides(entries: list[Entry]) -> None:
    answer = may_share(entries, REFER, "gm0546")
    about = [entry for entry in entries if REFER in entry.purposes]
    highest = [entry for entry in about if entry.sequence == max(other.sequence for other in about)]
    assert answer.allowed == bool(highest and all(entry.given for entry in highest))
    assert (answer.because in highest) if about else (answer.because is None)


@settings(deadline=None)
@given(ENTRIES)
def test_who_keeps_only_the_entry_that_decides_comes_to_the_same_answers(entries: list[Entry]) -> None:
    kept: list[Entry] = []
    for heard, entry in enumerate(entries, 1):
        decides = deciding([*kept, entry], REFER)
        kept = [decides] if decides else []
        assert may_share(kept, REFER, "gm0546") == may_share(entries[:heard], REFER, "gm0546")
