"""Whom the region's data names at which moment: office hours, holidays, the mailbox that is nearest, the numbers of a home."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.chassis.region import RegionInvalid, load

FILE = Path(__file__).parents[3] / "deploy/region/po2801.toml"
REGION = load(FILE)
WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "works"),
    [
        (datetime(2026, 11, 25, 7, 0, tzinfo=UTC), True),  # 8.00 in winter time
        (datetime(2026, 11, 25, 6, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 25, 16, 0, tzinfo=UTC), False),  # 17.00
        (datetime(2026, 7, 1, 6, 0, tzinfo=UTC), True),  # 8.00 in summer time
        (datetime(2026, 11, 28, 10, tzinfo=UTC), False),  # Saturday
        (datetime(2026, 12, 23, 10, tzinfo=UTC), False),  # a holiday
    ],
)
def test_office_hours_are_dutch_time_on_working_days(at: datetime, works: bool) -> None:  # noqa: FBT001
    assert REGION.is_at_work(at) is works
    assert REGION.ladder(at).hours == ("office" if works else "after")


def test_a_crisis_before_or_after_what_the_file_knows_still_has_a_ladder() -> None:
    assert REGION.ladder(datetime(1999, 1, 1, tzinfo=UTC)).roles
    assert REGION.ladder(datetime(2199, 1, 1, tzinfo=UTC)).roles


def test_the_nearest_mailbox_counts() -> None:
    on = WEDNESDAY.date()
    assert REGION.mailbox("crisis_on_call", on, municipality="gm0579") == "dienst-oegstgeest@swv2801.example"
    assert REGION.mailbox("swv_director", on, municipality="gm0579") == "directeur@swv2801.example"
    assert REGION.mailbox("school_board", on, board="bg41236") == "bestuur@bollenstreekleert.example"
    assert REGION.mailbox("school_board", on) is None
    assert REGION.mailbox("crisis_on_call", on, municipality="gm9999") is None


def test_the_numbers_are_those_of_the_child_s_home_after_the_national_ones() -> None:
    assert [each.phone for each in REGION.numbers("gm0629", WEDNESDAY.date())] == ["112", "0800 2000", "071 000 06 29"]
    assert [each.phone for each in REGION.numbers("gm9999", WEDNESDAY.date())] == ["112", "0800 2000"]


@pytest.mark.parametrize("wrong", ['municipality = "gm0546"', 'hours = "after"'])
def test_a_file_that_would_leave_a_crisis_uncalled_does_not_start(wrong: str, tmp_path: Path) -> None:
    broken = FILE.read_text(encoding="utf-8").replace(wrong, wrong.replace("gm0546", "gm0000").replace("after", "never"))
    (tmp_path / "region.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(RegionInvalid):
        load(tmp_path / "region.toml")
