"""Referrals to rows and back, a whole batch at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.rows import among, put
from services.jgt_bridge.domain.referral import Consent, Referral, Sealed, State, Wish
from services.jgt_bridge.tables import ReferralRow, SealedRow

FIELDS = tuple(ReferralRow.model_fields)
PLAIN = tuple(name for name in FIELDS if name not in {"consents", "wants_referral", "wish_held_on", "state"})

SEALED = select(SealedRow).where(among(SealedRow.case_id))
REFERRALS = select(ReferralRow).where(among(ReferralRow.case_id))


async def load(connection: AsyncConnection, case_ids: Sequence[str]) -> dict[str, Referral]:
    """The referrals that there are."""
    wanted = {"values": list(case_ids)}
    sealed = defaultdict[str, list[Sealed]](list)
    for row in await connection.execute(SEALED, wanted):
        sealed[row.case_id].append(Sealed(row.kind, row.event, row.body, kept=True))
    rows = await connection.execute(REFERRALS, wanted)
    return {row.case_id: _referral(row, sealed[row.case_id]) for row in rows}


def _referral(row: Row[Any], sealed: Iterable[Sealed]) -> Referral:
    return Referral(
        **{name: getattr(row, name) for name in PLAIN},
        consents=tuple(_consent(**entry) for entry in row.consents),
        wish=None if row.wish_held_on is None else Wish(row.wants_referral, row.wish_held_on),
        state=State(row.state),
        sealed=tuple(sealed),
    )


def _consent(*, purposes: list[str], on: str, **same: Any) -> Consent:
    return Consent(purposes=tuple(purposes), on=date.fromisoformat(on), **same)


async def save(connection: AsyncConnection, states: Mapping[str, Referral]) -> None:
    """Write these referrals in place of what was there."""
    await put(connection, ReferralRow, [_row(each) for each in states.values()])
    if sealed := [_sealed_row(referral, each) for referral in states.values() for each in referral.sealed if not each.kept]:
        await put(connection, SealedRow, sealed)


def _row(referral: Referral) -> dict[str, Any]:
    return {
        **{name: getattr(referral, name) for name in PLAIN},
        "consents": [_kept(consent) for consent in referral.consents],
        "wants_referral": referral.wish.refer if referral.wish else None,
        "wish_held_on": referral.wish.held_on if referral.wish else None,
        "state": referral.state.value,
    }


def _sealed_row(referral: Referral, sealed: Sealed) -> dict[str, Any]:
    return {"case_id": referral.case_id, "kind": sealed.kind, "event": sealed.event, "body": sealed.body}


def _kept(consent: Consent) -> dict[str, Any]:
    return {
        "id": consent.id,
        "purposes": list(consent.purposes),
        "sequence": consent.sequence,
        "given": consent.given,
        "on": consent.on.isoformat(),
    }
