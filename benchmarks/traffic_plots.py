"""Plots of the suite `traffic`: one pool over the week with its plans, and how every rule did on every pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from packing.bench.report import Row
from packing.report.chart import COLOURS, FAINT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Canvas = Callable[..., tuple["Figure", "Axes"]]
SHOWN = ("peak of the sum", "day plan by hour", "anew each hour, 5 % spare")
GIB, DAY = 1024, 24


def week_of_plans(curves: Sequence[Row], machine: str, canvas: Canvas) -> Figure:
    """What a pool needed hour by hour, the clairvoyant plan, and what was planned for the judged days."""
    figure, axes = canvas("A pool of tenants over a week, and what was planned for its last days", "hour", "TiB", machine, logarithmic=False)
    drawn = [curve for curve in curves if "planned" in curve]
    needed = [need / GIB**2 for need in drawn[0]["needed"]]
    begin = drawn[0]["days"] * DAY
    axes.fill_between(range(len(needed)), needed, step="post", color=FAINT, alpha=0.7, linewidth=0, label="needed")
    axes.axvline(begin, color=INK, linewidth=0.9)
    axes.annotate("planned from", (begin, 1), (-6, -12), xycoords=("data", "axes fraction"), textcoords="offset points", ha="right", fontsize=8.5)
    axes.annotate("judged", (begin, 1), (6, -12), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=8.5)
    axes.hlines(max(needed[begin:]), begin, len(needed), color=INK, linewidth=1.1, linestyle=(0, (4, 3)), label="clairvoyant peak of the sum")
    for colour, name in zip(COLOURS, SHOWN, strict=False):
        for curve in drawn:
            if curve["rule"] == name:
                axes.step(
                    range(begin, len(needed)), [plan / GIB**2 for plan in curve["planned"]], where="post", color=colour, linewidth=1.6, label=name
                )
    axes.set_xticks(range(0, len(needed) + 1, DAY))
    axes.set_ylim(0, 1.45 * max(needed))
    axes.legend(frameon=False, fontsize=8.5, loc="upper left")
    return figure


def rules_apart(curves: Sequence[Row], spread: str, machine: str, canvas: Canvas) -> Figure:
    """Every pool and split as a point: memory-hours against the share of requests served; the corner wanted is shaded."""
    figure, axes = canvas(
        f"Memory planned and requests served, sizes {spread}", "memory-hours over the clairvoyant's", "requests missed (%)", machine
    )
    names = (*SHOWN, "sum of the tenants' quantiles", "sum of the peaks")
    for colour, name in zip(COLOURS, names, strict=False):
        points = [
            (curve["memory"], max(100 * (1 - curve["served"]), 0.01)) for curve in curves if curve["rule"] == name and curve["spread"] == spread
        ]
        axes.plot(*zip(*points, strict=True), "o", color=colour, markersize=4.5, alpha=0.75, label=name)
    axes.set_ylim(0.008, 30)
    axes.fill_between([axes.get_xlim()[0], 1.1], 0.008, 1, color=COLOURS[2], alpha=0.08, linewidth=0)
    axes.margins(x=0)
    axes.axhline(1, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.axvline(1.1, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.annotate("1 % missed", (1, 1), (-4, 4), xycoords=("axes fraction", "data"), textcoords="offset points", ha="right", fontsize=8)
    axes.annotate("1.10", (1.1, 1), (4, -10), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=8)
    axes.annotate("none missed", (0, 0.01), (4, 4), xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=8)
    axes.legend(frameon=True, framealpha=0.85, edgecolor="white", fontsize=8.5, loc="upper right")
    return figure
