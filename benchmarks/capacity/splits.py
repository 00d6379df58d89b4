"""Errors of the capacity model on measured data: in-sample, and held out by model and by hardware."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from packing.capacity.calibration import Engine
from packing.capacity.fit import Measurement, errors, fit_engine

Key = Callable[[Measurement], str]
BY: dict[str, Key] = {"model": lambda m: m.architecture.name, "hardware": lambda m: m.chip.name}


class Row(NamedTuple):
    """Relative errors |predicted / measured − 1| of one set of points: medians and 90th percentiles."""

    label: str
    points: int
    ttft: tuple[float, float]
    tpot: tuple[float, float]
    throughput: tuple[float, float]


def quantile(values: Iterable[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def relative(measurements: Sequence[Measurement], engine: Engine) -> list[tuple[float, float, float]]:
    """Relative errors of TTFT, TPOT, and of requests/s = batch / (TTFT + (output − 1) · TPOT)."""
    found = []
    for m, (ttft, tpot) in zip(measurements, errors(measurements, engine), strict=True):
        steps = max(m.output - 1, 0)
        ratio = (m.ttft_s + steps * m.tpot_s) / (m.ttft_s * math.exp(ttft) + steps * m.tpot_s * math.exp(tpot))
        found.append((abs(math.exp(ttft) - 1), abs(math.exp(tpot) - 1), abs(ratio - 1)))
    return found


def row(label: str, wrong: Sequence[tuple[float, float, float]]) -> Row:
    """Quantiles of a set of errors."""
    columns = list(zip(*wrong, strict=True))
    return Row(label, len(wrong), *((quantile(c, 0.5), quantile(c, 0.9)) for c in columns))


def grouped(measurements: Sequence[Measurement], key: Key) -> dict[str, list[Measurement]]:
    """Measurements by a property, in order of its value."""
    groups: dict[str, list[Measurement]] = {}
    for m in sorted(measurements, key=lambda m: (m.engine, key(m))):
        groups.setdefault(key(m), []).append(m)
    return groups


def held_out(measurements: Sequence[Measurement], by: str) -> Iterator[tuple[str, list[tuple[float, float, float]]]]:
    """For each engine and each value of the property: fitted on the other values, judged on this one."""
    for engine, points in grouped(measurements, lambda m: m.engine).items():
        groups = grouped(points, BY[by])
        for value, test in groups.items():
            train = [m for m in points if BY[by](m) != value]
            if train:
                yield f"{engine}: {value}", relative(test, fit_engine(train))
