"""Plots of the suite `coldstart`: predicted over simulated hit rates, and promised over simulated waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from packing.report.chart import COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Canvas = Callable[..., tuple["Figure", "Axes"]]
SLACK = 1.2


def hits_apart(points: Sequence[tuple[float, float]], machine: str, canvas: Canvas) -> Figure:
    """Each model's hit rate as predicted over that of the simulation."""
    figure, axes = canvas("Requests that find their model loaded, by model", "simulated (%)", "predicted (%)", machine, logarithmic=False)
    axes.plot(
        [100 * seen for seen, _ in points],
        [100 * told for _, told in points],
        ".",
        color=COLOURS[0],
        markersize=3,
        alpha=0.35,
        markeredgewidth=0,
        rasterized=True,
    )
    axes.plot([0, 100], [0, 100], color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_aspect("equal")
    return figure


def promises_apart(points: Sequence[tuple[float, float]], machine: str, canvas: Canvas) -> Figure:
    """Each model's p99 of the wait in load times: simulated over promised; above the dashed line a promise is broken."""
    figure, axes = canvas("p99 of the wait by model, in load times", "promised", "simulated", machine, logarithmic=False)
    most = 1.05 * max((max(pair) for pair in points), default=1.0)
    axes.plot(
        [told for _, told in points],
        [seen for seen, _ in points],
        ".",
        color=COLOURS[0],
        markersize=3.5,
        alpha=0.4,
        markeredgewidth=0,
        rasterized=True,
    )
    axes.plot([0, most], [0, most], color=INK, linewidth=0.9)
    axes.plot([0, most / SLACK], [0, most], color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.annotate("a fifth above the promise", (most / SLACK / 1.35, most / 1.35), (-6, 4), textcoords="offset points", ha="right", fontsize=8.5)
    axes.set_xscale("symlog", linthresh=1)
    axes.set_yscale("symlog", linthresh=1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    return figure
