"""The AsyncAPI 3.0 document of the whole catalogue: which topics and doors there are, who sends and receives what there, and how.

`send` and `receive` are said of the actor that an operation is tagged with: a kind of party, or a service.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from passend_contracts.catalogue import DOORS, EVENTS, TOPICS, EventType, PartyKind
from passend_contracts.envelope import STRUCTURED, Envelope
from passend_contracts.export import closed_schema
from passend_contracts.vocabulary import MOMENT_PATTERN
from pydantic import TypeAdapter

from services.console.catalogue.routes import ACTORS, Actor, Route, by_topic, routes, travels_anywhere
from services.console.words import actor

Node = dict[str, Any]

SITE = "https://passendonderwijs.example/contracten/"
KAFKA, DEMONSTRATION = "kafka", "demonstration"
DOOR = "/v1/gebeurtenissen"
ATTRIBUTES = {
    "id": "The event's own id, the same at every re-send; unique per source.",
    "source": "The system that speaks: an organisation's OIN or KvK number, then the system's name.",
    "type": "Which event it is, in which version.",
    "subject": "The id of the case; of a crisis, the crisis's own. It is the record's key as well.",
    "time": "The moment of logging, RFC 3339 with an offset; legal dates stand in the data.",
    "data": "What the event says.",
    "dataschema": "The `$id` of the data's schema.",
    "sequence": "The number of the event among those of its producer, topic and subject, without gaps; the platform gives it.",
    "producer": "The service that wrote it; the platform gives it.",
    "causationid": "<source>#<id> of the event that caused this one.",
    "traceparent": "W3C Trace Context.",
    "dataref": "Where more may be fetched, with the reader's own authorisation.",
}
"""What each attribute means; their forms are those that the codec holds to."""
_FORMS: Node = TypeAdapter(Envelope).json_schema()["properties"]
EXAMPLES: Mapping[PartyKind, str] = {"board": "bg41234", "gemeente": "gm0546"}


def document() -> Node:
    """The document as parsed JSON; the same catalogue gives the same document."""
    ways = routes()
    return {
        "asyncapi": "3.0.0",
        "id": SITE,
        "info": _info(),
        "defaultContentType": STRUCTURED,
        "servers": _servers(),
        "channels": _channels(ways) | _doors(),
        "operations": _operations(ways) | _requests(),
        "components": {
            "messages": {_name(event): _message(event) for event in EVENTS},
            "schemas": {"CloudEvent": _cloud_event(), **{_name(event): _data(event) for event in EVENTS}},
            "securitySchemes": _security(),
        },
    }


def text() -> str:
    """The document as JSON, which is AsyncAPI as it stands."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _info() -> Node:
    return {
        "title": "Passend",
        "version": "1.0.0",
        "description": (
            "What schools, the samenwerkingsverband and gemeenten tell each other about support for a pupil. Every event is a CloudEvent "
            "1.0 in the NL GOV profile, at most 65,536 bytes. The platform writes structured JSON; a door takes binary too, and over HTTP "
            "batches. A schema is closed for who sends; who reads ignores fields that it does not know. An operation is told from the "
            "side of the actor that it is tagged with."
        ),
        "contact": {"name": "Passend", "url": SITE, "email": "contracten@passendonderwijs.example"},
        "license": {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"},
        "tags": [{"name": each, "description": actor(each).en} for each in ACTORS],
    }


def _servers() -> Node:
    return {
        KAFKA: {
            "host": "kafka.passendonderwijs.example:9093",
            "protocol": "kafka-secure",
            "description": "Between organisations: TLS, and a login per party that may use its own topics only. Not set up anywhere yet.",
            "security": [{"$ref": "#/components/securitySchemes/scram"}],
        },
        DEMONSTRATION: {
            "host": "127.0.0.1:9092",
            "protocol": "kafka",
            "description": "Kafka of `make up` and `make deploy`, on one machine: it asks nobody who they are.",
        },
        **{
            service: {
                "host": f"{service.replace('_', '-')}.passendonderwijs.example",
                "protocol": "https",
                "description": f"The door of every {kind}, over HTTP.",
                "security": [{"$ref": "#/components/securitySchemes/token"}],
            }
            for kind, service in DOORS.items()
        },
    }


def _security() -> Node:
    return {
        "scram": {"type": "scramSha512", "description": "SASL/SCRAM over TLS; the user is the party's id, such as bg41234."},
        "token": {
            "type": "oauth2",
            "description": "Client credentials; the token is sent as `Authorization: Bearer`, and its `sub` is the party's id.",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "https://login.passendonderwijs.example/token",
                    "availableScopes": {"events": "send events of the own organisation", "cases": "read the own cases"},
                }
            },
        },
    }


