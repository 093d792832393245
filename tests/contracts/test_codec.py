"""What the codec makes of good and bad bytes, on both bindings."""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from passend_contracts.catalogue import accept
from passend_contracts.envelope import (
    BATCH,
    KAFKA_HEADERS,
    MAX_EVENT_BYTES,
    MAX_PROBLEMS,
    STRUCTURED,
    Envelope,
    Invalid,
    content_hash,
    decode_http,
    decode_kafka,
    derived_id,
    encode,
    is_batch,
)
from passend_contracts.events.event_rejected.v1 import FieldProblem

from tests.contracts.examples import WIRE, content, decoded, valid_event

EVENT = valid_event("support_requested")
KEY = EVENT["subject"].encode()
ABSENT = object()


def changed(**attributes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**EVENT, **attributes}.items() if value is not ABSENT}


def problems(event: object) -> list[tuple[str, str]]:
    """What a door finds wrong with an event."""
    try:
        accept(decoded(event))
    except Invalid as invalid:
        return [(problem.path, problem.code) for problem in invalid.problems]
    return []


def posted(headers: dict[str, str], body: bytes) -> list[tuple[str, str]]:
    match decode_http(headers, body):
        case [Invalid() as invalid]:
            return [(problem.path, problem.code) for problem in invalid.problems]
        case _:
            return []


@pytest.mark.parametrize(
    "attributes",
    [
        {"time": "1970-01-01T00:00:00Z"},
        {"time": "2100-02-28T23:59:59.123456789+14:00"},
        {"time": "2026-11-02t09:30:00z"},
        {"time": "2026-11-02T09:30:00-00:00"},
        {"dataschema": None},
        {"dataschema": ABSENT},
        {"sequence": None, "dataref": None, "causationid": None, "producer": None},
        {"datacontenttype": "application/json; charset=utf-8"},
        {"datacontenttype": 'Application/JSON;Charset="UTF-8"'},
        {"datacontenttype": "application/vnd.example+json"},
        {"datacontenttype": ABSENT},
        {"traceparent": "not a trace", "unknownextension": 12, "another": "Zoë", "third": True, "unset": None, "least": -(2**31)},
        {"source": "urn:nld:oin:00000001900546281000:systeem:jeugd"},
        {"source": "urn:nld:oin:0000000700009AB00000:systeem:jeugd"},
        {"sequence": "000000000001", "causationid": f"{EVENT['source']}#{EVENT['id']}", "dataref": "https://example.org/d/1"},
        {"data": ABSENT, "data_base64": base64.b64encode(json.dumps(EVENT["data"]).encode()).decode()},
    ],
)
def test_a_good_event_is_accepted(attributes: dict[str, Any]) -> None:
    assert problems(changed(**attributes)) == []


