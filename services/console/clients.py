"""HTTP out: the demonstration issuer, which gives the token of an invented person."""

import httpx

from services.chassis.auth import KeysUnavailable, NotAuthenticated

SECRET = "demo"  # noqa: S105 -- every party of a demonstration has it


async def demonstration_token(token_url: str, party: str) -> str:
    """The token of a party; raises `NotAuthenticated` where the issuer knows no such party, `KeysUnavailable` where it does not answer."""
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            answer = await client.post(token_url, data={"client_id": party, "client_secret": SECRET})
            if answer.is_client_error:
                raise NotAuthenticated("The demonstration issuer knows no such party.")
            return str(answer.raise_for_status().json()["access_token"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
        raise KeysUnavailable("The demonstration issuer does not answer; try again in a moment.") from fault
