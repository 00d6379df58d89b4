"""Plots of a run, PNG and SVG: gap over time (`growth`, `scale`), time over size (`growth`), a day's cost (`schedule`), cold starts predicted and simulated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packing.bench.coldstart_plots import hits_apart, promises_apart
from packing.bench.measure import BenchError
from packing.bench.report import Row
from packing.bench.spread import Spread
from packing.report.chart import COLOURS, FAINT, INK, SETTINGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE, DPI = (7.2, 4.5), 150
WANTED = 0.02
ROWS_DRAWN = ("b", "c", "d", "e", "f")
Drawing = Callable[[Row, str], "dict[str, Figure]"]
"""From a suite's report as JSON has it, and a line about the machine, to figures by the name of their file."""


def growth_figures(report: Row, machine: str) -> dict[str, Figure]:
    """Gap over time of each size, and time over size."""
    curves = report["curves"]
    wanted = {curve["name"]: WANTED for curve in curves}
    return {"gap-over-time": gap_over_time(curves, wanted, machine), "time-over-size": time_over_size(report["rows"], machine)}


def scale_figures(report: Row, machine: str) -> dict[str, Figure]:
    """Gap over time of rows of the target table."""
    curves = [curve for curve in report["curves"] if curve["row"] in ROWS_DRAWN]
    return {"gap-over-time-rows": gap_over_time(curves, {curve["name"]: curve["wanted"] for curve in curves}, machine)}


def coldstart_figures(report: Row, machine: str) -> dict[str, Figure]:
    """Hit rates and promises, predicted beside simulated."""
    points = {curve["name"]: curve["points"] for curve in report["curves"]}
    hits, waits = hits_apart(points["hit"], machine, labelled_axes), promises_apart(points["wait"], machine, labelled_axes)
    return {"coldstart-hits": hits, "coldstart-waits": waits}


def schedule_figures(report: Row, machine: str) -> dict[str, Figure]:
    """Cost of each plan, slot by slot."""
    return {"cost-by-slot": cost_by_slot(report["curves"], machine)}


DRAWINGS: Mapping[str, Drawing] = {
    "growth": growth_figures,
    "scale": scale_figures,
    "coldstart": coldstart_figures,
    "schedule": schedule_figures,
}
"""By suite."""


def plots(run: Mapping[str, Any], folder: Path, drawings: Mapping[str, Drawing] = DRAWINGS) -> list[Path]:
    """Draw what the JSON of a run has; returns the files written.

    Raises
    ------
    BenchError : the run has no suite with a drawing, or matplotlib is not installed.
    """
    reports = {report["suite"]: report for report in run["reports"]}
    if reports.keys().isdisjoint(drawings):
        raise BenchError(f"the plots are of the suites {', '.join(drawings)}, none of which was run")
    try:
        from matplotlib import rc_context
    except ImportError:
        raise BenchError("plots need matplotlib: pip install 'packing[plots]'") from None
    folder.mkdir(parents=True, exist_ok=True)
    machine = f"{run['machine']} · {(run['commit'] or 'no commit')[:12]}"
    written = []
    for figures in (draw(reports[suite], machine) for suite, draw in drawings.items() if suite in reports):
        for name, figure in figures.items():
            for suffix in ("png", "svg"):
                written.append(folder / f"{name}.{suffix}")
                with rc_context(SETTINGS):  # the salt makes the same figures the same bytes
                    figure.savefig(written[-1], dpi=DPI, metadata={"Date": None} if suffix == "svg" else None)
    return written


def gap_over_time(curves: Sequence[Row], wanted: Mapping[str, float | None], machine: str) -> Figure:
    """The gap of each first seed's solve from when it was first known, as steps; both axes logarithmic.

    Parameters
    ----------
    wanted : by name of a curve, the gap that is wanted of it.
    """
    figure, axes = labelled_axes("Gap to the proven bound", "seconds since the solve began", "gap (%)", machine)
    ends = []
    shown = [curve for curve in curves if curve["seed"] == 0]
    for colour, curve in zip(COLOURS * len(shown), shown, strict=False):
        points = [(max(seconds, 1e-2), 100 * max(gap, 1e-5)) for seconds, gap in curve["points"] if gap is not None]
        if points:
            axes.step(*zip(*points, strict=True), where="post", color=colour, linewidth=1.8)
            axes.plot(*points[-1], "o", color=colour, markersize=4)
            ends.append((points[-1], curve["name"], colour))
    _label_ends(axes, ends)
    _wanted_lines(axes, {wanted[curve["name"]] for curve in shown})
    return figure


