"""Which faults of a database are tried again: those of its machine; what the code did wrong parks its case."""

import pytest
from sqlalchemy.exc import DBAPIError

from services.chassis.database import is_transient


class Fault(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "again"),
    [
        ("08006", True),  # the connection broke
        ("40001", True),
        ("53300", True),  # too many connections
        ("57P01", True),  # it shuts down
        ("25P03", True),  # idle in a transaction for too long: this process stood still
        ("25006", True),  # a replica that only reads
        ("25P02", False),  # went on after a statement had failed
        ("42P01", False),
        ("22001", False),
    ],
)
def test_what_the_machine_does_is_tried_again_and_what_the_code_does_is_not(sqlstate: str, *, again: bool) -> None:
    assert is_transient(DBAPIError("", {}, Fault(sqlstate))) is again