@pytest.mark.parametrize(
    ("attributes", "path", "code"),
    [
        ({"id": ABSENT}, "$.id", "missing-attribute"),
        ({"id": None}, "$.id", "missing-attribute"),
        ({"id": ""}, "$.id", "bad-id"),
        ({"id": 7}, "$.id", "bad-id"),
        ({"id": EVENT["id"].upper()}, "$.id", "bad-id"),
        ({"id": EVENT["id"] + "\n"}, "$.id", "bad-id"),
        ({"specversion": ABSENT}, "$.specversion", "missing-attribute"),
        ({"specversion": "0.3"}, "$.specversion", "bad-specversion"),
        ({"specversion": 1.0}, "$.specversion", "bad-specversion"),
        ({"source": ABSENT}, "$.source", "missing-attribute"),
        ({"source": "https://school.example/las"}, "$.source", "bad-source"),
        ({"source": "urn:nld:hr:kvknummer:90041234"}, "$.source", "bad-source"),
        ({"source": "urn:nld:oin:00000001900546282000:systeem:jeugd"}, "$.source", "bad-source"),
        ({"source": "urn:nld:oin:00000001ABCDEFGHI000:systeem:jeugd"}, "$.source", "bad-source"),
        ({"type": ABSENT}, "$.type", "missing-attribute"),
        ({"type": "nl.passendonderwijs.support-requested"}, "$.type", "bad-type"),
        ({"type": "nl.passendonderwijs.support_requested.v1"}, "$.type", "bad-type"),
        ({"type": "nl.passendonderwijs.child-cured.v1"}, "$.type", "unknown-type"),
        ({"type": "nl.passendonderwijs.support-requested.v2"}, "$.type", "unknown-version"),
        ({"subject": ABSENT}, "$.subject", "missing-attribute"),
        ({"subject": "999990019"}, "$.subject", "bad-subject"),
        ({"subject": "bg41234"}, "$.subject", "bad-subject"),
        ({"time": ABSENT}, "$.time", "missing-attribute"),
        ({"time": "2026-11-02T09:30:00"}, "$.time", "bad-time"),
        ({"time": "2026-11-02 09:30:00+01:00"}, "$.time", "bad-time"),
        ({"time": "2026-02-30T09:30:00Z"}, "$.time", "bad-time"),
        ({"time": "2026-11-02T09:30:00+25:00"}, "$.time", "bad-time"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "$.time", "bad-time"),
        ({"time": "20261102T093000Z"}, "$.time", "bad-time"),
        ({"time": 1793836800}, "$.time", "bad-time"),
        ({"dataschema": "support-requested"}, "$.dataschema", "bad-dataschema"),
        ({"dataschema": EVENT["dataschema"] + "1"}, "$.dataschema", "wrong-dataschema"),
        ({"datacontenttype": "application/xml"}, "$.datacontenttype", "bad-datacontenttype"),
        ({"datacontenttype": "application/json; charset=iso-8859-1"}, "$.datacontenttype", "bad-datacontenttype"),
        ({"another": {"deep": [1]}}, "$.another", "bad-extension"),
        ({"another": 1.5}, "$.another", "bad-extension"),
        ({"another": 2**31}, "$.another", "bad-extension"),
        ({"another": "bell\u0007"}, "$.another", "bad-extension"),
        ({"another_one": "x"}, "$.another_one", "bad-extension"),
        ({"Pietje Puk": "x"}, "$.?", "bad-extension"),
        ({"": "x"}, "$.?", "bad-extension"),
        ({"sequence": 1}, "$.sequence", "bad-sequence"),
        ({"causationid": "the other one"}, "$.causationid", "bad-causationid"),
        ({"producer": "De School"}, "$.producer", "bad-producer"),
        ({"dataref": "/d/1"}, "$.dataref", "bad-dataref"),
        ({"data": "text"}, "$.data", "bad-data"),
        ({"data": [1]}, "$.data", "bad-data"),
        ({"data_base64": "e30="}, "$.data", "bad-data"),
        ({"data": ABSENT, "data_base64": "no base64"}, "$.data", "bad-data"),
        ({"data": ABSENT, "data_base64": 7}, "$.data", "bad-data"),
        ({"data": ABSENT, "data_base64": "/w=="}, "$.data", "bad-utf8"),
        ({"data": EVENT["data"] | {"name": "x"}}, "$.data.name", "unknown-field"),
    ],
)
def test_a_bad_attribute_is_told_by_its_path_and_code(attributes: dict[str, Any], path: str, code: str) -> None:
    assert problems(changed(**attributes)) == [(path, code)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "bad-json"),
        (b"{", "bad-json"),
        (b"\xef\xbb\xbf{}", "bad-json"),
        (b'{"data": NaN}', "bad-json"),
        (b'{"data": "\\ud800"}', "bad-json"),
        (b'{"data": ' + b"9" * 6_000 + b"}", "bad-json"),
        (b'{"data": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", "bad-json"),
        (b"[]", "bad-json"),
        (b'"text"', "bad-json"),
        (b'{"id": "\xff"}', "bad-utf8"),
        (json.dumps(EVENT).encode("utf-16"), "bad-utf8"),
        (json.dumps(EVENT).encode() + b" " * MAX_EVENT_BYTES, "too-large"),
    ],
)
def test_bytes_that_are_no_event_are_told_as_a_whole(body: bytes, code: str) -> None:
    assert posted({"content-type": STRUCTURED}, body) == [("$", code)]


def test_an_event_of_exactly_64_kb_is_read() -> None:
    body = json.dumps(EVENT).encode()
    assert posted({"content-type": STRUCTURED}, body + b" " * (MAX_EVENT_BYTES - len(body))) == []


def test_everything_wrong_is_told_at_once_in_attributes_and_data() -> None:
    event = changed(id=ABSENT, time="now", data={"school": "90AA00", "homeMunicipality": 3, "ageBand": None, "birthDate": "x"})
    assert problems(event) == [
        ("$.id", "missing-attribute"),
        ("$.time", "bad-time"),
        ("$.data.homeMunicipality", "wrong-type"),
        ("$.data.ageBand", "null"),
        ("$.data.recognisedOn", "missing-field"),
        ("$.data.birthDate", "unknown-field"),
    ]


