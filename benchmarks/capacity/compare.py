"""Compare the capacity model with measurements: every target, reached or missed; print (and save) the errors per group.

    python benchmarks/capacity/compare.py --data ../shared/data [--output benchmarks/capacity/results.md] [--plot benchmarks/capacity/results.png]

In-sample rows use the parameters that ship; all targets are judged on groups held out (benchmarks/capacity/splits.py).
"""

from __future__ import annotations

import argparse
import math
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from deployments import judged  # noqa: E402
from measured import serving, splitwise  # noqa: E402
from queueing import queueing  # noqa: E402
from splits import Error, Fold, by_degree, folds, grouped, judged_bands, log_errors, order_right, quantile  # noqa: E402

from packing.capacity.calibration import calibration  # noqa: E402
from packing.capacity.fit import Measurement  # noqa: E402
from packing.catalog import offers  # noqa: E402

FIGURES = {"TTFT": 0.30, "TPOT": 0.20, "requests/s": 0.25}
"""Largest median error, by figure."""
COVER = (0.85, 0.95)
RIGHT_ORDER = 0.9


def percent(value: float) -> str:
    """For a table."""
    return f"{100 * value:.1f} %"


def sizes(errors: Iterable[Error], share: float) -> list[float]:
    """The quantile of abs(predicted / measured - 1), figure by figure."""
    return [quantile([abs(math.expm1(error)) for error in column], share) for column in zip(*errors, strict=True)]


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown table; the first column is text."""
    lines = [f"## {title}", ""] if title else []
    return "\n".join(
        [*lines, f"| {' | '.join(header)} |", "|---" + "|--:" * (len(header) - 1) + "|", *(f"| {' | '.join(row)} |" for row in rows), ""]
    )


def error_row(label: str, errors: Sequence[Error]) -> list[str]:
    """Medians and 90th percentiles of one group."""
    half, most = sizes(errors, 0.5), sizes(errors, 0.9)
    return [label, str(len(errors)), *(percent(value) for pair in zip(half, most, strict=True) for value in pair)]


ERRORS = ("points of", "n", *(f"{figure} {what}" for figure in FIGURES for what in ("median", "p90")))


def in_sample(points: list[Measurement]) -> Iterator[list[str]]:
    """Errors with the shipped parameters, by data set, and by model, hardware or server, and degree."""
    for label, own in grouped(points, lambda m: m.data_set).items():
        yield error_row(label, [e for m in own for e in log_errors([m], calibration().engines[m.engine])])
    for label, own in grouped(points, lambda m: f"{m.data_set}: {m.engine}, {m.architecture.name}, {m.chip.name}, TP {m.parallel}").items():
        yield error_row(label, log_errors(own, calibration().engines[own[0].engine]))


def all_of(held: Iterable[Fold]) -> list[Error]:
    """Errors of several groups together."""
    return [error for fold in held for error in fold.errors]


def held_rows(held: list[Fold]) -> Iterator[list[str]]:
    """Errors of points held out, all together and group by group."""
    for by in dict.fromkeys(fold.by for fold in held):
        mine = [fold for fold in held if fold.by == by]
        yield error_row(f"**all, held out by {by}**", all_of(mine))
        for fold in mine:
            yield error_row(fold.label, fold.errors)


def band_rows(held: list[Fold]) -> Iterator[tuple[list[str], tuple[int, int, int], int]]:
    """For each group the band made of the other groups that were measured in the same way, and the share inside."""
    for fold, widths, counts in judged_bands(held, lambda one, other: one.served == other.served):
        shares = (f"{100 * count / len(fold.errors):.0f} % in ± {100 * math.expm1(width):.0f} %" for count, width in zip(counts, widths, strict=True))
        yield [f"{fold.label}, held out by {fold.by}", str(len(fold.errors)), *shares], counts, len(fold.errors)


def accelerator_prices() -> dict[str, float]:
    """USD per hour of one accelerator, on demand: p4de.24xlarge and p5.48xlarge."""
    found = {}
    for name in ("p4de.24xlarge", "p5.48xlarge"):
        shape = offers()[name].instance
        found[str(shape.accelerator)] = (shape.price_per_hour or 0.0) / shape.accelerators
    return found


def verdict(reached: bool) -> str:
    """One word for a table."""
    return "reached" if reached else "**missed**"


def targets(
    held: list[Fold], bands: list[tuple[list[str], tuple[int, int, int], int]], order: tuple[int, int], fit: tuple[int, int]
) -> Iterator[list[str]]:
    """Every target of the issue: what was asked for, what was measured, reached or missed."""
    for by in ("model", "hardware"):
        mine = [fold for fold in held if fold.by == by]
        for number, (figure, most) in enumerate(FIGURES.items()):
            value = sizes(all_of(mine), 0.5)[number]
            worst = max(mine, key=lambda fold: sizes(fold.errors, 0.5)[number])
            said = f"{percent(value)} (worst group: {worst.label}, {percent(sizes(worst.errors, 0.5)[number])})"
            yield [f"median error of {figure}, held out by {by}", f"≤ {most:.0%}", said, verdict(value <= most)]
    whole = sum(count for _, _, count in bands)
    for number, figure in enumerate(FIGURES):
        share = sum(counts[number] for _, counts, _ in bands) / whole
        each = [counts[number] / count for _, counts, count in bands]
        said = f"{percent(share)} (groups: {min(each):.0%} to {max(each):.0%})"
        yield [f"90 % bands of {figure} cover", "85–95 %", said, verdict(COVER[0] <= share <= COVER[1])]
    yield ["order by cost per token, hardware held out", "≥ 90 %", f"{order[0]} of {order[1]} pairs", verdict(order[0] >= RIGHT_ORDER * order[1])]
    yield ["known deployments fit", "all", f"{fit[0]} of {fit[1]}", verdict(fit[0] == fit[1])]


def report(data: Path) -> tuple[str, list[Fold]]:
    """The whole comparison as markdown, and the groups held out."""
    points = splitwise(data) + serving(data)
    held = folds(points)
    main_two = [fold for fold in held if fold.by in ("model", "hardware")]
    bands, own = list(band_rows(main_two)), list(by_degree(points))
    verdicts = list(judged(data))
    refused = [v for v in verdicts if not v.fits]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    order = order_right(held, accelerator_prices())
    within = ("points of", "n", *FIGURES)
    parts = [
        "# Capacity model against measurements",
        f"Commit {commit}, Python {platform.python_version()}, {platform.machine()}. Relative errors, abs(predicted / measured - 1).",
        "splitwise: bare prompt (TTFT) and token (TPOT) times; serving: what clients saw, KV cache limits included.\n",
        table("Targets", ("target", "asked", "measured", ""), targets(held, bands, order, (len(verdicts) - len(refused), len(verdicts)))),
        table("Held out", ERRORS, held_rows(held)),
        "Held out by engine and model: fitted to other servers and other models; what `transferred` is made of.\n",
        table("90 % bands, made of other groups than they are judged on", within, (row for row, *_ in bands)),
        "The band of a group holds 90 % of the errors of the *other* groups, served ones for served ones, bare ones for bare ones.\n",
        table("The same with engine and model unseen", within, (row for row, *_ in band_rows([f for f in held if f.by == "engine and model"]))),
        table("The same for models measured themselves, degree by degree", within, (row for row, *_ in own_bands(own))),
        queueing(),
        table("In-sample, shipped parameters", ERRORS, in_sample(points)),
        f"## Known deployments\n\n{len(verdicts) - len(refused)} of {len(verdicts)} fit.\n",
        *(f"* {v.model} on {v.instance}, TP {v.degree}: {v.why}" for v in refused),
    ]
    return "\n".join(parts).rstrip() + "\n", held


def own_bands(own: list[Fold]) -> Iterator[tuple[list[str]]]:
    """Degrees of a model that was measured itself: the band of each made of its other degrees."""
    for fold, widths, counts in judged_bands(own, lambda one, other: one.label.split(", TP")[0] == other.label.split(", TP")[0]):
        shares = (f"{100 * count / len(fold.errors):.0f} % in ± {100 * math.expm1(width):.0f} %" for count, width in zip(counts, widths, strict=True))
        yield ([fold.label, str(len(fold.errors)), *shares],)


def plot(held: list[Fold], path: Path) -> None:
    """Predicted over measured, one panel for each figure, points held out by model and by hardware."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(13, 4.4), constrained_layout=True)
    mine = [fold for fold in held if fold.by in ("model", "hardware")]
    for number, (axis, name) in enumerate(zip(axes, ("TTFT, s", "TPOT, s", "requests/s"), strict=True)):
        for fold in mine:
            real = [(m.ttft_s, m.tpot_s, m.batch / (m.ttft_s + (m.output - 1) * m.tpot_s))[number] for m in fold.points]
            said = [value * math.exp(error[number]) for value, error in zip(real, fold.errors, strict=True)]
            axis.loglog(real, said, ".", markersize=4, alpha=0.6, label=f"{fold.label} held out")
        low, high = axis.get_xlim()
        axis.plot((low, high), (low, high), color="black", linewidth=0.8)
        axis.set_xlim(low, high)
        axis.set_title(name)
        axis.set_xlabel("measured")
    axes[0].set_ylabel("predicted, group held out")
    axes[0].legend(fontsize=7)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    text, held = report(arguments.data)
    print(text)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    if arguments.plot:
        plot(held, arguments.plot)


if __name__ == "__main__":
    main()
