"""A run as a Markdown page for benchmarks/: tables and targets with the machine, the commit and the command that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from packing.bench.report import cell


def page(run: Mapping[str, Any], command: str) -> str:
    """The whole page of one run of ``packing bench``.

    Parameters
    ----------
    run : what the command writes as JSON.
    command : as it was typed.
    """
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items() if version)
    parts = [
        "# " + ", ".join(report["suite"] for report in run["reports"]),
        f"`{command}`",
        f"{run['machine']}; Python {run['python']}, {versions}; commit {run['commit'] or 'unknown'}; {run['date']}.",
    ]
    for report in run["reports"]:
        parts += [f"## {report['suite']}", table(report["rows"])]
        parts += ["\n".join(f"* {_verdict(target)}" for target in report["targets"])] if report["targets"] else []
        parts += ["\n".join(f"{note}  " for note in report["notes"]).rstrip()] if report["notes"] else []
    return "\n\n".join(parts) + "\n"


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a Markdown table; columns in the order of first appearance, figures to the right."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    numeric = [all(isinstance(row.get(column), int | float | None) for row in rows) for column in columns]
    lines = [columns, ["---:" if right else "---" for right in numeric], *([cell(row.get(column)) for column in columns] for row in rows)]
    return "\n".join("| " + " | ".join(text.replace("|", "\\|") for text in line) + " |" for line in lines)


def _verdict(target: Mapping[str, Any]) -> str:
    return f"{'reached' if target['reached'] else '**missed**'}: {target['wanted']}: {target['seen']}"
