"""HTML as values: whatever is no `Html` is text and is escaped, so that no page can forget it."""

from collections.abc import Iterable
from html import escape

from passend_contracts.catalogue import Words

VOID = frozenset({"input", "link", "meta"})


class Html(str):
    """Markup that was built here."""

    __slots__ = ()


Inside = str | int | None | Iterable["Inside"]


def el(tag: str, *inside: Inside, **attributes: str | float | bool | None) -> Html:
    """An element; `class_` is `class`, `aria_label` is `aria-label`; None and False leave an attribute out."""
    said = "".join(_attribute(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    return Html(f"<{tag}{said}>" if tag in VOID else f"<{tag}{said}>{together(inside)}</{tag}>")


def together(parts: Iterable[Inside]) -> Html:
    """These one after the other."""
    return Html("".join(map(_written, parts)))


def _written(part: Inside) -> str:
    if part is None:
        return ""
    if isinstance(part, Html):
        return part
    return escape(str(part)) if isinstance(part, str | int) else together(part)


def _attribute(name: str, value: str | float | bool | None) -> str:  # noqa: FBT001 -- a value like any other
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def said(tag: str, *texts: Words, **attributes: str | float | bool | None) -> Html:
    """These texts in an element, a line each: Dutch first, and English under it where it differs."""
    return el(tag, both(*texts), **attributes)


def both(*texts: Words) -> Html:
    """The same without an element around it."""
    dutch = (el("span", text.nl, class_="nl") for text in texts)
    english = (el("span", text.en, lang="en", class_="en") for text in texts if text.en != text.nl)
    return together((*dutch, *english))
