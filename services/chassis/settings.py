"""What a service is told from outside: typed, frozen, read once in `build`, and nowhere else."""

from pathlib import Path

from pydantic import HttpUrl, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = Path("/run/secrets")
"""Where a container finds a setting that nobody else may see, as a file: `passend_database_url`."""


class Settings(BaseSettings):
    """The settings every service has; environment variables `PASSEND_<NAME>`. A missing one stops the start with its name."""

    model_config = SettingsConfigDict(env_prefix="PASSEND_", frozen=True, extra="ignore", secrets_dir=SECRETS if SECRETS.is_dir() else None)

    host: str = "127.0.0.1"
    port: int
    database_url: PostgresDsn
    kafka: str
    """Bootstrap servers, `host:port` separated by commas."""
    kafka_embedded: bool = False
    """The log is the embedded broker's: no groups, memory only, so the relay keeps within `EMBEDDED_LEAD` of the slowest reader."""
    region: Path
    jwks_url: HttpUrl
    issuer: str
    audience: str = "passend"
    door_keys: SecretStr | None = None
    """This service's private keys, as a JWKS: what schools seal to. Without it no enclosure is taken."""
    public_keys: Path | None = None
    """Everybody's public keys: a JSON object with a JWKS for each service by its name and each party by its id."""
    probe_seconds: float = 30.0
    """How long a blown fuse waits between two probes."""
    clock: Path | None = None
    """A simulation's clock; without it the machine's. For demonstrations only."""
    control: Path | None = None
    """The socket on which a simulation asks this service whether it is idle."""
    replica: str = "0"
    """Stable name of this replica: its static membership in the consumer group."""
