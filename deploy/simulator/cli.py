"""The verb that lets a region live on the running platform."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def simulate(
    children: Annotated[int, typer.Option(help="How many invented children.", min=1)] = 100,
    seed: Annotated[int, typer.Option(help="The same seed draws the same lives.")] = 1,
    seconds: Annotated[float, typer.Option(help="Within which all lives begin.", min=0)] = 60.0,
    seconds_a_day: Annotated[float, typer.Option(help="How long a day of their lives takes.", min=0.001)] = 1.0,
    sent: Annotated[Path, typer.Option(help="Where to write what was sent, a line of JSON per event.")] = Path("sent.jsonl"),
    base_port: Annotated[int, typer.Option(help="As given to `passend up`.")] = 8080,
) -> None:
    """Play schools and parents through the public doors of the running platform, with silences, mistakes and second thoughts."""
    numbers = {"children": children, "seed": seed, "seconds": seconds, "seconds-a-day": seconds_a_day}
    told = [word for name, value in numbers.items() for word in (f"--{name}", str(value))]
    doors = ["--intake", f"http://127.0.0.1:{base_port + 1}", "--issuer", f"http://127.0.0.1:{base_port + 9}"]
    command = [sys.executable, "-m", "deploy.simulator.play", *told, "--sent", str(sent), *doors]
    os.execv(sys.executable, command)  # noqa: S606 -- takes the place of this process
