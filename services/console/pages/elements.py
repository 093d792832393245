"""What both pages are made of: a text in two languages, and parts that renew themselves without a flicker."""

from collections.abc import Callable, Hashable, Mapping

from nicegui import html
from nicegui.element import Element

from services.console.words import Words


def said(place: Element, *texts: Words) -> Element:
    """These texts in this element, a line each: Dutch first, and English under it where it differs."""
    with place:
        for text in texts:
            html.span(text.nl).classes("nl")
        for text in texts:
            if text.en != text.nl:
                html.span(text.en, lang="en").classes("en")
    return place


class Part:
    """A part of a page that is built anew only when what it shows has changed, so that focus, place and a reader's voice stay."""

    def __init__(self, place: Element, build: Callable[..., None]) -> None:
        self.place, self._build = place, build
        self._shown: tuple[object, ...] | None = None

    def show(self, *values: object) -> None:
        """Build it with these values, in place of what was there."""
        if values != self._shown:
            self._shown = values
            self.place.clear()
            with self.place:
                self._build(*values)


class Lines:
    """A list of such parts by key: a line that says the same stays, whatever comes, goes or moves around it."""

    def __init__(self, place: Element, build: Callable[..., None]) -> None:
        self._place, self._build = place, build
        self._lines: dict[Hashable, Part] = {}

    def show(self, lines: Mapping[Hashable, tuple[object, ...]]) -> None:
        """Show these lines, each built with its values, in this order."""
        for gone in self._lines.keys() - lines.keys():
            self._lines.pop(gone).place.delete()
        for index, (key, values) in enumerate(lines.items()):
            line = self._lines.get(key) or self._added(key)
            line.show(*values)
            if self._place.default_slot.children[index] is not line.place:
                line.place.move(target_index=index)

    def _added(self, key: Hashable) -> Part:
        with self._place:
            line = self._lines[key] = Part(html.li(), self._build)
        return line
