"""The runtime's tables, the requests and places of each case, and the capacity of each location."""

from alembic import op

from services.chassis import tables

revision = "0001"
down_revision = None

TABLES = (
    """CREATE TABLE supported_case (
        id text PRIMARY KEY,
        board text NOT NULL,
        board_urn text NOT NULL,
        school text,
        is_open boolean NOT NULL
    )""",
    """CREATE TABLE arrangement (
        request text PRIMARY KEY,
        case_id text NOT NULL REFERENCES supported_case,
        kind text NOT NULL,
        requested_on date NOT NULL,
        wanted_from date NOT NULL,
        wanted_until date NOT NULL,
        hours_wanted integer,
        state text NOT NULL,
        starts_on date,
        evaluate_on date,
        ends_on date,
        hours_per_week integer,
        budget integer
    )""",
    "CREATE INDEX arrangement_case ON arrangement (case_id)",
    "CREATE INDEX arrangement_open ON arrangement (case_id) WHERE state IN ('requested', 'granted')",
    """CREATE TABLE expert_request (
        request text PRIMARY KEY,
        case_id text NOT NULL REFERENCES supported_case,
        discipline text NOT NULL,
        requested_on date NOT NULL,
        state text NOT NULL,
        provider text,
        report_due date
    )""",
    "CREATE INDEX expert_case ON expert_request (case_id)",
    "CREATE INDEX expert_open ON expert_request (case_id) WHERE state IN ('requested', 'assigned')",
    """CREATE TABLE place (
        case_id text PRIMARY KEY REFERENCES supported_case,
        kind text NOT NULL,
        sought_on date NOT NULL,
        find_by date NOT NULL,
        state text NOT NULL,
        starts_on date,
        offer text,
        school text,
        available_from date,
        answer_due date
    )""",
    "CREATE INDEX place_held ON place (school) WHERE state IN ('offered', 'agreed', 'started')",
    """CREATE TABLE capacity (
        school text PRIMARY KEY,
        places integer NOT NULL CHECK (places >= 0),
        agreed_on date NOT NULL
    )""",
)


def upgrade() -> None:
    """Create all of them."""
    for statement in (*tables.VERSION_1, *tables.VERSION_2, *TABLES):
        op.execute(statement)
