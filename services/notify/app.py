"""The one file that knows every part of notify."""

from pathlib import Path

from fastapi import FastAPI

from services.chassis import region, runtime
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.notify import api, store
from services.notify.handlers import events

NAME = "notify"


def build(settings: Settings) -> FastAPI:
    """Notify with these settings."""
    service = Service(
        name=NAME,
        region=region.load(settings.region),
        events=events,
        store=store,
        migrations=Path(__file__).parent / "migrations",
    )
    return runtime.build(service, settings, api.routes)
