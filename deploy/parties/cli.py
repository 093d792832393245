"""The verbs that play the parties; each becomes a process of its own, so that the command line stays light."""

import os
import sys
import tomllib
from pathlib import Path
from typing import Annotated

import typer

REGION = Path(__file__).parents[1] / "region" / "po2801.toml"

app = typer.Typer()
party = typer.Typer(no_args_is_help=True, help="Run the system of a party.")
app.add_typer(party, name="party")


@party.command()
def gemeente(
    party_id: Annotated[str, typer.Argument(metavar="GEMEENTE", help="gm0546, gm0547, ...")],
    kafka: Annotated[str, typer.Option(envvar="PASSEND_KAFKA", help="Where Kafka answers.")] = "127.0.0.1:9092",
    after: Annotated[str, typer.Option(help="How long the team thinks before it accepts.")] = "2s",
    source: Annotated[str, typer.Option(help="URN of the gemeente's system; without it, from the region file.")] = "",
) -> None:
    """Read what is addressed to this gemeente, and accept every referral after a while."""
    system = f"{party_id}={source or _source(party_id)}"
    _become("deploy.parties.gemeente", system, "--kafka", kafka, "--after", after.removesuffix("s"))


@party.callback()
def _parties() -> None:
    """Keep `gemeente` a verb of its own while it is the only one."""


@app.command()
def demo(
    children: Annotated[int, typer.Option(help="How many invented children.", min=1)] = 5,
    base_port: Annotated[int, typer.Option(help="As given to `passend up`.")] = 8080,
) -> None:
    """Let a handful of invented cases come by, as school boards would send them."""
    intake, issuer = f"http://127.0.0.1:{base_port + 1}", f"http://127.0.0.1:{base_port + 9}"
    _become("deploy.parties.board", "--children", str(children), "--intake", intake, "--issuer", issuer)


def _source(party_id: str) -> str:
    region = tomllib.loads(REGION.read_text(encoding="utf-8"))
    for row in region["gemeente"]:
        if row["id"] == party_id:
            return f"{row['urn']}:systeem:jeugd"
    raise typer.BadParameter(f"{party_id} is no gemeente of this region; there are {', '.join(row['id'] for row in region['gemeente'])}")


def _become(module: str, *arguments: str) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - takes the place of this process
