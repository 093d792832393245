import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.containers import write_secrets
from deploy.embedded.keys import SEALED_TO
from deploy.embedded.processes import SERVICES
from tests.pairs.embedded import ROOT


def deploy(programs: Path) -> subprocess.CompletedProcess[str]:
    """`make deploy` on a machine that has these programs."""
    command = [sys.executable, "-m", "deploy.containers", "up"]
    return subprocess.run(command, cwd=ROOT, env={"PATH": str(programs)}, capture_output=True, text=True, check=False)


def test_a_machine_without_docker_is_told_what_runs_there(tmp_path: Path) -> None:
    refused = deploy(tmp_path)
    assert (refused.returncode, refused.stderr) == (1, "passend: no Docker on this machine; without it, `make up` runs the same platform\n")


@pytest.mark.parametrize(("fails", "said"), [("info", "no Docker engine answers"), ("compose", "Docker has no compose plugin")])
def test_what_docker_lacks_is_said_in_its_own_words(fails: str, said: str, tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\n[ "$1" != {fails} ] || {{ echo "docker: because of {fails}" >&2; exit 1; }}\n')
    docker.chmod(0o755)
    refused = deploy(tmp_path)
    assert (refused.returncode, refused.stderr) == (1, f"passend: {said}: docker: because of {fails}\n")


def test_secrets_are_made_once_and_every_service_has_its_own(tmp_path: Path) -> None:
    directory = tmp_path / "secrets"
    write_secrets(tmp_path)
    made = {file.name: file.read_text() for file in directory.iterdir()}
    doors = {f"{service}.jwks" for service in SEALED_TO}
    assert made.keys() == {"postgres", *SERVICES, *doors, "gemeenten.json", "mail.key", "mail.password"}
    public = (tmp_path / "keys.json").read_text()
    assert len(set(made.values())) == len(made)
    write_secrets(tmp_path)
    assert {file.name: file.read_text() for file in directory.iterdir()} == made
    assert (tmp_path / "keys.json").read_text() == public
    assert '"d"' not in public


def test_secrets_are_out_of_reach_for_others_of_the_machine(tmp_path: Path) -> None:
    write_secrets(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
