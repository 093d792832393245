"""The one file that knows every part of placement."""

from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.chassis import region, runtime
from services.chassis.runtime import Parts
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.placement import api, store, translation
from services.placement.decisions import Office
from services.placement.handlers import events
from services.placement.pages import site

NAME = "placement"


def build(settings: Settings) -> FastAPI:
    """Placement with these settings."""
    service = Service(
        name=NAME,
        region=region.load(settings.region),
        events=events,
        store=store,
        migrations=Path(__file__).parent / "migrations",
        deadlines=translation.deadlines,
    )

    def routes(parts: Parts) -> APIRouter:
        office = Office(parts, service.region)
        router = api.routes(office)
        router.include_router(site.routes(office))
        return router

    return runtime.build(service, settings, routes)