def test_what_was_usable_of_a_bad_event_is_kept_for_the_answer() -> None:
    invalid = decoded(changed(time="now", subject="Pietje"))
    assert isinstance(invalid, Invalid)
    assert (invalid.id, invalid.source, invalid.subject) == (EVENT["id"], EVENT["source"], None)


def test_no_message_repeats_what_the_sender_wrote() -> None:
    canary = "Pietje"
    told = []
    for event in ({**dict.fromkeys(EVENT, canary), canary: canary}, changed(data={**dict.fromkeys(EVENT["data"], canary), canary: canary})):
        with pytest.raises(Invalid) as raised:
            accept(decoded(event))
        told += [str(raised.value), *(f"{problem.path} {problem.message}" for problem in raised.value.problems)]
    assert len(told) > 10
    assert canary not in " ".join(told)


def test_at_most_a_hundred_problems_are_told() -> None:
    event = changed(data={f"field_{'x' * count}": 1 for count in range(300)})
    assert len(problems(event)) == MAX_PROBLEMS


def test_what_is_of_another_form_is_not_searched_for_misspelt_fields() -> None:
    def hints(count: int) -> int:
        with pytest.raises(Invalid) as raised:
            accept(decoded(changed(data=EVENT["data"] | {f"recognisedOn{'x' * (1 + each)}": 1 for each in range(count)})))
        return sum("recognisedOn" in problem.message for problem in raised.value.problems)

    assert (hints(5), hints(6)) == (5, 0)


def test_a_key_that_occurs_twice_counts_as_its_last() -> None:
    body = json.dumps(EVENT).replace('"id":', '"id": "first", "id":').encode()
    assert posted({"content-type": STRUCTURED}, body) == []


def test_time_is_kept_in_utc() -> None:
    envelope = decoded(changed(time="2026-11-02T09:30:00+01:00"))
    assert isinstance(envelope, Envelope)
    assert envelope.time == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
    assert json.loads(encode(envelope))["time"] == "2026-11-02T08:30:00Z"


def test_what_is_encoded_is_a_structured_event_that_decodes_to_the_same() -> None:
    envelope = decoded(changed(sequence="000000000001", producer="intake"))
    assert isinstance(envelope, Envelope)
    assert decode_kafka(KEY, encode(envelope), KAFKA_HEADERS) == envelope
    assert {"specversion": "1.0", "datacontenttype": "application/json"}.items() <= json.loads(encode(envelope)).items()


def ce(prefix: str, **attributes: str) -> dict[str, str]:
    names = ("specversion", "id", "source", "type", "subject", "time")
    return {f"{prefix}{name}": value for name, value in {**{name: EVENT[name] for name in names}, **attributes}.items()}


def test_a_binary_request_is_read_whatever_the_case_of_its_headers() -> None:
    headers = {"Content-Type": "application/json", **{name.title(): value for name, value in ce("ce-").items()}}
    assert decode_http(headers, json.dumps(EVENT["data"]).encode()) == [decoded(changed(dataschema=ABSENT))]


def test_a_binary_header_is_unquoted_and_percent_decoded() -> None:
    headers = {"content-type": "application/json"} | ce("ce-", time='"2026-11-02T09\\:30%3a00%2B01:00"', another="%E2%82%AC%20%F0%9F%98%80")
    assert decode_http(headers, json.dumps(EVENT["data"]).encode()) == [decoded(changed(dataschema=ABSENT))]


def test_a_binary_header_is_percent_decoded_once() -> None:
    headers = {"content-type": "application/json"} | ce("ce-", time="2026-11-02T09%253A30:00Z")
    assert posted(headers, json.dumps(EVENT["data"]).encode()) == [("$.time", "bad-time")]


