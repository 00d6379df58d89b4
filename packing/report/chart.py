"""Radar chart of the five scores, for one placement or several over each other, as SVG or PNG.

Drawn with matplotlib (extra ``plots``) on a figure of its own: no pyplot, no global state of the caller's
process is touched. The same scores give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packing.domain.weights import Axis
from packing.errors import Fault, ProblemError, printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from packing.domain.placement import Scores

FORMATS = (".svg", ".png")
RINGS = (0.25, 0.5, 0.75, 1.0)
# Okabe & Ito's palette: told apart with any kind of colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES: tuple[Any, ...] = ("-", "--", ":", "-.")
PATCH = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
"""Behind figures that stand on lines."""
INK, FAINT = "#333333", "#CCCCCC"
SETTINGS: Any = {"svg.hashsalt": "packing", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 11}


def missing_extra(where: str) -> list[Fault]:
    """The fault of not having matplotlib, if it is not there."""
    from importlib.util import find_spec

    if find_spec("matplotlib") is not None:
        return []
    return [Fault("missing_extra", where, "matplotlib", "Charts need matplotlib, which is not installed.", "Run: pip install 'packing[plots]'.")]


def radar(placements: Mapping[str, Scores], path: str | Path) -> None:
    """Draw the scores of placements over each other.

    Parameters
    ----------
    placements : scores by what each placement is called in the legend; drawn in this order.
    path : file to write; its ending says the format (``.svg`` or ``.png``).

    Raises
    ------
    ProblemError : nothing to draw, an unknown format, matplotlib missing, or the file cannot be written.
    """
    target = Path(path)
    faults = missing_extra("chart")
    if target.suffix.lower() not in FORMATS:
        faults.append(Fault("bad_option", "path", str(path), "The format is not known.", f"Let the name end in {' or '.join(FORMATS)}."))
    if not placements:
        faults.append(Fault("bad_option", "placements", "", "There is nothing to draw.", "Give at least one placement's scores."))
    if faults:
        raise ProblemError(faults)
    import warnings

    import matplotlib as mpl

    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # a script that the font lacks is drawn as boxes
        figure = _figure(placements)
        # Dates and versions in the file would make equal charts unequal.
        metadata = {"Date": None, "Creator": None} if target.suffix.lower() == ".svg" else {"Software": None}
        try:
            figure.savefig(target, format=target.suffix.lower()[1:], dpi=160, metadata=metadata, bbox_inches="tight", pad_inches=0.25)
        except OSError as error:
            raise ProblemError([Fault("bad_option", "path", str(path), f"Could not be written: {error.strerror}.", "Write elsewhere.")]) from None


def _figure(placements: Mapping[str, Scores]) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 5.8 + 0.28 * _legend_rows(placements)), layout="constrained")
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot(projection="polar")
    angles = [2 * math.pi * index / len(Axis) for index in range(len(Axis))]
    _grid(axes, angles)
    for index, scores in enumerate(placements.values()):
        values = [scores[axis] for axis in Axis]
        colour, dash = COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)]
        axes.plot([*angles, angles[0]], [*values, values[0]], color=colour, linestyle=dash, linewidth=2.2, marker="o", markersize=4.5)
        axes.fill(angles, values, color=colour, alpha=0.16 if len(placements) == 1 else 0.08)
    if len(placements) == 1:
        _figures(axes, angles, next(iter(placements.values())))
    # Text is put in afterwards: a legend leaves out what begins with _, and would read mathematics between dollar signs.
    handles = axes.get_lines()[-len(placements) :]
    legend = figure.legend(
        handles, [str(index) for index in range(len(placements))], loc="outside lower center", ncols=_legend_columns(placements), frameon=False
    )
    for text, name in zip(legend.get_texts(), placements, strict=True):
        text.set_parse_math(False)
        text.set_text(printable(name))
    return figure


def _grid(axes: Any, angles: list[float]) -> None:
    """Five straight-edged rings and spokes instead of matplotlib's circles: a score is read along its spoke."""
    axes.set_theta_offset(math.pi / 2)
    axes.set_theta_direction(-1)
    axes.set_ylim(0, 1.04)
    axes.grid(visible=False)
    axes.spines["polar"].set_visible(False)
    axes.set_yticks([])
    for ring in RINGS:
        axes.plot([*angles, angles[0]], [ring] * (len(angles) + 1), color=FAINT, linewidth=1.2 if ring == 1 else 0.8, zorder=1)
        half = math.pi / len(angles)
        axes.text(half, ring * math.cos(half), f"{ring:g}", color="#777777", fontsize=8, ha="center", va="center", bbox=PATCH)
    for angle in angles:
        axes.plot([angle, angle], [0, 1], color=FAINT, linewidth=0.8, zorder=1)
    axes.set_xticks([])
    for angle, axis in zip(angles, Axis, strict=True):
        # Text grows away from the chart: to the right of it on the right, to the left on the left.
        side = math.sin(angle)
        beside = "center" if abs(side) < 0.1 else "left" if side > 0 else "right"
        axes.text(angle, 1.06, axis.replace("_", " "), color=INK, fontsize=12, ha=beside, va="bottom" if math.cos(angle) > 0.5 else "center")


def _figures(axes: Any, angles: list[float], scores: Scores) -> None:
    """The scores as numbers beside their points; several placements would write over each other."""
    for angle, axis in zip(angles, Axis, strict=True):
        value = scores[axis]
        away = value - 0.11 if value > 0.5 else value + 0.11
        axes.text(angle, away, f"{value:.2f}", color=INK, fontsize=10, fontweight="bold", ha="center", va="center", bbox=PATCH)


def _legend_columns(placements: Mapping[str, Scores]) -> int:
    return max(1, min(len(placements), 72 // (max(map(len, placements)) + 8)))


def _legend_rows(placements: Mapping[str, Scores]) -> int:
    return -(-len(placements) // _legend_columns(placements))
