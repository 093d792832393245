"""Sealed parts of an event: who a child is, whom to reach, and its story travel only as a JWE for those who need them.

An enclosure is a JWE in General JSON form (RFC 7516): ECDH-ES+A256KW on P-256 for each recipient, A256GCM for the content. Whoever
holds the key of one recipient can add another without reading what is inside (`rewrapped`), for the protected header names none.
What it belongs to is authenticated with the content, and bound into each recipient's key agreement (`apv`): an enclosure that was moved to
another case, kind or controller does not open, and nobody can have the key of another one passed on in its place.
"""

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self, cast, get_args
from uuid import uuid4

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import Field, ValidationError
from pydantic_core import from_json

from passend_contracts.vocabulary import BoardId, Day, EventId, Maybe, Part, Privacy, open_code

Kind = Literal["identity", "contact", "story"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DOOR_KEYS: Mapping[Kind, tuple[str, ...]] = {
    "identity": ("intake", "jgt_bridge"),
    "contact": ("notify", "jgt_bridge"),
    "story": ("jgt_bridge",),
}
"""To which services' keys a school seals each kind. jgt_bridge passes all three on to the youth team, and reads none."""

CURVE = "P-256"
ALG, ENC = "ECDH-ES+A256KW", "A256GCM"
MAX_CONTENT_BYTES = 12_000
"""Of one enclosure's content as JSON: three of them fit into one event."""
_CIPHERTEXT_LENGTH = MAX_CONTENT_BYTES * 4 // 3
BEGINNING = datetime.fromtimestamp(0, UTC)
_REGISTRY = jwe.JWERegistry(algorithms=[ALG, ENC], verify_all_recipients=False)
_CEK_BYTES = 32


def _text(longest: int, privacy: Privacy) -> Any:
    return Field(min_length=1, max_length=longest, pattern=r"^[^\x00-\x08\x0b-\x1f]*$", json_schema_extra={"x-privacy": privacy})


def _base64(shortest: int, longest: int, privacy: Privacy = "none") -> Any:
    return Field(pattern=f"^[A-Za-z0-9_-]{{{shortest},{longest}}}$", json_schema_extra={"x-privacy": privacy})


Coordinate = Annotated[str, _base64(43, 43)]
KeyId = Annotated[str, _base64(1, 64)]
_is_key_id = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch
_WrappedKey = Annotated[str, _base64(54, 54)]
_Protected = Annotated[str, _base64(23, 140)]
_Aad = Annotated[str, _base64(1, 200)]
_Iv = Annotated[str, _base64(16, 16)]
_Tag = Annotated[str, _base64(22, 22)]
_Ciphertext = Annotated[str, _base64(1, _CIPHERTEXT_LENGTH, "special")]
_NONE: dict[str, Any] = {"x-privacy": "none"}


class EphemeralKey(Part):
    """The sender's half of the key agreement, a JWK made for one recipient of one enclosure."""

    kty: Literal["EC"] = Field(description="The type of key.", json_schema_extra=_NONE)
    crv: Literal["P-256"] = Field(description="The curve.", json_schema_extra=_NONE)
    x: Coordinate = Field(description="The public point's x, base64url.")
    y: Coordinate = Field(description="The public point's y, base64url.")


class RecipientHeader(Part):
    """How one recipient comes to the content key."""

    alg: Literal["ECDH-ES+A256KW"] = Field(description="How the content key is wrapped.", json_schema_extra=_NONE)
    kid: KeyId = Field(description="Whose key: its id in that party's or service's JWKS.")
    apv: Maybe[Coordinate] = Field(None, description="base64url of the SHA-256 of `aad`, decoded; here, or in the protected header.")
    epk: EphemeralKey = Field(description="The ephemeral key.")


class Recipient(Part):
    """One of those who can open the enclosure: all that names them, and nothing of the content."""

    header: RecipientHeader = Field(description="The recipient's own header.")
    encrypted_key: _WrappedKey = Field(alias="encrypted_key", description="The content key, wrapped for this recipient, base64url.")


class Jwe(Part):
    """A JWE in General JSON form, as RFC 7516 names its members."""

    protected: _Protected = Field(
        description='The protected header: {"enc":"A256GCM"}, and `apv` where it is not in each recipient\'s own; nothing that names one.'
    )
    recipients: list[Recipient] = Field(min_length=1, max_length=5, description="Who can open it.")
    aad: _Aad = Field(description="base64url of `<id>.<kind>.<subject>.<controller>`: what the content belongs to.")
    iv: _Iv = Field(description="The initialization vector, base64url.")
    ciphertext: _Ciphertext = Field(description="The content, sealed, base64url.")
    tag: _Tag = Field(description="The authentication tag, base64url.")


class Enclosure(Part):
    """A sealed part of an event, and for whom it was sealed."""

    id: EventId = Field(description="The enclosure's own UUID.")
    kind: Kind = Field(description="What is inside: who the child is, whom to reach, or the story.", json_schema_extra=_NONE)
    controller: BoardId = Field(description="The board that answers for it (verwerkingsverantwoordelijke).")
    jwe: Jwe = Field(description="The sealed content.")


class ContactEnclosure(Enclosure):
    """An enclosure with whom to reach, and nothing else."""

    kind: Literal["contact"] = Field(description="What is inside: whom to reach.", json_schema_extra=_NONE)


ContactOnly = Maybe[Annotated[list[ContactEnclosure], Field(min_length=1, max_length=1)]]
"""The field of an event that may carry a `contact`."""
Enclosures = Maybe[Annotated[list[Enclosure], Field(min_length=1, max_length=len(KINDS))]]
"""The field of an event that may carry some, one of a kind at most."""
ENCLOSURES: Any = Field(None, description="What is personal, sealed: at most one enclosure of each kind.")


class Identity(Part):
    """Who the child is: the content of an `identity`."""

    given_names: Annotated[str, _text(100, "personal")] = Field(description="The child's given names.")
    family_name: Annotated[str, _text(100, "personal")] = Field(description="The child's family name.")
    birth_date: Day = Field(description="The date of birth.", json_schema_extra={"x-privacy": "personal"})


class Person(Part):
    """Somebody to reach about the child."""

    name: Annotated[str, _text(100, "personal")] = Field(description="Who it is.")
    relation: Annotated[str, open_code("parent", "guardian", "teacher", "internal_supervisor")] = Field(
        description="Who that is to the child."
    )
    phone: Maybe[Annotated[str, Field(pattern=r"^\+?[0-9 ()-]{4,24}$", json_schema_extra={"x-privacy": "personal"})]] = Field(
        None, description="A telephone number."
    )
    email: Maybe[Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$", json_schema_extra={"x-privacy": "personal"})]] = Field(
        None, description="An e-mail address."
    )


class Contact(Part):
    """Whom to reach, most fitting first: the content of a `contact`."""

    people: list[Person] = Field(min_length=1, max_length=5, description="Who can be reached about the child.")


class Story(Part):
    """What the school tells about the child in its own words: the content of a `story`."""

    text: Annotated[str, _text(8_000, "special")] = Field(description="The story.")


CONTENTS: Mapping[Kind, type[Part]] = {"identity": Identity, "contact": Contact, "story": Story}

Content = Identity | Contact | Story


class Refused(ValueError):
    """An enclosure that cannot be used; `code` says why, for machines, and the message what to do. Neither repeats anything personal."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class KeysInvalid(ValueError):
    """A JWKS that does not hold together; the message names the key and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its `kid`, private or public, and from when until when something may be sealed to it."""

    kid: str
    jwk: ECKey
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def generate(cls, *, since: datetime | None = None, until: datetime | None = None) -> Self:
        """A new private key; its id is its thumbprint (RFC 7638)."""
        jwk = ECKey.generate_key(CURVE)
        return cls(jwk.thumbprint(), jwk, since, until)

    def holds(self, now: datetime) -> bool:
        """Whether something may be sealed to it at that moment."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)

    def to_jwk(self, *, private: bool = False) -> dict[str, Any]:
        """As a member of a JWKS; `nbf` and `exp` bound its validity, in seconds since 1970."""
        said = {**self.jwk.as_dict(private=private), "kid": self.kid, "use": "enc", "alg": ALG}
        return said | {name: int(at.timestamp()) for name, at in (("nbf", self.since), ("exp", self.until)) if at}


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one party or service. While it changes its key, the old and the new one hold together."""

    keys: tuple[Key, ...] = ()

    @classmethod
    def read(cls, jwks: Any) -> Self:
        """From a JWKS, parsed; raises `KeysInvalid`."""
        listed = jwks.get("keys") if isinstance(jwks, Mapping) else None
        if not isinstance(listed, list) or not all(isinstance(jwk, Mapping) for jwk in listed):
            raise KeysInvalid('not a JWKS: give an object with a list of keys under "keys"')
        keys = tuple(map(_key, listed))
        if len({key.kid for key in keys}) < len(keys):
            raise KeysInvalid("two keys have one kid; give each its own")
        return cls(keys)

    def to_jwks(self, *, private: bool = False) -> dict[str, Any]:
        """As a JWKS; without its private parts unless they are asked for."""
        return {"keys": [key.to_jwk(private=private) for key in self.keys]}

    def current(self, now: datetime) -> Key | None:
        """What to seal to now: of the keys that hold, the one that began last."""
        return max((key for key in self.keys if key.holds(now)), key=lambda key: key.since or BEGINNING, default=None)

    def of(self, kid: str) -> Key | None:
        """The key of that id, whether it still holds or not: what was sealed to it earlier must open."""
        return next((key for key in self.keys if key.kid == kid), None)


def _key(jwk: Mapping[str, Any]) -> Key:
    kid = jwk.get("kid", "without kid")
    try:
        if jwk["kty"] != "EC" or jwk["crv"] != CURVE:
            raise KeysInvalid(f"key {kid}: give an EC key on {CURVE}")
        if not isinstance(jwk["kid"], str) or not _is_key_id(jwk["kid"]):
            raise KeysInvalid(f"key {kid}: its kid is at most 64 letters, digits, dashes and underscores, such as its thumbprint")
        since, until = (datetime.fromtimestamp(jwk[bound], UTC) if bound in jwk else None for bound in ("nbf", "exp"))
        point = {name: jwk[name] for name in ("kty", "crv", "x", "y", "d") if name in jwk}
        return Key(jwk["kid"], ECKey.import_key(point), since, until)
    except KeyError as missing:
        raise KeysInvalid(f"key {kid}: {missing} is missing") from None
    except (JoseError, ValueError, TypeError, OverflowError) as wrong:
        raise wrong if isinstance(wrong, KeysInvalid) else KeysInvalid(f"key {kid}: no public point of {CURVE}, or no moment") from None


def seal(content: Content, *, subject: str, controller: str, to: Iterable[Key], enclosure_id: str | None = None) -> Enclosure:
    """Seal a content about a case (or crisis) `subject` for these keys; `controller` is the board, by its id.

    Raises `Refused` when it is larger than an enclosure may be, or when there is nobody to seal it to.
    """
    kind, sealed_id = kind_of(content), enclosure_id or str(uuid4())
    plain = json.dumps(content.to_wire(), ensure_ascii=False).encode()
    if len(plain) > MAX_CONTENT_BYTES:
        raise Refused("too-large", f"the content of an enclosure is at most {MAX_CONTENT_BYTES:,} bytes; documents are fetched, not sent")
    aad = _aad(sealed_id, kind, subject, controller)
    whole = jwe.GeneralJSONEncryption({"enc": ENC}, plain, aad=aad)
    for key in to:
        whole.add_recipient({"alg": ALG, "kid": key.kid, "apv": _bound_to(aad)}, ECKey.import_key(key.jwk.as_dict(private=False)))
    if not whole.recipients:
        raise Refused("nobody", "give at least one key to seal it to")
    sealed = jwe.encrypt_json(whole, None, registry=_REGISTRY)
    return Enclosure.from_wire({"id": sealed_id, "kind": kind, "controller": controller, "jwe": sealed}, closed=True)


def opened(enclosure: Enclosure, *, subject: str, keys: Keys, closed: bool = False) -> Content:
    """What is inside; raises `Refused` where it is for somebody or something else, was tampered with, or holds what its kind has not.

    A door reads it `closed`, as strict as the schema; a reader ignores what it does not know yet.
    """
    belongs(enclosure, subject=subject, controller=enclosure.controller)
    recipient, key = _ours(enclosure.jwe.recipients, keys)
    whole = {**enclosure.jwe.to_wire(), "recipients": [recipient.to_wire()]}
    try:
        plain = jwe.decrypt_json(cast("jwe.GeneralJSONSerialization", whole), key.jwk, registry=_REGISTRY).plaintext
    except (JoseError, ValueError, AssertionError):
        raise Refused("tampered", "it does not open: what it holds, or the key for it, was changed after it was sealed") from None
    try:
        return cast("Content", CONTENTS[enclosure.kind].from_wire(from_json(plain or b"", allow_inf_nan=False), closed=closed))
    except ValueError:
        raise Refused("bad-content", f"what is inside is no {enclosure.kind}; see its schema") from None


def belongs(enclosure: Enclosure, *, subject: str, controller: str) -> None:
    """Raise `Refused` unless it says itself that it is of this case and controller, in all places; opening it proves that."""
    if enclosure.controller != controller:
        raise Refused("foreign-controller", "the controller is another board than the one that sends it; seal it under your own")
    aad = _aad(enclosure.id, enclosure.kind, subject, controller)
    if enclosure.jwe.aad != _encoded(aad):
        raise Refused("moved", "it was sealed for another case, kind, controller or id; seal the content anew for this event")
    shared = _shared_apv(enclosure.jwe)
    for recipient in enclosure.jwe.recipients:
        if [apv for apv in (shared, recipient.header.apv) if apv] != [_bound_to(aad)]:
            raise Refused("not-bound", "give each recipient apv, the base64url of the SHA-256 of what aad encodes; once, here or protected")


def passed_on(enclosure: Enclosure, *, subject: str, keys: Keys, to: Key | None) -> Enclosure:
    """The same enclosure for another reader, and for nobody else any more.

    Raises `Refused` where it is not of this case, none of its recipients is ours, its key does not unwrap, or the reader gave no key.
    """
    if to is None:
        raise Refused("no-key-of-reader", "whoever is to read it has given no key, or none that holds")
    belongs(enclosure, subject=subject, controller=enclosure.controller)
    aad = _aad(enclosure.id, enclosure.kind, subject, enclosure.controller)
    only = rewrapped(enclosure.jwe.recipients, _bound_to(aad), keys, to)
    if _shared_apv(enclosure.jwe):
        only = only.model_copy(update={"header": only.header.model_copy(update={"apv": None})})
    return enclosure.model_copy(update={"jwe": enclosure.jwe.model_copy(update={"recipients": [only]})})


def rewrapped(recipients: Sequence[Recipient], apv: str, keys: Keys, to: Key) -> Recipient:
    """One more recipient, by one of ours: the content key alone is unwrapped and wrapped, and the content is not even at hand.

    `apv` says what the key must belong to: one that was wrapped for another enclosure does not unwrap. Raises `Refused`.
    """
    ours, key = _ours(recipients, keys)
    return _wrapped(_content_key(ours, apv, key), apv, to)


def recorded(data: Mapping[str, Any]) -> dict[str, Any]:
    """An event's data for a record: of each enclosure what it is and who can open it, and the SHA-256 of the JWE in place of the JWE."""
    told = data["enclosures"]
    return {**data, "enclosures": [_recorded(each) for each in (told if isinstance(told, list) else [told])]}


def _recorded(enclosure: Any) -> dict[str, Any]:
    try:
        read = Enclosure.from_wire(enclosure, closed=False)
    except ValidationError:
        return {"sha256": _digest(enclosure)}
    says = {
        "id": read.id,
        "kind": read.kind,
        "controller": read.controller,
        "recipients": [each.header.kid for each in read.jwe.recipients],
    }
    return says | {"sha256": _digest(enclosure["jwe"])}


def _digest(what: Any) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def kind_of(content: Content) -> Kind:
    """Which kind of enclosure holds such a content."""
    return next(kind for kind, model in CONTENTS.items() if isinstance(content, model))


def _aad(*belongs_to: str) -> bytes:
    return ".".join(belongs_to).encode()


def _bound_to(aad: bytes) -> str:
    return _encoded(hashlib.sha256(aad).digest())


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _shared_apv(sealed: Jwe) -> str | None:
    """The `apv` of the protected header, where it has one; raises `Refused` where that header holds what it must not."""
    try:
        header = from_json(urlsafe_b64decode(sealed.protected + "=" * (-len(sealed.protected) % 4)))
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("enc") != ENC or header.keys() - {"enc", "apv"}:
        raise Refused("bad-header", f'the protected header holds "enc": "{ENC}", perhaps "apv", and nothing else')
    apv = header.get("apv")
    return None if apv is None else str(apv)


def _ours(recipients: Iterable[Recipient], keys: Keys) -> tuple[Recipient, Key]:
    for recipient in recipients:
        if key := keys.of(recipient.header.kid):
            if not key.jwk.is_private:
                raise Refused("public-key", "of the key that it was sealed to only the public part is here; give the private one")
            return recipient, key
    raise Refused("not-for-us", "it was sealed for others: none of our keys is among its recipients")


def _content_key(recipient: Recipient, apv: str, key: Key) -> bytes:
    agreement: Any = _REGISTRY.get_alg(ALG)
    shell = jwe.GeneralJSONEncryption({"enc": ENC})
    theirs: jwe.Recipient[ECKey] = jwe.Recipient(shell, {**recipient.header.to_wire(), "apv": apv}, key.jwk)
    try:
        agreed = agreement.decrypt_agreed_upon_key(_REGISTRY.get_enc(ENC), theirs)
        wrapped = urlsafe_b64decode(recipient.encrypted_key + "=" * (-len(recipient.encrypted_key) % 4))
        content_key = agreement.unwrap_cek_with_auk(wrapped, agreed)
    except (JoseError, ValueError, AssertionError):
        raise Refused("tampered", "the key for it does not unwrap: it is another enclosure's, or was changed") from None
    if len(content_key) != _CEK_BYTES:
        raise Refused("tampered", "the key for it is of another length than A256GCM has")
    return bytes(content_key)


def _wrapped(content_key: bytes, apv: str, to: Key) -> Recipient:
    agreement: Any = _REGISTRY.get_alg(ALG)
    shell = jwe.GeneralJSONEncryption({"enc": ENC})
    theirs: jwe.Recipient[ECKey] = jwe.Recipient(shell, {"alg": ALG, "kid": to.kid, "apv": apv}, to.jwk)
    agreement.prepare_ephemeral_key(theirs)
    agreed = agreement.encrypt_agreed_upon_key(_REGISTRY.get_enc(ENC), theirs)
    wrapped = _encoded(agreement.wrap_cek_with_auk(content_key, agreed))
    return Recipient.from_wire({"header": theirs.header, "encrypted_key": wrapped}, closed=True)
