"""Runs notify: `python -m services.notify`."""

from services.chassis import runtime
from services.chassis.settings import Settings
from services.notify import app

if __name__ == "__main__":
    settings = Settings()
    runtime.serve(app.build(settings), app.NAME, settings)
