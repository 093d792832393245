"""How the office's page looks: what waits, with a form for each decision, and the places of each school; plain HTML, no script."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from uuid import uuid4

from passend_contracts.catalogue import Words

from services.chassis.region import Region
from services.placement.decisions import DECISIONS, Capaciteit, Decision, Form
from services.placement.domain import place
from services.placement.domain.arrangement import Arrangement
from services.placement.domain.case import Case
from services.placement.domain.expertise import ExpertRequest
from services.placement.domain.place import Place
from services.placement.pages import words
from services.placement.pages.words import said
from services.placement.store import Capacity

STYLE = Path(__file__).with_name("office.css").read_text(encoding="utf-8")

Choices = Mapping[str, Words]


def page(title: Words, *parts: str, notice: str = "") -> str:
    """A whole page with these parts, under what is to be said first."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title.nl)} | Passend</title>'
    return f'<!doctype html><html lang="nl"><head>{head}<style>{STYLE}</style></head><body>{notice}{"".join(parts)}</body></html>'


def sign_in(notice: str = "") -> str:
    """Where somebody of the samenwerkingsverband shows a token."""
    token = f'<label>{_both(words.TOKEN)}<input type="password" name="token" required autocomplete="off"></label>'
    form = f'<form method="post" action="/aanmelden">{token}<button>{_both(words.SIGN_IN)}</button></form>'
    return page(words.SIGN_IN, f"<h1>{_both(words.SIGN_IN)}</h1>", form, notice=notice)


def wrong(*texts: Words) -> str:
    """What did not work and why."""
    return f'<div role="alert">{"".join(f"<p>{_both(text)}</p>" for text in texts)}</div>'


def done() -> str:
    """That it worked."""
    return f'<div role="status"><p>{_both(words.DONE)}</p></div>'


class Desk:
    """The page as it stands now: cases, and the places of each school."""

    def __init__(self, cases: Sequence[Case], capacities: Sequence[Capacity], region: Region) -> None:
        self._cases = cases
        self._capacities = capacities
        self._schools = {school.id: school for school in region.schools}

    def page(self, notice: str) -> str:
        """All of it."""
        out = f'<form method="post" action="/afmelden"><button>{_both(words.SIGN_OUT)}</button></form>'
        heading = f"<nav><h1>{_both(words.TITLE)}</h1>{out}</nav>"
        nothing = "" if self._cases else f"<p>{_both(words.NOTHING)}</p>"
        return page(words.TITLE, heading, nothing, *map(self._case, self._cases), self._search(), self._places(), notice=notice)

    def _case(self, case: Case) -> str:
        school = Words(self._name(case.school), self._name(case.school)) if case.school else words.NO_SCHOOL
        heading = f'<h3>{_both(school)} <span class="id">{escape(case.id)}</span></h3>'
        closed = "" if case.is_open else f"<p>{_both(words.CLOSED)}</p>"
        parts = [*(self._arrangement(case, each) for each in case.arrangements), *(self._expert(case, each) for each in case.experts)]
        return f"<section>{heading}{closed}{''.join(parts)}{self._place(case, case.place) if case.place else ''}</section>"

    def _arrangement(self, case: Case, each: Arrangement) -> str:
        if each.waits:
            asked = said(
                "Arrangement gevraagd op {on}: {kind}, van {start} tot en met {end}{hours}.",
                "Arrangement asked for on {on}: {kind}, from {start} up to and including {end}{hours}.",
                on=each.requested_on,
                kind=words.code(each.kind),
                start=each.wanted_from,
                end=each.wanted_until,
                hours=words.hours(each.hours_wanted),
            )
            return self._item(asked, case, each.request, "grant_arrangement", "refuse_arrangement")
        if each.runs and each.grant:
            runs = said("Arrangement loopt tot en met {end}.", "An arrangement runs up to and including {end}.", end=each.grant.ends_on)
            return self._item(runs, case, each.request, "end_arrangement")
        return ""

    def _expert(self, case: Case, each: ExpertRequest) -> str:
        who = words.code(each.discipline)
        if each.waits:
            asked = said("Deskundige gevraagd op {on}: {who}.", "Expert asked for on {on}: {who}.", on=each.requested_on, who=who)
            return self._item(asked, case, each.request, "assign_expert")
        if each.is_open and each.report_due:
            due = said("Deskundige ({who}): verslag uiterlijk {due}.", "Expert ({who}): report due {due}.", who=who, due=each.report_due)
            return self._item(due, case, each.request, "note_report")
        return ""

    def _place(self, case: Case, sought: Place) -> str:
        where = self._name(sought.offer.school) if sought.offer else ""
        match sought.state:
            case place.State.SOUGHT:
                text = said(
                    "Plek gezocht: {kind}, uiterlijk {by}.",
                    "Place sought: {kind}, by {by}.",
                    kind=words.code(sought.kind),
                    by=sought.find_by,
                )
                return self._item(text, case, "", "offer_place")
            case place.State.OFFERED if sought.offer:
                text = said(
                    "Plek aangeboden op {where}: antwoord uiterlijk {by}.",
                    "Place offered at {where}: answer due {by}.",
                    where=where,
                    by=sought.offer.answer_due,
                )
                return self._item(text, case, "")
            case place.State.AGREED if sought.starts_on:
                text = said(
                    "Plek afgesproken op {where}: begint {on}.", "Place agreed at {where}: starts {on}.", where=where, on=sought.starts_on
                )
                return self._item(text, case, "", "start_placement")
            case place.State.STARTED:
                return self._item(said("Het kind zit op {where}.", "The child is at {where}.", where=where), case, "", "end_placement")
        return ""

    def _item(self, text: Words, case: Case, request: str, *decisions: str) -> str:
        choices = {"school": self._free(case.place.kind)} if case.place else {}
        return f"<p>{_both(text)}</p>" + "".join(_decision(DECISIONS[name], case.id, request, choices) for name in decisions)

    def _free(self, kind: str) -> Choices:
        left = {each.school: each.places - each.taken for each in self._capacities}
        fitting = {id_: left[id_] for id_, school in self._schools.items() if school.kind == kind and id_ in left}
        return {
            school: said("{name}: {left} vrij", "{name}: {left} free", name=self._name(school), left=max(free, 0))
            for school, free in fitting.items()
        }

    def _search(self) -> str:
        case = f'<label>{_both(words.CASE)}<input name="zaak" required pattern="[0-9a-f-]{{36}}"></label>'
        return f"<h2>{_both(words.SEEK)}</h2>" + _form("/kantoor/zoekopdrachten", "seek_place", DECISIONS["seek_place"].form, {}, case)

    def _places(self) -> str:
        taken = [
            said(
                "{name}: {taken} van {places} plekken bezet of aangeboden",
                "{name}: {taken} of {places} places taken or offered",
                name=self._name(each.school),
                taken=each.taken,
                places=each.places,
            )
            for each in self._capacities
        ]
        listed = "".join(f"<p>{_both(text)}</p>" for text in taken or [words.NO_PLACES])
        special = {school.id: Words(school.name, school.name) for school in self._schools.values() if school.kind in {"so", "sbo"}}
        school = f"<label>{_both(words.field('school'))}{_select('school', special)}</label>"
        return f"<h2>{_both(words.PLACES)}</h2>{listed}" + _form("/kantoor/capaciteiten", "agree_capacity", Capaciteit, {}, school)

    def _name(self, school: str) -> str:
        return self._schools[school].name if school in self._schools else school


