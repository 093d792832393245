"""Who is calling: a signed token of a party, checked against the issuer's published keys; one function decides what it may do."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact
from joserfc.jwt import JWTClaimsRegistry

ALGORITHM = "ES256"
REFETCH_SECONDS = 60
KNOWN_TOKENS = 1_000
FORBIDDEN_HEADERS = frozenset({"jwk", "jku", "x5u", "x5c"})
"""Headers by which a token would bring its own key along."""


class NotAuthenticated(Exception):
    """The token is missing or does not hold; the message says which without repeating it."""


class KeysUnavailable(Exception):
    """The issuer's keys cannot be fetched now; try again later."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The party on whose behalf a call is made, and what its token allows."""

    party: str
    scopes: frozenset[str] = field(default_factory=frozenset)

    def may_operate(self) -> bool:
        """Whether the token is an operator's: ids, states and times of all cases, never their content."""
        return "operator" in self.scopes


class Tokens:
    """Checks access tokens: ES256 only, issuer and audience pinned, keys by `kid` from the JWKS, fetched again at most once a minute."""

    def __init__(self, *, jwks_url: str, issuer: str, audience: str, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._url = jwks_url
        self._keys: KeySet | None = None
        self._known: dict[str, dict[str, Any]] = {}
        self._fetched = float("-inf")
        self._attempts = 0
        self._fetching = asyncio.Lock()
        self._claims = JWTClaimsRegistry(
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
            leeway=5,
        )

    async def principal(self, authorization: str | None) -> Principal:
        """The party of a `Bearer` token; raises `NotAuthenticated` or `KeysUnavailable`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated("Send a token of your organisation: Authorization: Bearer <token>.")
        try:
            claims = self._known.get(token) or await self._decoded(token)
            self._claims.validate(claims)  # each time: it may have expired
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            raise NotAuthenticated(f"The token does not hold ({type(fault).__name__}); fetch a new one.") from None
        return Principal(str(claims["sub"]), frozenset(str(claims.get("scope", "")).split()))

    async def _decoded(self, token: str) -> dict[str, Any]:
        """What a token says whose signature holds; a party sends many requests with one, and checking it takes longer than the rest."""
        claims = jwt.decode(token, await self._keys_for(token), algorithms=[ALGORITHM]).claims
        if len(self._known) >= KNOWN_TOKENS:
            self._known.clear()
        self._known[token] = claims
        return claims

    async def _keys_for(self, token: str) -> KeySet:
        header = dict(extract_compact(token.encode()).headers())
        if FORBIDDEN_HEADERS & header.keys() or "kid" not in header:
            raise ValueError("header")
        if not self._knows(header["kid"]):  # who is known never waits for the issuer
            attempts = self._attempts
            async with self._fetching:
                if not self._knows(header["kid"]) and self._may_fetch() and attempts == self._attempts:  # who waited for one makes no other
                    await self._fetch()
        if self._keys is None:
            raise KeysUnavailable("The issuer's keys cannot be fetched; try again in a moment.")
        return self._keys

    def _knows(self, kid: object) -> bool:
        return self._keys is not None and any(key.kid == kid for key in self._keys.keys)

    def _may_fetch(self) -> bool:
        return self._keys is None or self._now() - self._fetched > REFETCH_SECONDS

    async def _fetch(self) -> None:
        with suppress(httpx.HTTPError, JoseError, ValueError, TypeError, LookupError):
            async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                answer = await client.get(self._url)
            self._keys = KeySet.import_key_set(answer.raise_for_status().json())
            self._known.clear()  # a key that is gone vouches for nothing any more
        self._attempts += 1
        self._fetched = self._now()  # an attempt counts too: an issuer in trouble is not asked for every unknown key
