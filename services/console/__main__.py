"""Runs the console: `python -m services.console`."""

from services.chassis import runtime
from services.chassis.settings import Settings
from services.console import app

if __name__ == "__main__":
    settings = Settings()
    runtime.serve(app.build(settings), app.NAME, settings)
