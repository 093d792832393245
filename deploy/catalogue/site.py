"""`passend contracts site`: the catalogue as a folder of files, for any web server or opened from a disk."""

from pathlib import Path
from typing import Annotated

import typer

from services.console.catalogue.frame import FILES
from services.console.catalogue.site import files


def site(
    to: Annotated[Path, typer.Option(help="The folder; what stands there under the same names is written over.")] = Path("build/site"),
) -> None:
    """Write the catalogue's pages, schemas and AsyncAPI document into a folder."""
    written = files(FILES)
    for name, text in written.items():
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(written)} files; open {to / FILES.home}")
