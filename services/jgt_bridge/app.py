"""The one file that knows every part of jgt_bridge."""

from pathlib import Path

from fastapi import FastAPI

from services.chassis import region, runtime, sealing
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.jgt_bridge import api, store, translation
from services.jgt_bridge.handlers import events

NAME = "jgt_bridge"


def build(settings: Settings) -> FastAPI:
    """jgt_bridge with these settings."""
    service = Service(
        name=NAME,
        region=region.load(settings.region),
        keys=sealing.load(NAME, settings),
        events=events,
        store=store,
        migrations=Path(__file__).parent / "migrations",
        door="gemeente",
        cases_at="/v1/verwijzingen",
        deadlines=translation.deadlines,
    )
    return runtime.build(service, settings, api.routes)
