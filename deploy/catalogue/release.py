"""`passend contracts release`: freezes the catalogue under a name, so that every later change is compared with it."""

from typing import Annotated

import typer

from deploy.catalogue.check import EVENTS, RELEASES, Events, Releases, problems_of

Name = Annotated[str, typer.Argument(help="Such as 2027-1.")]


def release(name: Name, events: Events = EVENTS, releases: Releases = RELEASES) -> None:
    """Freeze schemas, examples and descriptions with a list of their hashes; refuses while `passend contracts check` is red."""
    from deploy.catalogue.releases import NotReleased, freeze  # noqa: PLC0415 -- as in check

    if problems := list(problems_of(events, releases)):
        raise SystemExit("\n".join(["passend: nothing is released while the gate is red:", *problems]))
    try:
        folder = freeze(events, releases, name)
    except NotReleased as refused:
        raise SystemExit(f"passend: {refused}") from None
    typer.echo(f"released as {folder}: commit it, and never change it")