def _wanted_lines(axes: Axes, gaps: Collection[float | None]) -> None:
    for gap in sorted(each for each in gaps if each):
        axes.axhline(100 * gap, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.annotate(
            f"{100 * gap:g} %", (0, 100 * gap), (4, 3), xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=8, color=INK
        )


def _label_ends(axes: Axes, ends: Sequence[tuple[tuple[float, float], str, str]]) -> None:
    """Each line's name where it ends, in its colour, no two on top of each other."""
    axes.margins(x=0.26, y=0.12)
    taken: list[float] = []
    for point, name, colour in sorted(ends, key=lambda each: each[0][1]):
        _, height = axes.transData.transform(point)
        wanted = max([height, *(other + 18 for other in taken if abs(other - height) < 18 or other > height)])
        taken.append(wanted)
        behind = {"boxstyle": "square,pad=0.1", "facecolor": "white", "alpha": 0.8, "linewidth": 0}
        axes.annotate(name, point, (7, (wanted - height) * 0.72 - 3), textcoords="offset points", fontsize=8.5, color=colour, bbox=behind)


def time_over_size(rows: Sequence[Row], machine: str) -> Figure:
    """Median seconds to the wanted gap by number of copies (bars: all seeds), with a line of the fastest growth that is wanted."""
    figure, axes = labelled_axes(f"Time to a gap of {WANTED:.0%}", "copies", "seconds", machine)
    sizes = sorted({row["copies"] for row in rows})
    spreads = {size: Spread.of([row["seconds_to_gap"] for row in rows if row["copies"] == size]) for size in sizes}
    done = [(size, seen.median) for size, seen in spreads.items() if seen.median is not None]
    for size, seen in spreads.items():
        if seen.least is not None:
            axes.plot(
                [size, size], [seen.least, seen.most or max(row["seconds"] for row in rows if row["copies"] == size)], color=COLOURS[0], alpha=0.5
            )
    if done:
        axes.plot(*zip(*done, strict=True), "o-", color=COLOURS[0], linewidth=1.8, markersize=6, label="reached (median of the seeds)")
        guide = [done[0], (sizes[-1], done[0][1] * (sizes[-1] / done[0][0]) ** 1.2)]
        axes.plot(*zip(*guide, strict=True), color=INK, linewidth=0.9, linestyle=(0, (4, 3)), label="growth of $n^{1.2}$")
    open_ = [(row["copies"], row["seconds"]) for row in rows if row["seconds_to_gap"] is None]
    if open_:
        axes.plot(*zip(*open_, strict=True), "x", color=COLOURS[1], markersize=8, markeredgewidth=2, label="not reached when the solve ended")
    axes.legend(frameon=False, fontsize=8.5, loc="upper left")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    return figure


def cost_by_slot(curves: Sequence[Row], machine: str) -> Figure:
    """What each plan of a day costs in each slot."""
    figure, axes = labelled_axes("What runs over a day", "slot", "USD per hour", machine, logarithmic=False)
    for colour, curve in zip(COLOURS, curves, strict=False):
        slots, costs = zip(*curve["points"], strict=True)
        axes.step([*slots, slots[-1] + 1], [*costs, costs[-1]], where="post", color=colour, linewidth=1.8, label=curve["name"])
    axes.set_xlim(0, max((len(curve["points"]) for curve in curves), default=1))
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8.5, loc="lower right")
    return figure


def labelled_axes(title: str, x: str, y: str, machine: str, *, logarithmic: bool = True) -> tuple[Figure, Axes]:
    """An empty plot with its labels, and the machine below it."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, StrMethodFormatter

    figure = Figure(figsize=SIZE, layout="constrained", facecolor="white")
    axes = figure.subplots()
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set_title(title, loc="left", fontsize=12, color=INK)
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)
    axes.minorticks_off()
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.supxlabel(machine, fontsize=7, color="#777777", x=0.99, ha="right")
    return figure, axes
