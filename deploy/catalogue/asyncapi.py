"""`passend contracts asyncapi`: the whole catalogue for machines."""

import sys


def asyncapi() -> None:
    """Print the catalogue as an AsyncAPI 3.0 document, in JSON."""
    from services.console.catalogue.asyncapi import text  # noqa: PLC0415 -- other verbs do not wait for the catalogue

    sys.stdout.write(text())
