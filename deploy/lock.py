"""Prints what every part of the product needs, one line each: the input from which `make lock` pins requirements.txt."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PARTS = [ROOT / "contracts", *ROOT.glob("services/*/"), *ROOT.glob("deploy/*/")]


def main() -> None:
    """Print the union of the parts' own dependencies and the tools of this repository."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = set(tools["dependency-groups"]["dev"])
    for part in PARTS:
        if (project := part / "pyproject.toml").exists():
            wanted.update(tomllib.loads(project.read_text())["project"].get("dependencies", []))
    print("\n".join(sorted(line for line in wanted if not line.startswith("passend-"))))


if __name__ == "__main__":
    main()
