"""Prints pip constraints that hold every dependency to the lowest version that pyproject.toml allows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

EXTRAS = ("plots", "testing")


def main() -> None:
    """One line a dependency, e.g. ``numpy==2.0.*``."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(each for extra in EXTRAS for each in project["optional-dependencies"][extra])]
    for each in wanted:
        found = re.match(r"([\w.-]+)>=([\w.]+)", each)
        if found is None:
            raise SystemExit(f"pyproject.toml: {each!r} has no lowest version")
        print(f"{found[1]}=={found[2]}.*")


if __name__ == "__main__":
    main()
