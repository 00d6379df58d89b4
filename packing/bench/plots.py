"""Plots of a run, PNG and SVG: gap over time (`growth`, `scale`), time over size (`growth`), points over moves (`openb-defrag`), plans of `traffic`,
cold starts predicted and simulated (`coldstart`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packing.bench.coldstart_plots import hits_apart, promises_apart
from packing.bench.measure import BenchError
from packing.bench.report import Row
from packing.bench.spread import Spread
from packing.bench.traffic_plots import rules_apart, week_of_plans
from packing.report.chart import COLOURS, FAINT, INK, SETTINGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE, DPI = (7.2, 4.5), 150
WANTED = 0.02
DRAWN = ("growth", "scale", "openb-defrag", "schedule", "traffic", "coldstart")
"""Suites that have plots."""
ROWS_DRAWN = ("b", "c", "d", "e", "f")


def plots(run: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw what the JSON of a run has; returns the files written.

    Raises
    ------
    BenchError : the run has neither suite, or matplotlib is not installed.
    """
    reports = {each["suite"]: each for each in run["reports"]}
    if reports.keys().isdisjoint(DRAWN):
        raise BenchError(f"the plots are of the suites {', '.join(DRAWN)}, none of which was run")
    try:
        from matplotlib import rc_context
    except ImportError:
        raise BenchError("plots need matplotlib: pip install 'packing[plots]'") from None
    folder.mkdir(parents=True, exist_ok=True)
    machine = f"{run['machine']} · {(run['commit'] or 'no commit')[:12]}"
    drawn: dict[str, Figure] = {}
    if "growth" in reports:
        curves, wanted = reports["growth"]["curves"], {curve["name"]: WANTED for curve in reports["growth"]["curves"]}
        drawn |= {"gap-over-time": gap_over_time(curves, wanted, machine), "time-over-size": time_over_size(reports["growth"]["rows"], machine)}
    if "scale" in reports:
        curves = [curve for curve in reports["scale"]["curves"] if curve["row"] in ROWS_DRAWN]
        drawn["gap-over-time-rows"] = gap_over_time(curves, {curve["name"]: curve["wanted"] for curve in curves}, machine)
    if "openb-defrag" in reports:
        drawn["points-over-moves"] = points_over_moves(reports["openb-defrag"]["curves"], machine)
    if "traffic" in reports:
        curves = reports["traffic"]["curves"]
        drawn["traffic-week"] = week_of_plans(curves, machine, _axes)
        drawn["traffic-rules"] = rules_apart(curves, "5x", machine, _axes)
    if "coldstart" in reports:
        points = {curve["name"]: curve["points"] for curve in reports["coldstart"]["curves"]}
        drawn |= {"coldstart-hits": hits_apart(points["hit"], machine, _axes), "coldstart-waits": promises_apart(points["wait"], machine, _axes)}
    if "schedule" in reports:
        drawn["cost-by-slot"] = cost_by_slot(reports["schedule"]["curves"], machine)
    written = []
    for name, figure in drawn.items():
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
    figure, axes = _axes("Gap to the proven bound", "seconds since the solve began", "gap (%)", machine)
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
    figure, axes = _axes(f"Time to a gap of {WANTED:.0%}", "copies", "seconds", machine)
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


def points_over_moves(curves: Sequence[Row], machine: str) -> Figure:
    """Points of GPU allocation recovered over the share of tasks moved, a line for each online rule whose end state it starts from."""
    figure, axes = _axes("GPU allocation recovered by moving tasks", "tasks moved (%)", "GPUs recovered (points)", machine, logarithmic=False)
    for colour, curve in zip(COLOURS, (curve for curve in curves if curve["points"]), strict=False):
        axes.plot(*zip(*curve["points"], strict=True), "o-", color=colour, linewidth=1.8, markersize=5, label=f"after {curve['name']}")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8.5, loc="upper left")
    return figure


def cost_by_slot(curves: Sequence[Row], machine: str) -> Figure:
    """What each plan of a day costs in each slot."""
    figure, axes = _axes("What runs over a day", "slot", "USD per hour", machine, logarithmic=False)
    for colour, curve in zip(COLOURS, curves, strict=False):
        slots, costs = zip(*curve["points"], strict=True)
        axes.step([*slots, slots[-1] + 1], [*costs, costs[-1]], where="post", color=colour, linewidth=1.8, label=curve["name"])
    axes.set_xlim(0, max((len(curve["points"]) for curve in curves), default=1))
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8.5, loc="lower right")
    return figure


def _axes(title: str, x: str, y: str, machine: str, *, logarithmic: bool = True) -> tuple[Figure, Axes]:
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