def _decision(decision: Decision, case: str, request: str, choices: Mapping[str, Choices]) -> str:
    path = decision.path.format(verzoek=request)
    form = _form(f"/kantoor/zaken/{case}/{path}", decision.name, decision.form, choices)
    return f"<details><summary>{_both(words.BUTTONS[decision.name])}</summary>{form}</details>"


def _form(action: str, name: str, form: type[Form], choices: Mapping[str, Choices], before: str = "") -> str:
    """A form with its own key: sent twice, it counts once."""
    key = f'<input type="hidden" name="sleutel" value="{uuid4()}">'
    button = f"<button>{_both(words.BUTTONS[name])}</button>"
    return f'<form method="post" action="{escape(action)}">{key}{before}{"".join(_fields(form, choices))}{button}</form>'


def _fields(form: type[Form], choices: Mapping[str, Choices]) -> Iterator[str]:
    required = form.model_json_schema().get("required", ())
    for name, part in shape(form).items():
        field = _input(name, part, choices, "required" if name in required else "")
        yield f"<label>{_both(words.field(name))}{field}</label>"


def shape(form: type[Form]) -> dict[str, dict[str, Any]]:
    """What may stand in each field, by its name on the wire; whether it may be left out is for `required` to say."""
    fields = form.model_json_schema()["properties"].items()
    return {name: {**part.get("anyOf", [{}])[0], **part} for name, part in fields}


def _input(name: str, part: Mapping[str, Any], choices: Mapping[str, Choices], required: str) -> str:
    known: Iterable[str] = part.get("enum") or part.get("x-known-values") or ()
    offered = choices.get(name) or {value: words.code(value) for value in known}
    if offered or name in choices:
        return _select(name, offered)
    if part.get("type") == "integer":
        return f'<input type="number" name="{name}" min="{part["minimum"]}" max="{part["maximum"]}" {required}>'
    return f'<input type="date" name="{name}" {required}>'


def _select(name: str, choices: Choices) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(said.nl)} / {escape(said.en)}</option>' for value, said in choices.items())
    return f'<select name="{name}" required>{options}</select>'


def _both(text: Words) -> str:
    english = f'<span lang="en">{escape(text.en)}</span>' if text.en != text.nl else ""
    return f"<span>{escape(text.nl)}</span>{english}"
