"""What the doors answered to each bad input, as a table at the end of the run."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.component.doors.inputs import Errors

HEAD = ("Bad input", "Over HTTP", "On the from-topic", "Where and what, as the answer lists it")


@dataclass
class Answered:
    """A bad input and what it was told, whichever way it came."""

    what: str
    over_http: str = ""
    on_topic: str = ""
    errors: Errors = ()

    @property
    def cells(self) -> tuple[str, ...]:
        return self.what, self.over_http, self.on_topic, ", ".join(f"{path} {code}" for path, code in self.errors)


class Answers:
    """One door's, in the order in which inputs first came."""

    def __init__(self) -> None:
        self._rows: dict[str, Answered] = {}

    def over_http(self, what: str, status: int, errors: Errors) -> None:
        row = self._rows.setdefault(what, Answered(what))
        row.over_http, row.errors = str(status), errors

    def on_topic(self, what: str, about: str, errors: Errors) -> None:
        row = self._rows.setdefault(what, Answered(what))
        row.on_topic, row.errors = f"event_rejected about {about}", errors

    def table(self) -> Iterator[str]:
        """Markdown whose columns line up when it is read as text."""
        cells = [HEAD, *(row.cells for row in self._rows.values())]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        written = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in cells]
        yield written[0]
        yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"
        yield from written[1:]
