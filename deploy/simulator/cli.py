"""The verb that lets a region live: on the running platform, or for weeks of simulated time on one of its own."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def simulate(  # noqa: PLR0913, PLR0917 -- a verb's options
    children: Annotated[int, typer.Option(help="How many invented children.", min=1)] = 100,
    seed: Annotated[int, typer.Option(help="The same seed draws the same lives.")] = 1,
    weeks: Annotated[int, typer.Option(help="Play so many weeks of simulated time, on a platform of its own.", min=0, max=520)] = 0,
    kill_weekly: Annotated[bool, typer.Option("--kill-weekly", help="With --weeks: SIGKILL one of its processes every week.")] = False,
    directory: Annotated[str, typer.Option("--dir", help="With --weeks: where to keep that platform; without it, it is thrown away.")] = "",
    seconds: Annotated[float, typer.Option(help="Without --weeks: within which all lives begin.", min=0)] = 60.0,
    seconds_a_day: Annotated[float, typer.Option(help="Without --weeks: how long a day of their lives takes.", min=0.001)] = 0.5,
    sent: Annotated[Path, typer.Option(help="Where to write what was sent, a line of JSON per event.")] = Path("sent.jsonl"),
    base_port: Annotated[int, typer.Option(help="Without --weeks: as given to `passend up`.")] = 8080,
) -> None:
    """Play schools, gemeenten, parents and the samenwerkingsverband's office through the public doors, and print what came of it."""
    common = ["--children", str(children), "--seed", str(seed), "--sent", str(sent)]
    if weeks:
        more = ["--weeks", str(weeks), *(["--kill-weekly"] if kill_weekly else []), *(["--dir", directory] if directory else [])]
        module = "deploy.simulator.weeks"
    else:
        more = ["--seconds", str(seconds), "--seconds-a-day", str(seconds_a_day), "--base-port", str(base_port)]
        module = "deploy.simulator.play"
    os.execv(sys.executable, [sys.executable, "-m", module, *common, *more])  # noqa: S606 -- takes the place of this process
