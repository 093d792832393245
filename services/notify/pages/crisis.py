"""How the page of a crisis looks: what there is, one button, and whom to phone; plain HTML, no script."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from passend_contracts.catalogue import Words
from passend_contracts.enclosures import Person

from services.chassis.region import CrisisNumber
from services.notify.domain.crisis import Crisis, Stage
from services.notify.domain.message import Purpose
from services.notify.links import Followed, Links
from services.notify.pages import words

STYLE = Path(__file__).with_name("crisis.css").read_text(encoding="utf-8")

META = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'


def page(title: Words, *parts: str, alarm: bool = False) -> str:
    """A whole page under this heading."""
    head = f"{META}<title>{escape(title.nl)} | Passend</title><style>{STYLE}</style>"
    kind = ' class="alarm"' if alarm else ""
    heading = f"<h1{kind}>{_both(title)}</h1>"
    return f'<!doctype html><html lang="nl"><head>{head}</head><body>{heading}{"".join(parts)}</body></html>'


def refused(title: Words, what_to_do: Words) -> str:
    """That a link does not work here, and what does."""
    return page(title, _text(what_to_do), _text(words.DANGER))


def followed(found: Followed, links: Links) -> str:
    """What the reader of a link sees: what it lets do, or who did that before."""
    phone = numbers(links.numbers(found.crisis.municipality))
    facts = _facts(found.crisis, links)
    match found.crisis.stage:
        case Stage.RESOLVED:
            return _over(found, facts)
        case Stage.TAKEN:
            mine = found.link.role == found.crisis.taken_by
            return _taken(found, facts, _people(links.people(found.crisis)) if mine else "", phone)
        case Stage.CALLING if found.link.purpose is Purpose.TAKE and not found.link.used_at:
            return page(words.CRISIS, facts, _button(words.TAKE), _text(words.TAKE_MEANS), _text(words.CANNOT), phone, alarm=True)
        case Stage.CALLING:  # it began again after its end: another message is on its way
            return page(words.CRISIS, facts, _text(words.NEW_MESSAGE), phone, alarm=True)


def _over(found: Followed, facts: str) -> str:
    crisis = found.crisis
    own = found.link.used_at is not None and found.link.used_at == crisis.ended_at
    return page(
        words.RESOLVED, _text(words.by(crisis.ended_by, crisis.ended_at)), _text(words.THANKS if own else words.NOTHING_TO_DO), facts
    )


def _taken(found: Followed, facts: str, people: str, phone: str) -> str:
    crisis, link = found.crisis, found.link
    if link.purpose is Purpose.RESOLVE:
        return page(words.IS_IT_OVER, _button(words.RESOLVE), _text(words.NOT_YET), facts, people, phone)
    if link.used_at is not None and link.used_at == crisis.taken_at:
        return page(words.YOURS, _text(words.WHAT_NOW), people, facts, phone)
    return page(words.TAKEN, _text(words.NOTHING_TO_DO), facts)


def _people(known: Sequence[Person]) -> str:
    """Whom the school says to reach; only who took the crisis up sees them."""
    if not known:
        return ""
    lines = (f"<li>{escape(each.name)} ({_both(words.code(each.relation))}){_reach(each)}</li>" for each in known)
    return f"<h2>{_both(words.REACH)}</h2><ul>{''.join(lines)}</ul>"


def _reach(person: Person) -> str:
    phone = f' <a href="tel:{escape(person.phone.replace(" ", ""))}">{escape(person.phone)}</a>' if person.phone else ""
    return phone + (f' <a href="mailto:{escape(person.email)}">{escape(person.email)}</a>' if person.email else "")


def phone_page(links: Links, municipality: str, *, at_work: bool) -> str:
    """Whom to phone about a child who lives there, and whether anybody reads what is raised now."""
    return page(words.PHONE, _text(words.AT_WORK if at_work else words.NOT_AT_WORK), _numbers(links.numbers(municipality)))


def numbers(known: Iterable[CrisisNumber]) -> str:
    """The numbers under a heading."""
    return f"<h2>{_both(words.PHONE)}</h2>{_text(words.WHOSE_NUMBERS)}{_numbers(known)}"


def _numbers(known: Iterable[CrisisNumber]) -> str:
    lines = (f'<li><a href="tel:{escape(each.phone.replace(" ", ""))}">{escape(each.phone)}</a> {escape(each.name)}</li>' for each in known)
    return f"<ul>{''.join(lines)}</ul>"


def _facts(crisis: Crisis, links: Links) -> str:
    school, home = links.school(crisis.school), links.municipality(crisis.municipality)
    facts = [
        (words.SCHOOL, Words(school, school)),
        (words.URGENCY, words.code(crisis.urgency)),
        (words.SITUATION, words.code(crisis.situation) if crisis.situation else None),
        (words.LIVES, Words(home, home)),
        (words.SINCE, words.moment(crisis.raised_at)),
        (words.TAKEN_UP, words.by(crisis.taken_by, crisis.taken_at) if crisis.stage is Stage.TAKEN else None),
        (words.STANDS, words.code(crisis.state) if crisis.state != "ongoing" else None),
    ]
    lines = (f"<dt>{_both(name)}</dt><dd>{_both(what)}</dd>" for name, what in facts if what)
    return f"<dl>{''.join(lines)}</dl>"


def _button(text: Words) -> str:
    """The one thing to do; only pressing it does anything, looking at the page does not."""
    return f'<form method="post"><button>{_both(text)}</button></form>'


def _text(text: Words) -> str:
    return f"<p>{_both(text)}</p>"


def _both(text: Words) -> str:
    english = f'<span lang="en">{escape(text.en)}</span>' if text.en != text.nl else ""
    return f"<span>{escape(text.nl)}</span>{english}"
