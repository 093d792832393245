"""The short name of an event, by which people and words know it."""

from passend_contracts import catalogue


def stem(wire_type: str) -> str:
    """The stem of a CloudEvents `type`, also of one that the catalogue does not know (yet)."""
    if catalogue.knows(wire_type):
        return catalogue.of(wire_type).stem
    return wire_type.split(".")[-2].replace("-", "_")
