"""The words that events share: each kind of value has its bounds and its privacy class here, once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Privacy = Literal["none", "personal", "special"]
Value = TypeVar("Value")

UUID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
is_uuid = re.compile(UUID_PATTERN).fullmatch
"""Whether a text is an id: of a case, a crisis, an event."""
DATE_PATTERN = "^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
LAST_DAY_PATTERN = "^(19|20|21|22)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
MOMENT_PATTERN = "^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,12})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Of whatever anybody tells: what is counted from it stays within every calendar, Python's (to 9999) included."""
_YEARS = f"in the years {FIRST_YEAR} to {LAST_YEAR}, such as "
CODE_PATTERN = "^[a-z0-9_]{1,40}$"
PARTY_PATTERN = "^(bg[0-9]{5}|gm[0-9]{4}|swv[0-9]{4})$"


class Part(BaseModel):
    """A part of an event's data: snake_case in Python, camelCase on the wire; absent means unknown and is never null.

    Two ways in, and no third: `Part(held_on=date(2026, 11, 2))` in code, and `from_wire` for what parsed JSON holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)

    @classmethod
    def from_wire(cls, data: Any, *, closed: bool) -> Self:
        """Read parsed JSON exactly as the JSON Schema does: closed for who sends, opened (unknown fields ignored) for who reads."""
        extra: Literal["forbid", "ignore"] = "forbid" if closed else "ignore"
        part: Self = cls.__pydantic_validator__.validate_python(data, strict=True, extra=extra, by_alias=True, by_name=False)
        return part

    def to_wire(self) -> dict[str, Any]:
        """The data as it stands in JSON: camelCase, dates as text, what is unknown left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class EventData(Part):
    """The data of one version of one event; a subclass's docstring says what happened."""


def moment(text: str) -> datetime:
    """A point in time in UTC from RFC 3339 text; `ValueError` where it is not that, has no offset, or is outside the years 1900 to 2199."""
    if not _is_moment(text):
        raise ValueError("not RFC 3339 with an offset")
    point = datetime.fromisoformat(text.upper()).astimezone(UTC)
    if not FIRST_YEAR <= point.year <= LAST_YEAR:
        raise ValueError("outside those years in UTC")  # as which we write it, for others to read
    return point


def moment_text(point: datetime) -> str:
    """RFC 3339 in UTC with a `Z`, as every point in time leaves us."""
    return point.astimezone(UTC).isoformat().replace("+00:00", "Z")


_is_moment = re.compile(MOMENT_PATTERN).fullmatch


@dataclass(frozen=True, slots=True)
class _WrittenAs:
    """A value that is text of one shape on the wire (strict), and the Python value itself in code (lax).

    Pydantic's strict mode refuses text in parsed JSON, and its lax mode takes both 1700000000 and "1700000000" for a date.
    """

    format: Literal["date", "date-time"]
    pattern: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    asked: str
    """What to give, for who gave something else: a pattern says that to nobody."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        fits = re.compile(self.pattern).fullmatch

        def written(text: str) -> Any:
            try:
                return self.read(text if fits(text) else "")
            except ValueError:
                raise PydanticCustomError("written_pattern_mismatch", self.asked) from None

        wire = core_schema.no_info_after_validator_function(written, core_schema.str_schema())
        serialization = core_schema.plain_serializer_function_ser_schema(self.write)
        return core_schema.lax_or_strict_schema(lax_schema=handler(source), strict_schema=wire, serialization=serialization)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": self.format, "pattern": self.pattern, "x-privacy": "none"}


@dataclass(frozen=True, slots=True)
class _NeverNull:
    """A field that may be left out, and is `None` in code then; on the wire it is there or it is not."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        nullable: Any = handler(source)
        serialization = core_schema.wrap_serializer_function_ser_schema(lambda value, write: write(value), schema=nullable)
        return core_schema.lax_or_strict_schema(lax_schema=nullable, strict_schema=nullable["schema"], serialization=serialization)


def _text(pattern: str, *known: str, longest: int | None = None, privacy: Privacy = "none") -> FieldInfo:
    """A string's bounds; known values of an open code are documented and never enforced, because such a list grows."""
    says: dict[str, Any] = {"x-privacy": privacy} | ({"x-known-values": list(known)} if known else {})
    field: FieldInfo = Field(pattern=pattern, min_length=longest and 1, max_length=longest, json_schema_extra=says)
    return field


def open_code(*known: str) -> FieldInfo:
    """A code from a list that may grow: the known values are documented, and a reader accepts others."""
    return _text(CODE_PATTERN, *known)


