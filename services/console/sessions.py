"""Who is signed in: an opaque key in the browser's cookie, and its hash with the party in the console's own table."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.auth import Principal
from services.chassis.region import Region
from services.console.domain.visitor import Role, Visitor

LASTS = timedelta(hours=8)
"""A working day; in real time, whatever the clock of a simulation says."""

OPEN = text("INSERT INTO session (key, party, scopes, ends_at) VALUES (:key, :party, :scopes, :ends_at)")
FORGET_ENDED = text("DELETE FROM session WHERE ends_at <= :now")
FIND = text("SELECT party, scopes FROM session WHERE key = :key AND ends_at > :now")
CLOSE = text("DELETE FROM session WHERE key = :key")


def visitor(principal: Principal, region: Region) -> Visitor | None:
    """As what somebody with this token comes; None for whom there is nothing to see here."""
    if principal.may_operate():
        return Visitor(principal.party, Role.OPERATOR)
    party = region.party(principal.party)
    return Visitor(party.id, Role(party.kind), party.urn) if party else None


async def begin(connection: AsyncConnection, principal: Principal) -> str:
    """A new session; returns the key for the cookie, which is kept nowhere else."""
    key, now = secrets.token_urlsafe(32), datetime.now(UTC)
    await connection.execute(FORGET_ENDED, {"now": now})
    row = {"key": _hash(key), "party": principal.party, "scopes": sorted(principal.scopes), "ends_at": now + LASTS}
    await connection.execute(OPEN, row)
    return key


async def found(connection: AsyncConnection, key: str, region: Region) -> Visitor | None:
    """Whose session it is; None when it has ended or never was."""
    row = (await connection.execute(FIND, {"key": _hash(key), "now": datetime.now(UTC)})).first()
    return visitor(Principal(row.party, frozenset(row.scopes)), region) if row else None


async def end(connection: AsyncConnection, key: str) -> None:
    """Nobody enters with this key any more."""
    await connection.execute(CLOSE, {"key": _hash(key)})


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
