"""The one file that knows every part of intake."""

from pathlib import Path

from fastapi import FastAPI

from services.chassis import region, runtime, sealing
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.intake import api, store, translation
from services.intake.handlers import events

NAME = "intake"


def build(settings: Settings) -> FastAPI:
    """Intake with these settings."""
    service = Service(
        name=NAME,
        region=region.load(settings.region),
        keys=sealing.load(NAME, settings),
        events=events,
        store=store,
        migrations=Path(__file__).parent / "migrations",
        door="board",
        cases_at="/v1/zaken",
        deadlines=translation.deadlines,
    )
    return runtime.build(service, settings, api.routes)
