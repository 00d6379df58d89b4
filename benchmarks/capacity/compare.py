"""Compare the capacity model with measurements: print (and save) the errors per data set.

    python benchmarks/capacity/compare.py --data ../shared/data [--output benchmarks/capacity/results.md]

In-sample rows use the parameters that ship; held-out rows are fitted anew without the model or hardware that they judge.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from deployments import judged  # noqa: E402
from measured import serving, splitwise  # noqa: E402
from splits import Row, covered, grouped, held_out, order_right, relative, row  # noqa: E402

from packing.capacity.calibration import calibration  # noqa: E402
from packing.capacity.fit import Measurement  # noqa: E402
from packing.catalog import offers  # noqa: E402


def in_sample(points: list[Measurement]) -> Iterator[Row]:
    """Errors with the shipped parameters, by data set, and by model, hardware or server, and degree."""
    for label, own in grouped(points, lambda m: m.data_set).items():
        yield row(label, [e for m in own for e in relative([m], calibration().engines[m.engine])])
    for label, own in grouped(points, lambda m: f"{m.data_set}: {m.engine}, {m.architecture.name}, {m.chip.name}, TP {m.parallel}").items():
        yield row(label, relative(own, calibration().engines[own[0].engine]))


def unseen(points: list[Measurement], by: str) -> Iterator[Row]:
    """Errors of points held out, all together and group by group."""
    groups = list(held_out(points, by))
    yield row(f"all, held out by {by}", [e for _, wrong in groups for e in wrong])
    for label, wrong in groups:
        yield row(f"{label} held out", wrong)


def table(title: str, rows: Iterator[Row]) -> str:
    """Markdown table of errors in percent."""
    lines = [
        f"## {title}",
        "",
        "| points of | n | TTFT median | p90 | TPOT median | p90 | requests/s median | p90 |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for label, count, *pairs in rows:
        lines.append(f"| {label} | {count} | " + " | ".join(f"{100 * value:.1f} %" for pair in pairs for value in pair) + " |")
    return "\n".join([*lines, ""])


def bands(points: list[Measurement]) -> str:
    """How many held-out points lie in the band that their modes state."""
    lines = ["## Stated 90 % bands, on points held out", "", "| points of | TTFT inside | TPOT inside |", "|---|--:|--:|"]
    for by, fallback in (("model", "derived"), ("hardware", "transferred")):
        lines += [
            f"| {label} held out | {100 * ttft:.0f} % | {100 * tpot:.0f} % |"
            for label, ttft, tpot in covered(points, by, calibration().bands, fallback)
        ]
    return "\n".join([*lines, ""])


def accelerator_prices() -> dict[str, float]:
    """USD per hour of one accelerator, on demand: p4de.24xlarge and p5.48xlarge."""
    found = {}
    for name in ("p4de.24xlarge", "p5.48xlarge"):
        shape = offers()[name].instance
        found[str(shape.accelerator)] = (shape.price_per_hour or 0.0) / shape.accelerators
    return found


def report(data: Path) -> str:
    """The whole comparison as markdown."""
    points = splitwise(data) + serving(data)
    verdicts = list(judged(data))
    refused = [v for v in verdicts if not v.fits]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    right, pairs = order_right(points, accelerator_prices())
    parts = [
        "# Capacity model against measurements",
        f"Commit {commit}, Python {platform.python_version()}, {platform.machine()}. Relative errors, abs(predicted / measured - 1).",
        "splitwise: bare prompt (TTFT) and token (TPOT) times; serving: what clients saw, KV cache limits included.\n",
        table("In-sample, shipped parameters", in_sample(points)),
        table("Held out by model", unseen(points, "model")),
        table("Held out by hardware", unseen(points, "hardware")),
        bands(points),
        f"Order by cost per token of two ways (accelerator, degree) to do the same work, hardware held out: right in {right} of {pairs} pairs.\n",
        f"## Known deployments\n\n{len(verdicts) - len(refused)} of {len(verdicts)} fit.\n",
        *(f"* {v.model} on {v.instance}, TP {v.degree}: {v.why}" for v in refused),
    ]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    text = report(arguments.data)
    print(text)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
