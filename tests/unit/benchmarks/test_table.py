"""What `make bench` prints, without measuring anything."""

import json
from xml.etree import ElementTree as ET

from tests.benchmarks.chart import Measured, Panel, drawn
from tests.benchmarks.table import Aim, Row, Section, Table

HALF = Aim("≥", 0.5, times=True)
MORE, TOO_MUCH, LESS, TOO_LITTLE = Aim("≥", 200), Aim("≥", 201), Aim("≤", 200), Aim("≤", 199)


def test_a_ratio_is_taken_within_a_round_for_what_else_the_machine_did_fell_on_both() -> None:
    row = Row("a hop", "events/s", [100, 10, 300], "bare", [200, 20, 300], aims=(HALF,))
    assert row.ratios == [0.5, 0.5, 1.0]
    assert row.reached


def test_an_aim_is_reached_by_the_median_and_not_by_the_best_round() -> None:
    reached = {aim: Row("a hop", "events/s", [100, 200, 900], aims=(aim,)).reached for aim in (MORE, TOO_MUCH, LESS, TOO_LITTLE)}
    assert reached == {MORE: True, TOO_MUCH: False, LESS: True, TOO_LITTLE: False}


def test_a_row_with_two_aims_has_to_reach_both() -> None:
    crisis = Row("a crisis", "ms", [150], "idle", [50], aims=(Aim("≤", 1_000), Aim("≤", 2, times=True)))
    assert crisis.cells()[-2:] == ("≤ 1,000 and ≤ 2×", "no")  # noqa: RUF001 -- times


def test_what_was_left_out_stands_in_the_table_and_in_the_file() -> None:
    table = Table({"machine": "one"}, [Section("A hop", "docker", [Row("a hop", "events/s", [1])])], ["Timers (docker): TimeoutError"])
    assert "left out: Timers (docker): TimeoutError" in table.text()
    assert json.loads(table.json())["left_out"] == ["Timers (docker): TimeoutError"]


def test_the_chart_is_a_picture_that_says_every_median_in_words() -> None:
    panel = Panel("by events that wait", str, {"ours": [Measured(1_000, [4, 5, 9])], "bare": [Measured(1_000, [10])]})
    chart = ET.fromstring(drawn([panel], ["Medians of 3 rounds <here>"]))  # noqa: S314 -- our own text
    said = chart.findtext("{http://www.w3.org/2000/svg}desc") or ""
    assert said == "by events that wait, Passend: 1000 5/s; by events that wait, bare aiokafka + asyncpg, without its promises: 1000 10/s"


def test_every_point_of_the_chart_lies_within_its_panel() -> None:
    values = [0.7, 3, 42, 99.9, 100, 12_345]
    for orders in (False, True):
        panel = Panel("", str, {"ours": [Measured(10.0**n, [value]) for n, value in enumerate(values)]}, orders=orders)
        assert panel.rules[0] <= min(values)
        assert panel.rules[-1] >= max(values)
