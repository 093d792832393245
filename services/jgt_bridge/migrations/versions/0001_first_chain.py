"""The runtime's tables, and the referrals with their projection of consent."""

from alembic import op

from services.chassis import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all of them."""
    for statement in tables.VERSION_1:
        op.execute(statement)
    op.execute("""
        CREATE TABLE referral (
            case_id text PRIMARY KEY,
            board text NOT NULL,
            board_urn text NOT NULL,
            school text NOT NULL,
            municipality text NOT NULL,
            age_band text NOT NULL,
            consents jsonb NOT NULL,
            wants_referral boolean,
            wish_held_on date,
            state text NOT NULL,
            referral_id text,
            open boolean NOT NULL
        ) WITH (fillfactor = 80)
    """)
