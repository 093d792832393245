"""What the console is told beside what every service is told."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class ConsoleSettings(BaseSettings):
    """Environment variables `PASSEND_<NAME>`; without any, nobody signs in but with a token, and no link leads elsewhere."""

    model_config = SettingsConfigDict(env_prefix="PASSEND_", frozen=True, extra="ignore")

    demo: bool = False
    """Offer a button per invented person, whose token the demonstration issuer gives."""
    token_url: str = ""
    """Where it gives that: its name in tokens with `/token` behind it, unless this process reaches it by another one."""
    office_url: str = ""
    """Where the samenwerkingsverband decides: placement's own page."""
