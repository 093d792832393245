"""Clients of others' making: what a supplier builds in each language, built here from our schemas, with types that are made of them."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from passend_contracts.catalogue import EVENTS

HERE = Path(__file__).parent
BUILD = Path(__file__).parents[2] / "build" / "foreign"
"""Kept between runs: what is downloaded once and did not change is built once."""
STAMP = ".built-from"


@dataclass(frozen=True)
class Client:
    """A client, the programs that it needs, how it is built in its folder there, and how it is run from there."""

    name: str
    needs: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    run: Callable[[Path, str], list[str]]
    """Gets the folder and the name of a program: `walk` or `sealing`."""

    def lacks(self) -> str:
        """What is missing on this machine, in words for a skip; empty where nothing is."""
        missing = [program for program in self.needs if not shutil.which(program)]
        return f"{', '.join(missing)} not here" if missing else ""

    def command(self, program: str, *told: str) -> list[str]:
        """How to run a program of it; builds the client before, where its sources or our schemas are others than last time."""
        folder = BUILD / self.name
        stamp, state = folder / STAMP, _state(HERE / self.name)
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != state:
            stamp.unlink(missing_ok=True)
            shutil.rmtree(folder / "src", ignore_errors=True)
            shutil.copytree(HERE / self.name, folder, dirs_exist_ok=True)
            _write_schemas(folder / "schemas")
            for step in self.steps:
                _done(step, folder)
            stamp.write_text(state, encoding="utf-8")
        return [*self.run(folder, program), *told]


def _java(folder: Path, program: str) -> list[str]:
    libraries = (folder / "target/classpath").read_text(encoding="utf-8").strip()
    classes = f"{folder / 'target/classes'}:{libraries}"
    return ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classes, f"nl.leverancier.{program.title()}"]


NODE = Client(
    "node",
    ("node", "npm"),
    (("npm", "ci", "--no-audit", "--no-fund"), ("npm", "run", "types"), ("npm", "run", "build")),
    lambda folder, program: ["node", str(folder / f"dist/{program}.js")],
)
JAVA = Client("java", ("javac", "mvn"), (("mvn", "-q", "-B", f"-Dmaven.repo.local={BUILD / 'maven'}", "clean", "compile"),), _java)
KCAT = Client("kcat", ("kcat",), (), lambda folder, program: [str(folder / f"{program}.sh")])
CLIENTS = (NODE, JAVA, KCAT)


def _state(sources: Path) -> str:
    """One hash of everything that a build depends on."""
    return hashlib.sha256(b"\0".join(_content(sources))).hexdigest()


def _content(sources: Path) -> Iterator[bytes]:
    for path in sorted(path for path in sources.rglob("*") if path.is_file()):
        yield from (str(path.relative_to(sources)).encode(), path.read_bytes())
    for event in EVENTS:
        yield (event.folder / f"v{event.version}.schema.json").read_bytes()


def _write_schemas(folder: Path) -> None:
    """The schemas as a party finds them, a folder per event: in each a part has a name of its own, such as `Enclosure`."""
    shutil.rmtree(folder, ignore_errors=True)
    for event in EVENTS:
        (folder / event.stem).mkdir(parents=True)
        shutil.copy(event.folder / f"v{event.version}.schema.json", folder / event.stem / f"v{event.version}.json")


def _done(step: tuple[str, ...], folder: Path) -> None:
    done = subprocess.run(step, cwd=folder, capture_output=True, text=True, check=False)
    assert not done.returncode, f"{' '.join(step)} in {folder}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
