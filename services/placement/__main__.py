"""Runs placement: `python -m services.placement`."""

from services.chassis import runtime
from services.chassis.settings import Settings
from services.placement import app

if __name__ == "__main__":
    settings = Settings()
    runtime.serve(app.build(settings), app.NAME, settings)
