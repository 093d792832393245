"""The catalogue's site as files: every event has its page, every link leads somewhere, and a page says what the schema says."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pytest
from passend_contracts.catalogue import EVENTS, SERVICES, EventType, of
from passend_contracts.enclosures import CONTENTS, DOOR_KEYS
from passend_contracts.envelope import MAX_EVENT_BYTES
from passend_contracts.events import NextStepSet, ParentsConsulted
from passend_contracts.export import closed_schema, fields_of, opened_schema
from typer.testing import CliRunner

from deploy.catalogue.cli import app
from services.console.catalogue.event import event_page, problems
from services.console.catalogue.frame import FILES, PLANNED, SERVED, Place
from services.console.catalogue.routes import ANYWHERE, Route, routes
from services.console.catalogue.site import INDEX, files

WRITTEN, SERVED_FILES = files(FILES), files(SERVED)
PAGES = {name: text for name, text in WRITTEN.items() if name.endswith(".html")}
EVERY = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.stem)


class Links(HTMLParser):
    """What a page leads to, and where in it one may be led."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.to += [value for name in ("href", "src") if (value := said.get(name))]
        self.ids += [said["id"] or ""] if "id" in said else []


def text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def page_of(event: EventType) -> str:
    return WRITTEN[f"{event.type}.html"]


@EVERY
def test_the_type_of_an_event_is_the_address_of_its_page(event: EventType) -> None:
    assert event.type in SERVED_FILES
    said = text(page_of(event))
    for sentence in (
        event.type,
        event.meaning.nl,
        event.meaning.en,
        event.emitted,
        event.subject,
        event.purpose,
        event.legal_basis,
        event.retention,
    ):
        assert " ".join(sentence.split()) in said
    assert all(name in said for name in event.topics if name != ANYWHERE)
    assert all(name in said for name in (event.owner, event.response, event.dataschema))
    assert (PLANNED.nl in said) is event.planned


@EVERY
def test_a_page_says_what_the_schema_says(event: EventType) -> None:
    rows = {
        text(row[1]).replace(" ", ""): text(row[2])
        for row in re.finditer(r'<tr><th scope="row"><code>(.*?)</code></th>(.*?)</tr>', page_of(event))
    }
    schema = closed_schema(event)
    parts = {path.removeprefix("$."): part for path, part in fields_of(schema) if path != "$" and not path.endswith("[]")}
    assert rows.keys() == parts.keys()
    for path, part in parts.items():
        assert part["description"] in rows[path]
        for each in (part, part.get("items", {})):
            bounds = [each[name] for name in ("pattern", "maxLength", "maximum", "maxItems") if name in each]
            values = [*each.get("enum", []), *each.get("x-known-values", [])]
            assert [said for said in map(str, [*bounds, *values]) if said not in rows[path]] == []
    for name in schema["properties"]:
        assert ("ja yes" in rows[name]) is (name in schema.get("required", []))


@EVERY
def test_a_page_shows_every_example_and_the_errors_of_the_invalid_ones(event: EventType) -> None:
    page = page_of(event)
    assert page.count("<details>") == len([*event.folder.glob("examples/*")])
    for path in event.folder.glob("examples/invalid-*.json"):
        told = json.loads(path.read_text(encoding="utf-8"))
        assert [(each.path, each.code) for each in problems(told["event"])] == [(each["path"], each["code"]) for each in told["expected"]]
        assert all(each["path"] in page and each["code"] in page for each in told["expected"])


def test_a_page_says_how_much_somebody_fills_in_by_hand() -> None:
    consulted = of(ParentsConsulted)
    counted = consulted.model_copy(update={"by_hand": ("present", "youthTeam")})
    assert "Een leerkracht vult 2 van de 4 verplichte velden in" in text(event_page(counted, FILES))
    assert "verplichte velden in" not in text(event_page(of(NextStepSet), FILES)), "what a service tells is nobody's work"


def test_what_nobody_acts_on_yet_says_so() -> None:
    planned = EVENTS[0].model_copy(update={"planned": True})
    assert PLANNED.nl in text(event_page(planned, FILES))


def test_an_event_without_a_wrong_form_has_no_problems() -> None:
    assert problems(json.loads(next(EVENTS[0].folder.glob("examples/valid-*.json")).read_text(encoding="utf-8"))) == []


