"""The history of figures: one entry for each version and suite, with medians, machine and commit."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from packing import __version__
from packing.bench.report import Row
from packing.domain.json_text import json_text

NAMES = ("row", "where", "copies", "by", "strategy", "plan", "rule", "instances", "what")
"""Columns that say what a row is about; the others are figures."""
APART = ("seed", "models", "shapes")
"""Numbers that are no figures."""


def entries(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the history keeps of one run of ``packing bench`` (its JSON): an entry for each suite."""
    shared = {"version": run["versions"]["packing"] or __version__, "commit": run["commit"], "machine": run["machine"], "date": run["date"]}
    return [
        {
            **shared,
            "suite": report["suite"],
            "medians": medians(report["rows"]),
            "targets": [{key: target[key] for key in ("wanted", "seen", "reached")} for target in report["targets"]],
        }
        for report in run["reports"]
    ]


def medians(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Median of each figure over the rows about the same thing."""
    groups: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        name = ", ".join(str(row[column]) for column in NAMES if column in row) or "all"
        for column, value in row.items():
            if column not in {*NAMES, *APART} and isinstance(value, int | float) and not isinstance(value, bool):
                groups[name][column].append(value)
    return {name: {column: round(median(values), 6) for column, values in figures.items()} for name, figures in groups.items()}


def record(path: Path, run: Mapping[str, Any]) -> None:
    """Add a run to the history file. A later run of the same version, machine and suite takes the earlier one's place."""
    kept: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    for entry in entries(run):
        same = [index for index, old in enumerate(kept) if all(old[key] == entry[key] for key in ("version", "machine", "suite"))]
        if same:
            kept[same[0]] = entry
        else:
            kept.append(entry)
    path.write_text(json_text(kept, ensure_ascii=True) + "\n", encoding="utf-8")