@pytest.mark.parametrize("content_type", [f"{STRUCTURED}; charset=utf-8", 'Application/CloudEvents+JSON ; Charset="US-ASCII"; v=1'])
def test_the_content_type_decides_the_mode_whatever_its_case_and_parameters_and_what_other_headers_say(content_type: str) -> None:
    headers = {"Content-Type": content_type} | ce("ce-", id="of the header", time="now")
    assert decode_http(headers, json.dumps(EVENT).encode()) == [decoded(EVENT)]


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        (ce("ce-") | {"content-type": "application/xml"}, b"{}", ("$.datacontenttype", "bad-datacontenttype")),
        (ce("ce-") | {"content-type": "application/json"}, b"{", ("$.data", "bad-json")),
        (ce("ce-") | {"content-type": "application/json"}, b'{"a": "\xff"}', ("$.data", "bad-utf8")),
        (ce("ce-") | {"content-type": "application/json"}, b" " * MAX_EVENT_BYTES, ("$", "too-large")),
        (ce("ce-", another="%C0%A0"), json.dumps(EVENT["data"]).encode(), ("$.another", "bad-extension")),
        (ce("ce-", id="%ff"), json.dumps(EVENT["data"]).encode(), ("$.id", "bad-id")),
        (ce("ce-", datacontenttype="application/json"), json.dumps(EVENT["data"]).encode(), ("$.datacontenttype", "bad-datacontenttype")),
        (ce("ce-", data="{}"), json.dumps(EVENT["data"]).encode(), ("$.data", "bad-data")),
        (ce("ce-", data_base64="e30="), json.dumps(EVENT["data"]).encode(), ("$.data_base64", "bad-data")),
        (ce("ce-") | {"content-type": "application/json; charset=latin1"}, b"{}", ("$.datacontenttype", "bad-datacontenttype")),
        ({"content-type": f"{STRUCTURED}; {'x' * 1_000}"}, json.dumps(EVENT).encode(), ("$", "bad-content-type")),
        ({"content-type": f"{STRUCTURED}; charset=utf-16"}, json.dumps(EVENT).encode("utf-16"), ("$", "bad-content-type")),
        (ce("ce-") | {"content-type": "application/cloudevents+avro"}, b"{}", ("$", "bad-content-type")),
        ({"content-type": "application/json"}, json.dumps(EVENT).encode(), ("$", "bad-content-type")),
        ({}, json.dumps(EVENT).encode(), ("$", "bad-content-type")),
    ],
)
def test_a_request_in_another_form_is_told_what_to_send(headers: dict[str, str], body: bytes, expected: tuple[str, str]) -> None:
    assert posted(headers, body) == [expected]


