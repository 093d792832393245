"""`passend contracts …`: what a party needs to try the contracts out, and what is made of them for others."""

import typer

from deploy.catalogue import asyncapi, sealing, site

app = typer.Typer()
contracts = typer.Typer(no_args_is_help=True, help="The language between parties: keys and sealed parts for own tests, a site, AsyncAPI.")
app.add_typer(contracts, name="contracts")

contracts.command("keygen")(sealing.keygen)
contracts.command("seal")(sealing.seal)
contracts.command("open")(sealing.open_sealed)
contracts.command("asyncapi")(asyncapi.asyncapi)
contracts.command("site")(site.site)