@EVERY
def test_both_forms_of_a_schema_stand_where_its_id_says(event: EventType) -> None:
    at = urlsplit(event.dataschema).path.removeprefix("/")
    assert json.loads(WRITTEN[at]) == json.loads(WRITTEN[f"{at}.closed.json"]) == closed_schema(event)
    assert json.loads(WRITTEN[f"{at}.opened.json"]) == opened_schema(event)


@pytest.mark.parametrize(("place", "written"), [(FILES, WRITTEN), (SERVED, SERVED_FILES)], ids=["files", "served"])
def test_every_link_leads_somewhere(place: Place, written: dict[str, str]) -> None:
    ids = {name: Links(page).ids for name, page in written.items() if page.startswith("<!doctype html>")}
    broken = [
        f"{name} → {link}"
        for name, page in written.items()
        if name in ids
        for link in Links(page).to
        if link != place.passend and not _leads_somewhere(name, link, ids, written)
    ]
    assert broken == []
    assert [name for name, found in ids.items() if len(found) != len(set(found))] == [], "an anchor is there once"


def _leads_somewhere(name: str, link: str, ids: dict[str, list[str]], written: dict[str, str]) -> bool:
    address, _, anchor = link.partition("#")
    target = INDEX if address == "./" else address or name
    return target in written and (not anchor or anchor in ids[target])


def test_what_is_sealed_is_described_kind_by_kind_and_events_that_carry_it_lead_there() -> None:
    page = WRITTEN["verzegeld.html"]
    for kind, content in CONTENTS.items():
        section = page.partition(f'<section id="{kind}">')[2].partition("</section>")[0]
        assert all(field.alias and f">{field.alias}<" in section for field in content.model_fields.values())
        assert all(f'href="{service}.html"' in section for service in DOOR_KEYS[kind])
    assert "persoonsgegeven" in page
    carrying = {event for event in EVENTS if "enclosures" in closed_schema(event)["properties"]}
    assert {event for event in EVENTS if page_of(event).count('href="verzegeld.html"') > 1} == carrying != set()


def test_no_page_loads_anything_from_elsewhere_or_runs_what_stands_in_it() -> None:
    for name, page in PAGES.items():
        assert not re.search(r'(?:href|src)="(?:https?:)?//', page), name
        assert not re.search(r"<style|style=|<script(?! src=)| on[a-z]+=", page), name


def test_the_map_leads_to_every_event_that_somebody_tells_somebody() -> None:
    drawn = WRITTEN["kaart.html"]
    ways = routes()
    pairs = {(way.speaker, way.listener) for way in ways if way.speaker != way.listener}
    assert {f"{speaker}-{listener}" for speaker, listener in pairs} <= set(Links(drawn).ids)
    arrows = {link for link in Links(drawn.partition("<svg")[2].partition("</svg>")[0]).to if link.startswith("#")}
    behind_a_box = {("jgt_bridge", "board")}
    assert arrows == {f"#{speaker}-{listener}" for speaker, listener in pairs - behind_a_box if "console" not in (speaker, listener)}
    assert {f"{way.event.type}.html" for way in ways} <= set(Links(drawn).to)


def test_who_says_and_hears_what_follows_from_the_catalogue() -> None:
    ways = routes()
    asked = [(way.speaker, way.listener, way.topic) for way in ways if way.event.stem == "jgt_referral_accepted"]
    assert asked == [
        ("gemeente", "jgt_bridge", "from.<gemeente>.v1"),
        ("jgt_bridge", "intake", "jgt.cases.v1"),
        ("jgt_bridge", "console", "jgt.cases.v1"),
    ]
    assert {way.topic for way in ways if way.event.stem == "case_parked"} == {f"dlq.{each}.v1" for each in SERVICES}
    for event in EVENTS:
        mine: list[Route] = [way for way in ways if way.event is event]
        assert event.topics == (ANYWHERE,) or {*event.readers} <= {way.listener for way in mine}, event.stem


def test_the_verb_writes_every_file_and_says_which_to_open(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["contracts", "site", "--to", str(tmp_path)])
    assert ran.exit_code == 0
    assert str(tmp_path / "index.html") in ran.stdout
    found = {str(PurePosixPath(path.relative_to(tmp_path))): path for path in tmp_path.rglob("*") if path.is_file()}
    assert found.keys() == WRITTEN.keys()
    assert found["asyncapi.json"].stat().st_size > MAX_EVENT_BYTES