def _channels(ways: Iterable[Route]) -> Node:
    """A channel per topic, with every event that may stand on it."""
    return {_id(topic): _channel(topic, on_it) for topic, on_it in by_topic(ways).items()}


def _channel(topic: str, ways: list[Route]) -> Node:
    events = [*dict.fromkeys(way.event for way in ways), *_anywhere(topic, ways)]
    kinds = [kind for kind in DOORS if f"<{kind}>" in topic]
    return {
        "address": _address(topic),
        "title": topic,
        "description": f"Written by {_listed(way.speaker for way in ways)}; read by {_listed(way.listener for way in ways)}.",
        "servers": [{"$ref": f"#/servers/{server}"} for server in (KAFKA, DEMONSTRATION)],
        "messages": {_name(event): {"$ref": f"#/components/messages/{_name(event)}"} for event in events},
        **({"parameters": {kind: _parameter(kind) for kind in kinds}} if kinds else {}),
        "bindings": {"kafka": {"partitions": TOPICS[topic].partitions if topic in TOPICS else 1, "bindingVersion": "0.5.0"}},
    }


def _anywhere(topic: str, ways: list[Route]) -> list[EventType]:
    """What may stand there besides, because it stands wherever its emitter writes."""
    return [event for event in travels_anywhere() if not topic.startswith("from.") and any(way.speaker in event.emitters for way in ways)]


def _parameter(kind: PartyKind) -> Node:
    return {"description": f"The id of the {kind}.", "examples": [EXAMPLES[kind]]}


def _operations(ways: tuple[Route, ...]) -> Node:
    """Per actor and topic what it sends there, and what it receives."""
    found: Node = {}
    for each in ACTORS:
        sent = [way for way in ways if way.speaker == each]
        heard = [way for way in ways if way.listener == each]
        found |= {f"{each}_sends_{_id(topic)}": _operation(each, "send", topic, on_it) for topic, on_it in by_topic(sent).items()}
        found |= {f"{each}_receives_{_id(topic)}": _operation(each, "receive", topic, on_it) for topic, on_it in by_topic(heard).items()}
    return found


def _operation(each: Actor, action: str, topic: str, ways: list[Route]) -> Node:
    events = [*dict.fromkeys(way.event for way in ways), *_anywhere(topic, ways)]
    verb = "puts on" if action == "send" else "reads from"
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{_id(topic)}"},
        "title": f"{actor(each).en} {verb} {topic}",
        "summary": f"What a {each} {verb} {topic}." if each in DOORS else f"What {each} {verb} {topic}.",
        "tags": [{"name": each}],
        "messages": [{"$ref": f"#/channels/{_id(topic)}/messages/{_name(event)}"} for event in events],
        **({"reply": _reply(topic)} if action == "send" and each in DOORS else {}),
    }


def _reply(topic: str) -> Node:
    """A door answers on the topic that is addressed to the party, in the same lane."""
    channel = _id(topic.replace("from.", "to."))
    answers = [event for event in EVENTS if event.stem in {"event_accepted", "event_rejected"}]
    return {
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{_name(event)}"} for event in answers],
    }


def _doors() -> Node:
    """The same doors over HTTP."""
    return {
        f"{kind}_http": {
            "address": DOOR,
            "title": f"POST {DOOR}",
            "description": "202 with the receipt when the event is safe; 200 when it was; 400 with all that is wrong (RFC 9457).",
            "servers": [{"$ref": f"#/servers/{service}"}],
            "messages": {_name(event): {"$ref": f"#/components/messages/{_name(event)}"} for event in _emitted_by(kind)},
        }
        for kind, service in DOORS.items()
    }