def test_a_batch_is_answered_per_event_in_order() -> None:
    headers = {"Content-Type": f"{BATCH}; charset=utf-8"}
    large = changed(padding="x" * MAX_EVENT_BYTES)
    good, bad, none, too_large = decode_http(headers, json.dumps([EVENT, changed(id=ABSENT), 3, large]).encode())
    assert is_batch(headers)
    assert good == decoded(EVENT)
    assert [str(item) for item in (bad, none, too_large)] == ["$.id: missing-attribute", "$: bad-json", "$: too-large"]


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        (BATCH, b"{", "bad-json"),
        (BATCH, b"{}", "bad-json"),
        (BATCH, b"[" * 100_000 + b"]" * 100_000, "bad-json"),
        (BATCH, b"[" + b'{"data":[%b]},' % b",".join([b"[" * 150 + b"]" * 150] * 2) * 900 + b"0]", "too-large"),
        (BATCH, b"[" + b"1," * 1_000 + b"1]", "too-large"),
        (BATCH, b"[" + b"[]," * 3_000_000 + b"[]]", "too-large"),
        (BATCH, b" " * 10_000_001, "too-large"),
        (f"{BATCH}; charset=utf-16", "[]".encode("utf-16"), "bad-content-type"),
    ],
    ids=[
        "cut off",
        "no list",
        "lists in each other",
        "many such events",
        "too many events",
        "too many values",
        "too many bytes",
        "another charset",
    ],
)
def test_a_batch_that_cannot_be_taken_apart_is_refused_whole(content_type: str, body: bytes, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        decode_http({"content-type": content_type}, body)


def test_an_empty_batch_is_a_batch_of_nothing() -> None:
    assert decode_http({"content-type": BATCH}, b"[]") == []


def test_a_structured_record_is_read_with_and_without_a_content_type() -> None:
    value = json.dumps(EVENT).encode()
    assert decode_kafka(KEY, value, KAFKA_HEADERS) == decode_kafka(KEY, value, ()) == decoded(EVENT)


def test_a_binary_record_is_read() -> None:
    headers = [(name, value.encode()) for name, value in ce("ce_").items()]
    assert decode_kafka(KEY, json.dumps(EVENT["data"]).encode(), headers) == decoded(changed(dataschema=ABSENT))


def test_a_binary_record_without_a_value_is_an_event_without_data() -> None:
    event = valid_event("withheld")
    names = ("specversion", "id", "source", "type", "subject", "time", "dataschema")
    headers = [(f"ce_{name}", event[name].encode()) for name in names]
    assert decode_kafka(event["subject"].encode(), None, headers) == decoded(event)


def test_a_header_that_occurs_twice_counts_as_its_last() -> None:
    headers = [("ce_id", b"first"), *((name, value.encode()) for name, value in ce("ce_").items())]
    assert decode_kafka(KEY, json.dumps(EVENT["data"]).encode(), headers) == decoded(changed(dataschema=ABSENT))


@pytest.mark.parametrize(
    ("key", "value", "headers", "told"),
    [
        (KEY, None, (), "$: no-value"),
        (None, json.dumps(EVENT).encode(), (), "$.subject: missing-key"),
        (b"other", json.dumps(EVENT).encode(), (), "$.subject: key-differs"),
        (b"\xff", json.dumps(changed(id=ABSENT)).encode(), (), "$.id: missing-attribute; $.subject: key-differs"),
        (KEY, b"\xff", (), "$: bad-utf8"),
        (KEY, b"[]", [("content-type", BATCH.encode())], "$: bad-content-type"),
        (KEY, None, [("content-type", STRUCTURED.encode()), ("ce_id", b"x")], "$: bad-json"),
        (KEY, b"{}", [("ce_id", b"\xff"), ("ce_specversion", None)], "$.specversion: bad-specversion; $.id: bad-id; "),
    ],
)
def test_a_bad_record_is_told_what_is_wrong(key: bytes | None, value: bytes | None, headers: Any, told: str) -> None:
    with pytest.raises(Invalid) as raised:
        decode_kafka(key, value, headers)
    assert str(raised.value).startswith(told)


def test_an_answer_to_a_party_may_be_keyed_by_the_party() -> None:
    value = json.dumps(changed(subject="bg41234")).encode()
    assert decode_kafka(b"bg41234", value, KAFKA_HEADERS).subject == "bg41234"


@settings(max_examples=150, deadline=None)
@given(body=st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u0dnbE9-.', max_size=60).map(str.encode), structured=st.booleans())
def test_no_bytes_raise_anything_but_invalid(body: bytes, structured: bool) -> None:  # noqa: FBT001
    headers = {"content-type": STRUCTURED} if structured else ce("ce-")
    assert all(isinstance(item, Envelope | Invalid) for item in decode_http(headers, body))


@settings(max_examples=150, deadline=None)
@given(
    record=st.sampled_from([content(path) for _, path in WIRE]),
    cut=st.floats(0, 1),
    taken=st.integers(0, 3),
    put=st.binary(max_size=3) | st.sampled_from([b'"', b"}", b"[", b"null", b"\\ud800", b"1e999", b"\x00"]),
)
def test_a_record_with_other_bytes_somewhere_is_read_or_invalid(record: dict[str, Any], cut: float, taken: int, put: bytes) -> None:
    value = record["value"].encode()
    at = int(cut * len(value))
    with suppress(Invalid):
        accept(decode_kafka(record["key"].encode(), value[:at] + put + value[at + taken :], KAFKA_HEADERS))


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(attributes=st.dictionaries(st.sampled_from([*EVENT, "sequence", "producer", "causationid", "traceparent", "dataref"]), ANY_JSON))
def test_whatever_json_a_door_gets_its_answer_fits_in_event_rejected(attributes: dict[str, Any]) -> None:
    try:
        accept(decoded({**EVENT, **attributes}))
    except Invalid as invalid:
        for problem in invalid.problems:
            FieldProblem(path=problem.path, code=problem.code, message=problem.message)


def test_a_resend_has_the_same_content_whatever_it_got_on_its_way() -> None:
    first = decoded(EVENT)
    backwards = dict(reversed(EVENT.items())) | {"data": dict(reversed(EVENT["data"].items())), "time": "2026-11-02T08:30:00Z"}
    again = decoded(backwards | {"sequence": "000000000007", "producer": "las", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    assert isinstance(first, Envelope)
    assert isinstance(again, Envelope)
    assert content_hash(first) == content_hash(again)


@pytest.mark.parametrize("attributes", [{"data": EVENT["data"] | {"ageBand": "6-7"}}, {"time": "2026-11-02T09:30:01+01:00"}])
def test_other_content_under_the_same_id_is_noticed(attributes: dict[str, Any]) -> None:
    first, other = decoded(EVENT), decoded(changed(**attributes))
    assert isinstance(first, Envelope)
    assert isinstance(other, Envelope)
    assert content_hash(first) != content_hash(other)


def test_derived_ids_stay_what_they_are() -> None:
    assert (
        derived_id("jgt_bridge", EVENT["source"], EVENT["id"], "nl.passendonderwijs.jgt-referred.v1", "0")
        == "fe171952-0e08-58e1-8a5c-3296bb18c000"
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_derived_ids_are_equal_only_for_equal_parts(one: list[str], other: list[str]) -> None:
    assert (derived_id(*one) == derived_id(*other)) == (one == other)
