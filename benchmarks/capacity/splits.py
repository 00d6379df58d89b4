"""Errors of the capacity model on measured data: in-sample, and held out by model and by hardware."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
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


def covered(measurements: Sequence[Measurement], by: str, bands: Mapping[str, float], fallback: str) -> Iterator[tuple[str, float, float]]:
    """(group, TTFT, TPOT): shares of held-out points within the band of their engine (`fallback` where it has none)."""
    for label, wrong in held_out(measurements, by):
        band = bands.get(label.split(":", maxsplit=1)[0], bands[fallback]) if by == "model" else bands[fallback]
        yield label, *(sum(triple[i] <= band for triple in wrong) / len(wrong) for i in (0, 1))


def order_right(measurements: Sequence[Measurement], prices: Mapping[str, float]) -> tuple[int, int]:
    """(right, all): pairs of ways to run the same work whose order by cost per token is predicted right, hardware held out.

    A way is a kind of accelerator and a degree; pairs whose measured costs differ by less than 5 % have no order.
    """
    parts = grouped([m for m in measurements if m.engine == "eager"], BY["hardware"])
    costs: dict[tuple[object, ...], list[tuple[float, float]]] = {}
    for value, test in parts.items():
        engine = fit_engine([m for other, group in parts.items() if other != value for m in group])
        for m, (ttft, tpot) in zip(test, errors(test, engine), strict=True):
            rate = prices[m.chip.name] * m.parallel / (m.batch * m.output)
            steps = m.output - 1
            real, said = m.ttft_s + steps * m.tpot_s, m.ttft_s * math.exp(ttft) + steps * m.tpot_s * math.exp(tpot)
            costs.setdefault((m.architecture.name, m.prompt, m.output, m.batch), []).append((rate * real, rate * said))
    pairs = [(a, b) for ways in costs.values() for a, b in combinations(ways, 2) if abs(math.log(a[0] / b[0])) > math.log(1.05)]
    return sum((a[0] < b[0]) == (a[1] < b[1]) for a, b in pairs), len(pairs)