def _requests() -> Node:
    return {
        f"{who}_{verb}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{kind}_http"},
            "title": f"{actor(who).en} {verb} over HTTP",
            "summary": f"One event or a batch of a {kind}, over HTTP.",
            "tags": [{"name": who}],
            "messages": [{"$ref": f"#/channels/{kind}_http/messages/{_name(event)}"} for event in _emitted_by(kind)],
            "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
        }
        for kind, service in DOORS.items()
        for who, action, verb in ((kind, "send", "posts"), (service, "receive", "takes_in"))
    }


def _emitted_by(kind: PartyKind) -> list[EventType]:
    return [event for event in EVENTS if kind in event.emitters]


def _message(event: EventType) -> Node:
    """One event as it stands on the wire, with the examples of the catalogue."""
    typed = {
        "type": {"const": event.type},
        "dataschema": {"const": event.dataschema},
        "data": {"$ref": f"#/components/schemas/{_name(event)}"},
    }
    return {
        "name": event.type,
        "title": event.term,
        "summary": event.meaning.en,
        "description": f"Emitted {event.emitted}. Response: {event.response}. Purpose: {event.purpose}. Legal basis: {event.legal_basis}.",
        "contentType": STRUCTURED,
        "headers": {
            "type": "object",
            "properties": {
                "content-type": {"type": "string", "pattern": f"^{re.escape(STRUCTURED)}", "description": "Says that it is structured."}
            },
        },
        "correlationId": {"description": "The case, or the crisis.", "location": "$message.payload#/subject"},
        "payload": {"allOf": [{"$ref": "#/components/schemas/CloudEvent"}, {"type": "object", "properties": typed, "required": ["data"]}]},
        "bindings": {"kafka": {"key": _attribute("subject"), "bindingVersion": "0.5.0"}},
        "examples": [{"name": path.stem, "payload": json.loads(path.read_text(encoding="utf-8"))} for path in _valid(event)],
        "tags": [{"name": each} for each in event.emitters],
        "externalDocs": {"description": "Its page", "url": SITE + event.type},
        "x-planned": event.planned,
        "x-owner": event.owner,
        "x-retention": event.retention,
    }


def _valid(event: EventType) -> list[Path]:
    return sorted(event.folder.glob("examples/valid-*.json"))


def _data(event: EventType) -> Node:
    return {key: value for key, value in closed_schema(event).items() if key not in {"$schema", "$id"}} | {"x-id": event.dataschema}


def _cloud_event() -> Node:
    return {
        "type": "object",
        "description": "CloudEvents 1.0 in the NL GOV profile. A null attribute is unset; an extension that is not listed is dropped.",
        "required": ["specversion", "id", "source", "type", "subject", "time"],
        "properties": {
            "specversion": {"const": "1.0"},
            **{name: _attribute(name) for name in ATTRIBUTES},
            "time": {"type": "string", "format": "date-time", "pattern": MOMENT_PATTERN, "description": ATTRIBUTES["time"]},
            "datacontenttype": {"type": "string", "description": "application/json, or left out."},
        },
    }


def _attribute(name: str) -> Node:
    """The form to which the codec holds an attribute that is set."""
    [form] = [each for each in _FORMS[name].get("anyOf", [_FORMS[name]]) if each.get("type") != "null"]
    return {key: value for key, value in form.items() if key not in {"title", "default", "additionalProperties"}} | {
        "description": ATTRIBUTES[name]
    }


def _name(event: EventType) -> str:
    return event.model.__name__


def _id(topic: str) -> str:
    """A topic as the name of a channel."""
    return re.sub("[^a-z0-9]+", "_", topic)


def _address(topic: str) -> str:
    return topic.replace("<", "{").replace(">", "}")


def _listed(actors: Iterable[Actor]) -> str:
    return ", ".join(dict.fromkeys(actors))
