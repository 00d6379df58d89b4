"""What `packing calibrate` promises, on measurements that it has not seen: coverage of its bands, errors before and after.

    python benchmarks/capacity/own_measurements.py --data ../shared/data

Halves: calibrated on every second point, judged on the others, with the bands of what was measured. Groups: calibrated without one
(model, precision, degree), judged on it, with the bands of what was not. The library itself was fitted to these data, so that its parameters
know the points that are held out. With --blank it is made to forget them: every engine starts from the priors of the fit.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from packing.capacity import refit as refitting  # noqa: E402
from packing.capacity.calibration import calibration  # noqa: E402
from packing.capacity.fit import PRIOR  # noqa: E402
from packing.capacity.refit import Point, error_of, refit  # noqa: E402
from packing.describe.measurements import read_measurements  # noqa: E402
from packing.domain.workload import ErrorBands  # noqa: E402

FIGURES = ("ttft", "tpot", "requests_per_second")


def parts(data: Path) -> dict[tuple[str, str], list[Point]]:
    """Points of both data sets by engine and accelerator."""
    found: dict[tuple[str, str], list[Point]] = defaultdict(list)
    scratch = ROOT / ".splitwise.csv"
    rows = (data / "performance/splitwise_perf_model.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    scratch.write_text("".join(row for row in rows if "pcap" not in row), encoding="utf-8")
    try:
        for path in (data / "performance/serving_h100_llama8b_qwen32b.csv", scratch):
            for point in read_measurements(path).points:
                found[point.measurement.engine, point.measurement.chip.name].append(point)
    finally:
        scratch.unlink()
    return found


def judge(
    train: Sequence[Point], test: Sequence[Point], *, inside: bool
) -> tuple[list[tuple[float, ...]], list[tuple[float, ...]], list[tuple[bool, ...]]]:
    """Logarithmic errors of the test points before and after, and which figures lie in the band."""
    own = refit(train).calibration
    shipped = refitting.calibration().engines[train[0].measurement.engine]
    engine = replace(shipped, **own.fits[0].parameters)
    bands: dict[str, ErrorBands | None] = {each.architecture: each.bands for each in own.situations}
    before, after, held = [], [], []
    for point in test:
        band = bands.get(point.measurement.architecture.name) if inside else own.fits[0].bands
        if band is None:
            continue
        before.append(error_of(point, shipped))
        after.append(error_of(point, engine))
        held.append(tuple(abs(error) <= math.log(1 + (getattr(band, name) or 0.0)) for error, name in zip(after[-1], FIGURES, strict=True)))
    return before, after, held


def row(label: str, before: list[tuple[float, ...]], after: list[tuple[float, ...]], held: list[tuple[bool, ...]]) -> str:
    """A row of the table: median errors before and after, and coverage, figure by figure."""

    def median(errors: list[tuple[float, ...]], at: int) -> float:
        return sorted(abs(math.exp(error[at]) - 1) for error in errors)[len(errors) // 2]

    cells = [
        f"{100 * median(before, at):.0f} → {100 * median(after, at):.0f} % | {100 * sum(each[at] for each in held) / len(held):.0f} %"
        for at in range(3)
    ]
    return f"| {label} | {len(held)} | " + " | ".join(cells) + " |"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--blank", action="store_true", help="start from the priors of the fit instead of the library's parameters")
    arguments = parser.parse_args()
    if arguments.blank:
        shipped = calibration()
        blank = replace(shipped, engines=dict.fromkeys(shipped.engines, PRIOR))
        refitting.calibration = lambda: blank  # type: ignore[assignment]
    print("| held out | points | TTFT | inside | TPOT | inside | requests/s | inside |\n|---|--:|--:|--:|--:|--:|--:|--:|")
    for inside, what in ((True, "every second point"), (False, "group by group")):
        everything: tuple[list, list, list] = ([], [], [])
        for (engine, accelerator), points in parts(arguments.data).items():
            total: tuple[list, list, list] = ([], [], [])
            keys = (
                [at % 2 for at in range(len(points))]
                if inside
                else [(p.measurement.architecture.name, p.measurement.precision, p.measurement.parallel) for p in points]
            )
            for key in sorted(set(keys))[: 1 if inside else None]:
                train = [p for p, own in zip(points, keys, strict=True) if own != key]
                test = [p for p, own in zip(points, keys, strict=True) if own == key]
                for column, found in zip(total, judge(train, test, inside=inside), strict=True):
                    column.extend(found)
            if total[2]:
                print(row(f"{engine} on {accelerator}, {what}", *total))
            for column, found in zip(everything, total, strict=True):
                column.extend(found)
        print(row(f"all, {what}", *everything))


if __name__ == "__main__":
    main()
