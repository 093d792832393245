"""The one file that knows every part of the console."""

from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.chassis import region, runtime
from services.chassis.runtime import Parts
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.console import api, record, store
from services.console.handlers import events
from services.console.pages import site
from services.console.parties import Parties
from services.console.settings import ConsoleSettings

NAME = "console"


def build(settings: Settings) -> FastAPI:
    """The console with these settings, and with its own from the environment."""
    service = Service(
        name=NAME,
        region=region.load(settings.region),
        events=events,
        store=store,
        migrations=Path(__file__).parent / "migrations",
        record=record.keep,
    )
    parties, own = Parties(service.region), ConsoleSettings()

    def routes(parts: Parts) -> APIRouter:
        router = api.routes(parts, parties)
        router.include_router(site.routes(parts, parties, own))
        return router

    return runtime.build(service, settings, routes)
