"""Runs jgt_bridge: `python -m services.jgt_bridge`."""

from services.chassis import runtime
from services.chassis.settings import Settings
from services.jgt_bridge import app

if __name__ == "__main__":
    settings = Settings()
    runtime.serve(app.build(settings), app.NAME, settings)
