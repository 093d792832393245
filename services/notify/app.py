"""The one file that knows every part of notify."""

from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.chassis import region, runtime, sealing
from services.chassis.runtime import Machine, Parts
from services.chassis.service import Service
from services.notify import api, store, translation
from services.notify.clients import Mail
from services.notify.handlers import events
from services.notify.letters import Letters
from services.notify.links import Links
from services.notify.pages import site
from services.notify.sending import Sender
from services.notify.settings import Settings

NAME = "notify"


def build(settings: Settings) -> FastAPI:
    """Notify with these settings."""
    service = Service(
        name=NAME,
        region=region.load(settings.region),
        keys=sealing.load(NAME, settings),
        events=events,
        store=store,
        migrations=Path(__file__).parent / "migrations",
        deadlines=translation.deadlines,
        deadlines_in="crises",
        waits_for="SELECT next_at AS due FROM delivery WHERE done_at IS NULL",
    )

    def senders(machine: Machine) -> Iterator[Sender]:
        mail, letters = Mail(settings), Letters(settings)
        return (Sender(machine, lane, mail, letters) for lane in service.lanes)

    def routes(parts: Parts) -> APIRouter:
        router = api.routes(parts)
        router.include_router(site.routes(Links(parts, service.region, service.keys.own)))
        return router

    return runtime.build(service, settings, routes, senders)
