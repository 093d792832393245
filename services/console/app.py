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

NAME = "console"


def build(settings: Settings) -> FastAPI:
    """The console with these settings."""
    service = Service(
        name=NAME,
        region=region.load(settings.region),
        events=events,
        store=store,
        migrations=Path(__file__).parent / "migrations",
        record=record.keep,
    )
    parties = Parties(service.region)

    def routes(parts: Parts) -> APIRouter:
        site.define_pages(parts.engine, parties)
        return api.routes(parts, parties)

    app = runtime.build(service, settings, routes)
    site.mount_on(app)
    return app
