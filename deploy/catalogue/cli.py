"""`passend contracts …`: what a party needs to try the contracts out, what is made of them for others, and what guards their changes."""

import typer

from deploy.catalogue import asyncapi, check, release, sealing, site

app = typer.Typer()
contracts = typer.Typer(no_args_is_help=True, help="The language between parties: sealed parts for own tests, a site, AsyncAPI, a gate.")
app.add_typer(contracts, name="contracts")

contracts.command("check")(check.check)
contracts.command("release")(release.release)
contracts.command("keygen")(sealing.keygen)
contracts.command("seal")(sealing.seal)
contracts.command("open")(sealing.open_sealed)
contracts.command("asyncapi")(asyncapi.asyncapi)
contracts.command("site")(site.site)