Maybe = Annotated[Value | None, _NeverNull()]
Day = Annotated[date, _WrittenAs("date", DATE_PATTERN, date.fromisoformat, date.isoformat, f"give a date that exists, {_YEARS}2026-11-02")]
LastDay = Annotated[date, _WrittenAs("date", LAST_DAY_PATTERN, date.fromisoformat, date.isoformat, "give a date that exists")]
"""The end of a term: it is counted from a `Day` and may lie after the last of those."""
Moment = Annotated[
    AwareDatetime,
    _WrittenAs("date-time", MOMENT_PATTERN, moment, moment_text, f"give RFC 3339 with an offset, {_YEARS}2026-11-02T09:30:00+01:00"),
]

EventId = Annotated[str, _text(UUID_PATTERN)]
Code = Annotated[str, _text(CODE_PATTERN)]
PartyId = Annotated[str, _text(PARTY_PATTERN)]
BoardId = Annotated[str, _text("^bg[0-9]{5}$")]
SchoolId = Annotated[str, _text("^[0-9]{2}[A-Z]{2}[0-9]{2}$")]
MunicipalityId = Annotated[str, _text("^gm[0-9]{4}$")]
TeamId = Annotated[str, _text("^[a-z0-9-]{3,40}$")]
AgeBand = Annotated[Literal["4-5", "6-7", "8-9", "10-11", "12-13"], Field(json_schema_extra={"x-privacy": "none"})]
Purpose = Annotated[str, open_code("refer_to_youth_team", "feedback_to_school")]
Agreer = Annotated[str, open_code("parent", "guardian", "court")]
Asker = Annotated[str, open_code("parent", "guardian", "school", "support_centre", "samenwerkingsverband")]
"""Who contests the end of a case; `support_centre` is the ouder- en jeugdsteunpunt, which speaks for the pupil only."""
Participant = Annotated[str, open_code("parent", "guardian", "pupil", "teacher", "internal_supervisor", "youth_team")]
ChildHeard = Annotated[str, open_code("heard", "not_heard")]
"""Whether the child's own view was heard (hoorrecht, WPO)."""
Owner = Annotated[str, _text("^[a-z][a-z0-9_]{1,39}$", "third_party")]
Role = Annotated[
    str,
    open_code("crisis_contact", "crisis_on_call", "education_specialist", "school_director", "school_board", "school", "swv_director"),
]
"""In which role a person is reached or acts: never who it is."""
About = Annotated[str, open_code("crisis_call", "crisis_taken", "crisis_reminder", "crisis_unresolved", "case_escalated")]
Channel = Annotated[str, open_code("email")]
Attempts = Annotated[int, Field(ge=1, le=100_000, json_schema_extra={"x-privacy": "none"})]
ArrangementKind = Annotated[str, open_code("bridging", "back_to_mainstream", "exceptional")]
"""Overbruggings- and stimuleringsarrangement (PPO regio Leiden), and what the ondersteuningsplan calls an exceptional situation."""
Discipline = Annotated[str, open_code("educationalist", "psychologist", "special_teacher", "speech_therapist")]
SpecialSchoolKind = Annotated[Literal["sbo", "so"], Field(json_schema_extra={"x-privacy": "none"})]
AdmissibilityCategory = Annotated[str, open_code("sbo", "so_low", "so_middle", "so_high")]
"""Special primary education, or special education at one of three levels of funding (laag, midden, hoog)."""
AdmissionOutcome = Annotated[
    Literal["admitted", "other_school", "not_treated", "withdrawn"], Field(json_schema_extra={"x-privacy": "none"})
]
"""How a written registration ends (WPO art. 40): admitted here, or at another school that is really willing; left untreated because what
parents were asked for never came; or taken back by them. A refusal that names no willing school is none of these."""
HoursPerWeek = Annotated[int, Field(ge=1, le=40, json_schema_extra={"x-privacy": "none"})]
Euros = Annotated[int, Field(ge=1, le=100_000, json_schema_extra={"x-privacy": "none"})]
CasePath = Annotated[str, _text("^/[A-Za-z0-9/._~-]{1,200}$")]
TopicName = Annotated[str, _text("^[a-z0-9_.]{1,60}$")]
Sequence = Annotated[str, _text("^[0-9]{12}$")]
"""The number of an event among those that one service told of one case on one topic: twelve digits, from 1, without gaps."""
HttpStatus = Annotated[int, Field(ge=400, le=599, json_schema_extra={"x-privacy": "none"})]
JsonPath = Annotated[str, _text(r"^\$[A-Za-z0-9_.?\[\]]{0,99}$")]
ProblemCode = Annotated[str, _text("^[a-z0-9-]{1,40}$")]
Message = Annotated[str, _text("^[ -~]*$", longest=200)]
"""What is wrong and what to do: short and ASCII, because a hundred of them have to fit in one event."""
Sentence = Annotated[str, _text(r"^[^\x00-\x1f]*$", longest=200)]
"""Text that a service writes about a rule or a form, never what a person wrote about a child."""
