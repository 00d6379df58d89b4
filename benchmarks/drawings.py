"""Drawings of the laboratory's suites beside those of the wheel: points over moves (`openb-defrag`), plans of `traffic`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from benchmarks.traffic_plots import rules_apart, week_of_plans
from packing.bench.plots import DRAWINGS as OF_THE_WHEEL
from packing.bench.plots import Drawing, labelled_axes
from packing.bench.report import Row
from packing.report.chart import COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def points_over_moves(curves: Sequence[Row], machine: str) -> Figure:
    """Points of GPU allocation recovered over the share of tasks moved, a line for each online rule whose end state it starts from."""
    figure, axes = labelled_axes("GPU allocation recovered by moving tasks", "tasks moved (%)", "GPUs recovered (points)", machine, logarithmic=False)
    for colour, curve in zip(COLOURS, (curve for curve in curves if curve["points"]), strict=False):
        axes.plot(*zip(*curve["points"], strict=True), "o-", color=colour, linewidth=1.8, markersize=5, label=f"after {curve['name']}")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8.5, loc="upper left")
    return figure


def defrag_figures(report: Row, machine: str) -> dict[str, Figure]:
    """Points recovered over moves."""
    return {"points-over-moves": points_over_moves(report["curves"], machine)}


def traffic_figures(report: Row, machine: str) -> dict[str, Figure]:
    """One pool over the week, and every rule on every pool."""
    curves = report["curves"]
    return {"traffic-week": week_of_plans(curves, machine, labelled_axes), "traffic-rules": rules_apart(curves, "5x", machine, labelled_axes)}


DRAWINGS: Mapping[str, Drawing] = {**OF_THE_WHEEL, "openb-defrag": defrag_figures, "traffic": traffic_figures}
