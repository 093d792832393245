"""`make deploy`: says what is missing, writes the secrets, lets compose start the containers, waits, and says where everything is."""

import argparse
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

from deploy.embedded import keys, mail_login, secret
from deploy.embedded.__main__ import welcome
from deploy.embedded.certificate import own_certificate
from deploy.embedded.processes import BASE_PORT, REGION, ROOT, SERVICES, Ports

COMPOSE = ["docker", "compose", "--file", str(ROOT / "deploy" / "compose.yaml")]
DIRECTORY = ROOT / ".passend" / "containers"
READY_WITHIN = 180.0
"""Seconds from the containers' start until the last service is ready."""


class CannotDeploy(RuntimeError):
    """Nothing runs, or not all of it; the message says why and what to do."""


def check_engine() -> None:
    """Raise `CannotDeploy` where no engine answers, or the compose plugin is not there."""
    if shutil.which("docker") is None:
        raise CannotDeploy("no Docker on this machine; without it, `make up` runs the same platform")
    for command, meaning in (
        (["docker", "info"], "no Docker engine answers"),
        (["docker", "compose", "version"], "Docker has no compose plugin"),
    ):
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        if asked.returncode:
            raise CannotDeploy(f"{meaning}: {asked.stderr.strip().splitlines()[-1] if asked.stderr.strip() else 'it says nothing more'}")


def write_secrets(directory: Path = DIRECTORY) -> None:
    """Passwords, each service's address of its own database, and the mail server's certificate, made once.

    `secrets` is its owner's only; the files in it can be read by any account, because a container's own account has to.
    """
    secrets = directory / "secrets"
    secret.once(secrets / "postgres", token_urlsafe)
    for service in SERVICES:
        secret.once(secrets / service, partial(_database_url, service))
    keys.make(directory, REGION)
    mail_login.password(directory)
    certificate, _ = own_certificate(directory)
    for file in (certificate, keys.public(directory), *secrets.iterdir()):
        file.chmod(0o444)


def _database_url(service: str) -> str:
    return f"postgresql+asyncpg://{service}:{token_urlsafe()}@postgres:5432/{service}"


def compose(*words: str, ports: Ports) -> None:
    """Run compose with these ports; raises `CannotDeploy` where it fails, after it has said why."""
    told = {f"{name.upper()}_PORT": str(port) for name, port in ports.all.items()}
    if subprocess.run([*COMPOSE, *words], env={**os.environ, **told}, check=False).returncode:
        raise CannotDeploy(f"`docker compose {words[0]}` failed; its reason stands above")


def wait_until_ready(ports: Ports, within: float = READY_WITHIN) -> None:
    """Return when every service says that it is ready, each with a line; raises `CannotDeploy` with those that are not in time."""
    waiting, end = set(SERVICES), time.monotonic() + within
    while waiting:
        for service in sorted(waiting):
            if _is_ready(f"{ports.url(service)}/health/ready"):
                print(f"{service} is ready", flush=True)
                waiting.remove(service)
        if waiting and time.monotonic() > end:
            raise CannotDeploy(f"not ready after {within:.0f} s: {', '.join(sorted(waiting))}; docker compose --project-name passend logs")
        time.sleep(0.2)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3):  # noqa: S310 -- a service of ours
            return True
    except OSError:  # also an answer of 503
        return False


def up(ports: Ports) -> None:
    """Build, start and wait."""
    write_secrets()
    compose("up", "--build", "--detach", "--remove-orphans", ports=ports)
    wait_until_ready(ports)
    print(welcome(ports))
    print("It runs until `make undeploy`, which keeps its data; `docker compose --project-name passend down --volumes` removes that too.")


def main() -> int:
    """Start the platform, or stop it."""
    arguments = argparse.ArgumentParser(prog="python -m deploy.containers")
    arguments.add_argument("act", choices=("up", "down"))
    arguments.add_argument("--base-port", type=int, default=BASE_PORT)
    options = arguments.parse_args()
    try:
        check_engine()
        if options.act == "up":
            up(Ports(options.base_port))
        else:
            compose("down", ports=Ports(options.base_port))
    except CannotDeploy as reason:
        print(f"passend: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
