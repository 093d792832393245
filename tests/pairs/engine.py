"""Whether a Docker engine answers here, asked in a way that costs nothing where there is none."""

import os
import shutil
from functools import cache
from pathlib import Path


@cache
def engine() -> tuple[bool, str]:
    """Whether an engine answers, and its version or why not."""
    if not (shutil.which("docker") or "DOCKER_HOST" in os.environ or Path("/var/run/docker.sock").exists()):
        return False, "no Docker on this machine"
    from docker.errors import DockerException  # type: ignore[import-untyped]
    from testcontainers.core.docker_client import DockerClient

    try:
        client = DockerClient(timeout=5).client
        try:
            return True, f"Docker {client.version()['Version']}"
        finally:
            client.close()
    except (DockerException, OSError) as silent:
        return False, f"no Docker engine answers ({type(silent).__name__})"
