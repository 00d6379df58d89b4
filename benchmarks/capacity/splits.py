"""Errors of the capacity laws on measured data that the parameters were not fitted to, and what bands follow from them.

Three ways to hold out, always whole groups:

* by model: an engine fitted to its other models, judged on this one;
* by hardware: an engine fitted to its other hardware, judged on this one;
* by engine and model: fitted to other servers and other models, judged on this server with this model.

A band is judged only on groups that it was not made of: the band for a group is the quantile of the errors of the *other*
groups' held-out points (cross-conformal, group by group), each of which was itself predicted by a fit without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from packing.capacity.calibration import Engine
from packing.capacity.fit import Measurement, errors, fit_engine

Key = Callable[[Measurement], str]
BY: dict[str, Key] = {"model": lambda m: m.architecture.name, "hardware": lambda m: m.chip.name}
SHARE = 0.9


class Error(NamedTuple):
    """ln(predicted / measured) of TTFT, TPOT, and requests/s = batch / (TTFT + (output - 1) · TPOT)."""

    ttft: float
    tpot: float
    rate: float


class Fold(NamedTuple):
    """A group held out, and the errors on it."""

    engine: str
    by: str
    value: str
    served: bool
    points: tuple[Measurement, ...]
    errors: tuple[Error, ...]

    @property
    def label(self) -> str:
        """For a row of a table."""
        return f"{self.engine}: {self.value}"


def quantile(values: Iterable[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def log_errors(measurements: Sequence[Measurement], engine: Engine) -> tuple[Error, ...]:
    """Errors of an engine's parameters on measurements."""
    found = []
    for m, (ttft, tpot) in zip(measurements, errors(measurements, engine), strict=True):
        steps = max(m.output - 1, 0)
        said = m.ttft_s * math.exp(ttft) + steps * m.tpot_s * math.exp(tpot)
        found.append(Error(ttft, tpot, math.log((m.ttft_s + steps * m.tpot_s) / said)))
    return tuple(found)


def grouped(measurements: Sequence[Measurement], key: Key) -> dict[str, list[Measurement]]:
    """Measurements by a property, in order of its value."""
    groups: dict[str, list[Measurement]] = {}
    for m in sorted(measurements, key=lambda m: (m.engine, key(m))):
        groups.setdefault(key(m), []).append(m)
    return groups


def folds(points: Sequence[Measurement]) -> list[Fold]:
    """Every group held out, by model, by hardware, and by engine and model."""
    return [*_within(points, "model"), *_within(points, "hardware"), *_strangers(points)]


def _within(points: Sequence[Measurement], by: str) -> Iterator[Fold]:
    for engine, own in grouped(points, lambda m: m.engine).items():
        for value, test in grouped(own, BY[by]).items():
            train = [m for m in own if BY[by](m) != value]
            if train:
                yield Fold(engine, by, value, test[0].served, tuple(test), log_errors(test, fit_engine(train)))


def _strangers(points: Sequence[Measurement]) -> Iterator[Fold]:
    served = [m for m in points if m.served]
    for engine, own in grouped(served, lambda m: m.engine).items():
        for value, test in grouped(own, BY["model"]).items():
            train = [m for m in served if m.engine != engine and m.architecture.name != value]
            if train:
                yield Fold(engine, "engine and model", value, True, tuple(test), log_errors(test, fit_engine(train)))


def by_degree(points: Sequence[Measurement]) -> Iterator[Fold]:
    """For each engine under load: each model's each degree held out, fitted to all else of this engine."""
    for engine, own in grouped([m for m in points if m.served], lambda m: m.engine).items():
        for value, test in grouped(own, lambda m: f"{m.architecture.name} in {m.precision}, TP {m.parallel}").items():
            ids = {id(m) for m in test}
            train = [m for m in own if id(m) not in ids]
            yield Fold(engine, "degree", value, True, tuple(test), log_errors(test, fit_engine(train)))


def half_widths(held: Iterable[Fold]) -> tuple[float, float, float]:
    """Half-widths, in the logarithm, that hold `SHARE` of the next errors: of n errors the ⌈SHARE · (n + 1)⌉-th smallest."""
    columns = [[abs(value) for value in column] for column in zip(*(error for fold in held for error in fold.errors), strict=True)]
    ttft, tpot, rate = (sorted(column)[min(len(column), math.ceil(SHARE * (len(column) + 1))) - 1] for column in columns)
    return ttft, tpot, rate


def inside(fold: Fold, widths: tuple[float, float, float]) -> tuple[int, int, int]:
    """How many points of a group lie within the widths."""
    ttft, tpot, rate = (sum(abs(error[i]) <= widths[i] for error in fold.errors) for i in (0, 1, 2))
    return ttft, tpot, rate


def judged_bands(
    held: Sequence[Fold], alike: Callable[[Fold, Fold], bool]
) -> Iterator[tuple[Fold, tuple[float, float, float], tuple[int, int, int]]]:
    """(group, widths made of the other groups that are `alike`, points inside), for groups that have others."""
    for fold in held:
        others = [other for other in held if other is not fold and alike(fold, other)]
        if others:
            widths = half_widths(others)
            yield fold, widths, inside(fold, widths)


def order_right(held: Sequence[Fold], prices: Mapping[str, float]) -> tuple[int, int]:
    """(right, all): pairs of ways to run the same work whose order by cost per token is predicted right, hardware held out.

    A way is a kind of accelerator and a degree; pairs whose measured costs differ by less than 5 % have no order.
    """
    costs: dict[tuple[object, ...], list[tuple[float, float]]] = {}
    for fold in (each for each in held if each.by == "hardware"):
        for m, error in zip(fold.points, fold.errors, strict=True):
            real = prices[m.chip.name] * m.parallel * (m.ttft_s + (m.output - 1) * m.tpot_s) / (m.batch * m.output)
            costs.setdefault((m.architecture.name, m.prompt, m.output, m.batch), []).append((real, real / math.exp(error.rate)))
    pairs = [(a, b) for ways in costs.values() for a, b in combinations(ways, 2) if abs(math.log(a[0] / b[0])) > math.log(1.05)]
    return sum((a[0] < b[0]) == (a[1] < b[1]) for a, b in pairs), len(pairs)
