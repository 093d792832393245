"""The verbs of a platform on one machine: start it, and fetch a token to talk to it."""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def up(
    directory: Annotated[Path, typer.Option("--dir", help="Where data, secrets and logs are kept.")] = Path(".passend"),
    base_port: Annotated[int, typer.Option(help="The console's port; all others shift along.", min=4000, max=60000)] = 8080,
    lively: Annotated[bool, typer.Option("--lively/--still", help="Whether invented children come by all the time.")] = True,
) -> None:
    """Start the whole platform on this machine; Ctrl-C stops it, the next start continues."""
    command = [sys.executable, "-m", "deploy.embedded", "--dir", str(directory), "--base-port", str(base_port)]
    command += ["--lively"] if lively else []
    os.execv(sys.executable, command)  # noqa: S606 - takes the place of this process, so that the command line's libraries stay behind


@app.command()
def token(
    party: Annotated[str, typer.Argument(help="bg41234, gm0546, console, ...")],
    base_port: Annotated[int, typer.Option(help="As given to `passend up`.")] = 8080,
) -> None:
    """Print a demonstration token of a party, valid for 15 minutes."""
    issuer = f"http://127.0.0.1:{base_port + 9}"
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": party, "client_secret": "demo"})
    try:
        with urllib.request.urlopen(f"{issuer}/token", form.encode(), timeout=5) as answer:  # noqa: S310 - our own issuer
            typer.echo(json.load(answer)["access_token"])
    except urllib.error.HTTPError as refused:
        raise SystemExit(f"passend: {party}: {json.load(refused)['error_description']}") from None
    except (OSError, HTTPException):
        raise SystemExit(f"passend: the issuer does not answer on {issuer}; start the platform with `passend up`") from None
