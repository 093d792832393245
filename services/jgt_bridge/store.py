"""Referrals to rows and back, a whole batch at a time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.rows import among, put
from services.jgt_bridge.domain.referral import Consent, Referral, State, Wish
from services.jgt_bridge.tables import ReferralRow

FIELDS = tuple(ReferralRow.model_fields)
PLAIN = tuple(name for name in FIELDS if name not in {"consents", "wants_referral", "wish_held_on", "state"})


async def load(connection: AsyncConnection, case_ids: Sequence[str]) -> dict[str, Referral]:
    """The referrals that there are."""
    rows = await connection.execute(select(ReferralRow).where(among(ReferralRow.case_id, case_ids)))
    return {row.case_id: _referral(row) for row in rows}


def _referral(row: Row[Any]) -> Referral:
    return Referral(
        **{name: getattr(row, name) for name in PLAIN},
        consents=tuple(_consent(**entry) for entry in row.consents),
        wish=None if row.wish_held_on is None else Wish(row.wants_referral, row.wish_held_on),
        state=State(row.state),
    )


def _consent(*, purposes: list[str], on: str, **same: Any) -> Consent:
    return Consent(purposes=tuple(purposes), on=date.fromisoformat(on), **same)


async def save(connection: AsyncConnection, states: Mapping[str, Referral]) -> None:
    """Write these referrals in place of what was there."""
    await put(connection, ReferralRow, [_row(each) for each in states.values()])


def _row(referral: Referral) -> dict[str, Any]:
    return {
        **{name: getattr(referral, name) for name in PLAIN},
        "consents": [_kept(consent) for consent in referral.consents],
        "wants_referral": referral.wish.refer if referral.wish else None,
        "wish_held_on": referral.wish.held_on if referral.wish else None,
        "state": referral.state.value,
    }


def _kept(consent: Consent) -> dict[str, Any]:
    return {
        "id": consent.id,
        "purposes": list(consent.purposes),
        "sequence": consent.sequence,
        "given": consent.given,
        "on": consent.on.isoformat(),
    }
