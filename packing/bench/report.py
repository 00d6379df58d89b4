"""What a suite gives back: rows of figures, and how each target was met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from packing.report.table import GAP
from packing.report.table import table as laid_out

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to reach: what was wanted, what was seen, whether that is enough.

    Parameters
    ----------
    wanted, seen : one sentence each.
    reached : whether what was seen is enough.
    hard : True for correctness (a miss makes the command fail); False for figures that depend on the machine.
    """

    wanted: str
    seen: str
    reached: bool
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one suite. `curves`, the course of single solves, is kept in the JSON and not printed."""

    suite: str
    rows: tuple[Row, ...]
    targets: tuple[Target, ...] = ()
    notes: tuple[str, ...] = field(default=())
    curves: tuple[Row, ...] = field(default=())

    @property
    def failed(self) -> bool:
        """Whether something is wrong, not only slow."""
        return any(target.hard and not target.reached for target in self.targets)

    def data(self) -> Mapping[str, Any]:
        """As plain data for JSON."""
        return asdict(self)


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as aligned text; columns in the order of first appearance."""
    listed = list(rows)
    columns = list(dict.fromkeys(column for row in listed for column in row))
    cells = [[cell(row.get(column)) for column in columns] for row in listed]
    if not columns:
        return ""
    rules = ["-" * max(len(line[index]) for line in [columns, *cells]) for index in range(len(columns))]
    numeric = [index for index, column in enumerate(columns) if all(isinstance(row.get(column), int | float | None) for row in listed)]
    return "\n".join(line.removeprefix(GAP) for line in laid_out(columns, [rules, *cells], None, right=numeric))


def cell(value: Any) -> str:
    """One value for people."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def show(report: Report) -> str:
    """A report as text for people."""
    parts = [f"## {report.suite}", "", table(report.rows)]
    if report.targets:
        parts += ["", *(f"{'reached' if target.reached else 'MISSED '}  {target.wanted}: {target.seen}" for target in report.targets)]
    return "\n".join([*parts, *(f"note: {note}" for note in report.notes)]) + "\n"
