"""That the generated files are fresh and the exporter refuses what not every reader understands alike."""

from typing import Annotated

import pytest
from jsonschema import Draft7Validator
from passend_contracts.catalogue import EVENTS, EventType
from passend_contracts.export import EVENTS_PAGE, NotStrict, closed_schema, main, stale
from passend_contracts.vocabulary import Code, Day, EventData, Maybe
from pydantic import Field

from tests.contracts.examples import name_of


def test_the_generated_files_are_what_the_models_say() -> None:
    assert stale() == [], "run python -m passend_contracts.export"


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_a_schema_is_draft_07_and_named_by_its_dataschema(event: EventType) -> None:
    schema = closed_schema(event)
    Draft7Validator.check_schema(schema)
    assert schema["$id"] == event.dataschema
    assert schema["additionalProperties"] is False


def test_the_check_names_a_file_that_is_not_fresh_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["export", "--check"])
    assert main() == 0
    fresh = EVENTS_PAGE.read_text(encoding="utf-8")
    try:
        EVENTS_PAGE.write_text("edited by hand", encoding="utf-8")
        assert main() == 1
    finally:
        EVENTS_PAGE.write_text(fresh, encoding="utf-8")
    assert capsys.readouterr().out == "not fresh: EVENTS.md\n"


class Unbounded(EventData):
    """A string without an end."""

    story: str = Field(description="What happened.", json_schema_extra={"x-privacy": "none"})


class Undescribed(EventData):
    """A field that nobody explains."""

    on: Day


class WithoutPrivacy(EventData):
    """A field of which nobody said how private it is."""

    code: str = Field(pattern="^x$", description="A code.")


class EitherOr(EventData):
    """Two types at once."""

    code: Annotated[int, Field(ge=0, le=1)] | Day = Field(description="A code or a day.")


class Leaving(EventData):
    """A field that will go."""

    code: Maybe[Code] = Field(None, description="A code.", deprecated=True)


def test_a_field_that_will_go_is_marked_in_the_schema() -> None:
    assert closed_schema(EVENTS[0].model_copy(update={"model": Leaving}))["properties"]["code"]["deprecated"] is True


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (Unbounded, "story: none of"),
        (Undescribed, "on: no description"),
        (WithoutPrivacy, "code: no x-privacy"),
        (EitherOr, "anyOf is not allowed"),
    ],
)
def test_a_model_outside_the_strict_subset_is_refused(model: type[EventData], told: str) -> None:
    with pytest.raises(NotStrict, match=told):
        closed_schema(EVENTS[0].model_copy(update={"model": model}))
