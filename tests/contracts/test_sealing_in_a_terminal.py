"""`passend contracts keygen|seal|open`: a party tries its own keys out, and is told what was wrong where it was."""

import json
from pathlib import Path

import pytest
from passend_contracts.enclosures import Keys
from typer.testing import CliRunner

from deploy.catalogue.cli import app

CASE = "3f2b8c1e-5d47-4a9b-8e60-1c7d9a2f4b03"
ABOUT = ("--subject", CASE, "--controller", "bg41234")
STORY = {"text": "Een verzonnen verhaal."}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "story.json").write_text(json.dumps(STORY), encoding="utf-8")
    return tmp_path


def run(*words: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["contracts", *words], input=stdin)
    return result.exit_code, result.stdout, result.stderr


def an_event(*enclosures: object) -> str:
    return json.dumps({"subject": CASE, "data": {"enclosures": enclosures}})


def sealed(*more: str) -> dict[str, object]:
    code, out, err = run("seal", "story.json", "--kind", "story", *ABOUT, *more)
    assert (code, err) == (0, "")
    return dict(json.loads(out))


def test_what_is_sealed_to_a_new_key_opens_with_it(here: Path) -> None:
    assert run("keygen", "team.jwks")[0] == 0
    (here / "event.json").write_text(an_event(sealed("--to", "team.jwks.public")), encoding="utf-8")
    code, out, _ = run("open", "event.json", "--keys", "team.jwks")
    assert (code, json.loads(out)) == (0, {"story": STORY})


def test_a_new_key_leaves_the_old_one_good_for_a_while_and_what_was_sealed_to_it_opens_for_ever(here: Path) -> None:
    run("keygen", "team.jwks")
    event = an_event(sealed("--to", "team.jwks.public"))
    run("keygen", "team.jwks", "--overlap", "0")
    assert len(Keys.read(json.loads((here / "team.jwks").read_text(encoding="utf-8"))).keys) == 2
    assert run("open", "-", "--keys", "team.jwks", stdin=event)[0] == 0
    [recipient] = sealed("--to", "team.jwks.public")["jwe"]["recipients"]  # type: ignore[index]
    newest = json.loads((here / "team.jwks.public").read_text(encoding="utf-8"))["keys"][-1]
    assert recipient["header"]["kid"] == newest["kid"]


def test_only_its_owner_reads_a_private_key(here: Path) -> None:
    run("keygen", "team.jwks")
    assert (here / "team.jwks").stat().st_mode & 0o077 == 0
    assert '"d"' not in (here / "team.jwks.public").read_text(encoding="utf-8")


def test_the_answer_of_the_door_says_whom_to_seal_to(here: Path) -> None:
    for service in ("intake", "jgt_bridge"):
        run("keygen", f"{service}.jwks")
    keys = {service: json.loads((here / f"{service}.jwks.public").read_text(encoding="utf-8")) for service in ("intake", "jgt_bridge")}
    (here / "door.json").write_text(json.dumps({"kinds": {}, "keys": keys}), encoding="utf-8")
    (here / "child.json").write_text(
        json.dumps({"givenNames": "Noor", "familyName": "Fictief", "birthDate": "2019-02-03"}), encoding="utf-8"
    )
    code, out, _ = run("seal", "child.json", "--kind", "identity", *ABOUT, "--to", "door.json")
    kids = [recipient["header"]["kid"] for recipient in json.loads(out)["jwe"]["recipients"]]
    assert (code, kids) == (0, [Keys.read(keys[service]).keys[0].kid for service in ("intake", "jgt_bridge")])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("seal", "nowhere.json", "--kind", "story", *ABOUT, "--to", "team.jwks.public"), "nowhere.json is no JSON file"),
        (("seal", "story.json", "--kind", "identity", *ABOUT, "--to", "team.jwks.public"), "$.givenNames: the field is not there"),
        (("seal", "story.json", "--kind", "story", *ABOUT, "--to", "story.json"), "story.json: not a JWKS"),
        (
            ("seal", "story.json", "--kind", "story", "--subject", CASE, "--controller", "gemeente", "--to", "team.jwks.public"),
            "controller",
        ),
        (("open", "story.json", "--keys", "team.jwks"), "no enclosures"),
        (("open", "event.json", "--keys", "other.jwks"), "story: not-for-us"),
        (("open", "event.json", "--keys", "team.jwks.public"), "story: public-key"),
        (("open", "moved.json", "--keys", "team.jwks"), "story: moved"),
    ],
)
def test_what_does_not_work_says_why(here: Path, words: tuple[str, ...], says: str) -> None:
    run("keygen", "team.jwks")
    run("keygen", "other.jwks")
    event = an_event(sealed("--to", "team.jwks.public"))
    (here / "event.json").write_text(event, encoding="utf-8")
    (here / "moved.json").write_text(event.replace(CASE, CASE[::-1], 1), encoding="utf-8")
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert says in err
    assert "Traceback" not in err
