"""Write the figures of docs/performance.md from benchmarks/history.json. Run from the repository: python scripts/build_performance.py [--check].

The text between the markers is replaced: the target table as it was last measured, and where the time went. With --check
nothing is written: exit 1 if the page does not show what the history has.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE, HISTORY = ROOT / "docs" / "performance.md", ROOT / "benchmarks" / "history.json"
SUITES = ("scale", "growth", "vectorpack", "openb-online", "openb-offline", "naive")
"""In the order of the target table."""
SHOWN = 8
"""Places of each profile."""


def latest(history: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The last entry of each suite."""
    return {entry["suite"]: entry for entry in sorted(history, key=lambda entry: entry["date"])}


def targets(entries: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The target table."""
    yield "| suite | target | measured | |"
    yield "| --- | --- | --- | --- |"
    for suite in SUITES:
        for target in entries[suite]["targets"] if suite in entries else ():
            cells = (suite, target["wanted"], target["seen"], "reached" if target["reached"] else "**missed**")
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""
    for suite in (suite for suite in SUITES if suite in entries):
        entry = entries[suite]
        yield f"* {suite}: {entry['machine']}, commit {(entry['commit'] or 'unknown')[:12]}, {entry['date'][:16]}Z"
    missing = [suite for suite in SUITES if suite not in entries]
    if missing:
        yield f"* not measured yet: {', '.join(missing)}"


def profile(entry: dict[str, Any] | None) -> Iterator[str]:
    """Own time by place, row by row."""
    if entry is None:
        yield "Not measured yet."
        return
    yield "| row | where | seconds | share % |"
    yield "| --- | --- | ---: | ---: |"
    rows = sorted({name.split(", ", 1)[0] for name in entry["medians"]})
    for row in rows:
        places = [(name.split(", ", 1)[1], figures) for name, figures in entry["medians"].items() if name.startswith(f"{row}, ")]
        ranked = sorted((place for place in places if place[0] != "all"), key=lambda place: -place[1]["seconds"])[:SHOWN]
        for where, figures in [*ranked, *(place for place in places if place[0] == "all")]:
            yield f"| {row} | {where} | {figures['seconds']:.1f} | {figures['share_%']:.1f} |"
    yield ""
    yield f"{entry['machine']}, commit {(entry['commit'] or 'unknown')[:12]}, {entry['date'][:16]}Z."


def filled(page: str, name: str, lines: Iterator[str]) -> str:
    """The page with these lines between its markers of this name."""
    start, end = f"<!-- {name}: from here written by scripts/build_performance.py -->", f"<!-- {name}: to here -->"
    before, rest = page.split(start)
    _, after = rest.split(end)
    return "\n".join([before + start, "", *lines, "", end + after])


def main() -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    page = PAGE.read_text(encoding="utf-8")
    entries = latest(json.loads(HISTORY.read_text(encoding="utf-8")))
    text = filled(filled(page, "targets", targets(entries)), "profile", profile(entries.get("profile")))
    if check:
        return int(text != page)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
