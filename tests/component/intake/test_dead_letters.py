"""What cannot be read on a topic between services is set aside as it came, shown, and holds nobody up."""

import base64
import json
from urllib.parse import unquote
from uuid import uuid4

import pytest
from aiokafka import ConsumerRecord
from passend_contracts.envelope import KAFKA_HEADERS, encode

from tests.builders.events import a_consent_given, a_parents_consulted, a_referral, a_support_requested
from tests.component.doors.canary import CHILD, traces
from tests.component.facts import rows
from tests.component.intake.sending import TEAM, send, steps
from tests.pairs.pair import Pair
from tests.running import RunningService

DLQ = "dlq.intake.v1"
Headers = tuple[tuple[str, bytes], ...]


def unreadable(case: str) -> dict[str, tuple[bytes | None, bytes | None, Headers]]:
    """Key, value and headers that no service may take, by the reason."""
    key, referral = case.encode(), json.loads(encode(a_referral(case)))
    changes = {
        "unknown-version": {"type": referral["type"] + "9"},
        "unknown-type": {"type": "nl.passendonderwijs.child-cured.v1"},
        "bad-time": {"time": CHILD},
        "bad-format": {"data": referral["data"] | {"answerDue": CHILD}},
        "missing-field": {"data": {}},
    }
    return {reason: (key, json.dumps(referral | change).encode(), KAFKA_HEADERS) for reason, change in changes.items()} | {
        "bad-utf8": (key, CHILD.encode() + b"\xff\xfe", ()),
        "bad-json": (key, b"{" + CHILD.encode(), (("pupil", CHILD.encode()), ("zero\0", b"\0"))),
        "no-value": (key, None, ()),
        "wrong-topic": (key, encode(a_support_requested(case)), KAFKA_HEADERS),
        "too-large": (key, b" " * 70_000, KAFKA_HEADERS),
        "key-differs": (str(uuid4()).encode(), encode(a_referral(case)), KAFKA_HEADERS),
        "missing-key": (None, encode(a_referral(case)), KAFKA_HEADERS),
    }


async def test_what_nobody_can_read_is_kept_byte_for_byte_and_the_partition_goes_on(
    intake: RunningService, pair: Pair, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    request = a_support_requested()
    case = request.subject
    await send(intake, request, a_consent_given(case), a_parents_consulted(case))
    await steps(intake, case, 2)
    bad = unreadable(case)
    for key, value, headers in bad.values():
        await intake.topics.put(TEAM, value, key=key, headers=headers)
    await intake.deliver(TEAM, a_referral(case))

    assert (await steps(intake, case, 3))[-1] == ["third_party_step"]
    mirrored = await intake.topics.records(DLQ, lambda records: len(records) >= len(bad))
    kept = {row["reasons"][0]: row for row in await rows(pair, "intake", "SELECT * FROM dead_letter")}
    assert {reason: (row["key"], row["body"]) for reason, row in kept.items()} == {
        reason: (key, value) for reason, (key, value, _) in bad.items()
    }
    assert {reason: as_sent(row["headers"]) for reason, row in kept.items()} == {reason: headers for reason, (_, _, headers) in bad.items()}
    assert {row["topic"] for row in kept.values()} == {TEAM}
    assert {reason_of(record): record.value for record in mirrored} == {reason: value or b"" for reason, (_, value, _) in bad.items()}
    for record in mirrored:
        row, said = kept[reason_of(record)], dict(record.headers)
        assert (said["topic"], said["partition"], said["offset"]) == (TEAM.encode(), b"%d" % row["partition"], b"%d" % row["offset"])
        assert record.key == f"{TEAM}/{row['partition']}".encode()
        assert traces(record.key, record.headers, row["reasons"]) == []
    log = capsys.readouterr().out
    assert "dead_letter" in log
    assert traces(log, caplog.text) == []


def reason_of(record: ConsumerRecord) -> str:
    return str(dict(record.headers)["reasons"], "utf-8")


def as_sent(kept: str) -> Headers:
    """Headers from how a dead letter keeps them, any bytes in their values and any character in their names."""
    return tuple((unquote(name), base64.b64decode(value)) for name, value in json.loads(kept))
