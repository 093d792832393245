"""The page of what travels sealed: per kind what is inside, and to whose keys a school seals it."""

from passend_contracts.catalogue import Words
from passend_contracts.enclosures import CONTENTS, DOOR_KEYS, Kind
from passend_contracts.export import content_schema

from services.console.catalogue import schema
from services.console.catalogue.frame import SEALED, Place, actors, code, document
from services.console.pages.html import Html, el, said

WHY = Words(
    "Wat persoonlijk is, reist alleen verzegeld: alleen wie het nodig heeft, kan het lezen. Dit staat erin.",
    "What is personal travels sealed only: nobody reads it but who needs it. This is what stands inside.",
)
KEYS = Words("Verzegel het aan de sleutels van deze diensten:", "Seal it to the keys of these services:")
WHERE = Words("De sleutels vraagt u op bij de bewaker (intake):", "Ask the guardian (intake) for the keys:")
HOW = Words("De vorm: een JWE (RFC 7516, General JSON)", "The form: a JWE (RFC 7516, General JSON)")
FORM = (
    ("protected", '{"enc":"A256GCM"}, base64url'),
    ("aad", "base64url(<enclosure id>.<kind>.<subject>.<controller>)"),
    ("recipients[].header", 'alg "ECDH-ES+A256KW", kid, epk (P-256), apv'),
    ("apv", "base64url(SHA-256(<enclosure id>.<kind>.<subject>.<controller>))"),
    ("plaintext", "JSON, UTF-8, ≤ 12,000 bytes"),
)
NAMES: dict[Kind, Words] = {
    "identity": Words("Wie het kind is", "Who the child is"),
    "contact": Words("Wie te bereiken is", "Whom to reach"),
    "story": Words("Het verhaal", "The story"),
}


def sealed_page(place: Place) -> str:
    """The page of all kinds."""
    keys = el("p", said("span", WHERE), code("GET /v1/deursleutels"))
    form = (said("h2", HOW), el("ul", (el("li", code(name), " ", what) for name, what in FORM)))
    return document(SEALED, place, said("p", WHY, class_="lead"), keys, form, *(_kind(kind, place) for kind in CONTENTS))


def _kind(kind: Kind, place: Place) -> Html:
    readers = (said("p", KEYS), actors(DOOR_KEYS[kind], place))
    return el(
        "section",
        said("h2", NAMES[kind]),
        el("p", code(kind), class_="type"),
        readers,
        schema.table(content_schema(CONTENTS[kind])),
        id=kind,
    )
