"""Runs notify: `python -m services.notify`."""

from services.chassis import runtime
from services.notify import app
from services.notify.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    runtime.serve(app.build(settings), app.NAME, settings)
