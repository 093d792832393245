"""`passend contracts asyncapi`: the whole catalogue for machines."""

import sys

from services.console.catalogue.asyncapi import text


def asyncapi() -> None:
    """Print the catalogue as an AsyncAPI 3.0 document, in JSON."""
    sys.stdout.write(text())
