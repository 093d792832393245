"""Prints the bad inputs and what the doors answer; the tests beside it hold that they do."""

import sys
from collections.abc import Iterable, Iterator

from tests.component.doors.door import DOORS, Door
from tests.component.doors.inputs import Errors, Input, a_good, on_both_ways, on_http, on_kafka
from tests.component.issuer import Issuer

HEAD = ("Bad input", "Over HTTP", "On the from-topic", "Where and what, as both answers list it")
Line = tuple[str, str, str, str]


def lines(door: Door) -> Iterator[Line]:
    for each in on_both_ways(door, a_good(door)):
        yield each.what, "400", f"event_rejected about {_about(each)}", _listed(each.errors)
    for each in on_kafka(door):
        yield each.what, "", f"event_rejected about {_about(each)}", _listed(each.errors)
    for request in on_http(door, Issuer()):
        yield request.what, str(request.status), "", _listed(request.errors)


def _about(bad: Input) -> str:
    return "its case" if bad.case else "the party"


def _listed(errors: Errors) -> str:
    return ", ".join(f"{path} {code}" for path, code in errors)


def table(rows: Iterable[Line]) -> str:
    """Markdown whose columns line up when it is read as text."""
    cells = [HEAD, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    written = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in cells]
    return "\n".join([written[0], f"|{'|'.join('-' * (width + 2) for width in widths)}|", *written[1:]])


if __name__ == "__main__":
    for door in DOORS:
        sys.stdout.write(f"\nThe door of {door.service}, for {door.party}\n\n{table(lines(door))}\n")
