"""Own measurements against the laws: parameters fitted anew, errors on points held out, bands, contradictions (numpy, in the fit).

For each engine on each kind of accelerator the parameters start from the library's. They are taken only if they do better on points that
the fit had not seen. Bands are quantiles of the errors of unseen points, as a split-conformal predictor takes them: of n errors the
⌈0.9 (n + 1)⌉-th smallest; fewer than nine points cannot promise 90 % of anything, so that the library's band stays where it is wider.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from packing.capacity.calibration import Calibration, Engine, calibration
from packing.capacity.fit import Measurement, fit_engine, predicted
from packing.capacity.trust import MEASURED
from packing.domain import calibration as domain
from packing.domain.json_text import json_text
from packing.domain.workload import ErrorBands

FOLDS = 5
"""Parts into which points are split, so that each is judged by a fit without it."""
FEWEST = 3
"""Groups (model, degree, precision) from which on a group can be judged by a fit to the others."""
MOST = 150
"""Points that one fit looks at: of more, evenly many of each situation."""
CERTAIN = 0.9
ENOUGH = 9
"""Errors of which the largest still covers 90 % of new ones: ⌈0.9 (9 + 1)⌉ = 9."""
AGREED = 1.25
"""Repeated measurements that differ by no more than this count as one: the band is made of those, and tells which others contradict."""
Error = tuple[float, float, float]
"""ln(predicted / measured) of TTFT, TPOT and requests/s."""


@dataclass(frozen=True, slots=True)
class Point:
    """One situation, measured once or several times.

    Attributes
    ----------
    measurement : geometric means of the figures.
    rate : requests/s measured; None: what the latencies come to with so many requests in flight.
    ttft_s, tpot_s : smallest and largest figure of its measurements.
    rows : where they stand in the input, the first few.
    """

    measurement: Measurement
    rate: float | None
    ttft_s: tuple[float, float]
    tpot_s: tuple[float, float]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Measurements of one situation that no single figure and its band can hold: `figure` is ``TTFT`` or ``TPOT``, in seconds."""

    point: Point
    figure: str
    least: float
    most: float
    band: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One situation of the calibration: relative errors (median, 90th percentile) of TTFT, TPOT and requests/s, with the
    library's parameters and, on points held out, with what the calibration says. `agreed`: situations without contradictions.
    """

    situation: domain.Situation
    before: tuple[tuple[float, float], ...]
    after: tuple[tuple[float, float], ...]
    moved: bool
    agreed: int


@dataclass(frozen=True, slots=True)
class Refit:
    """A calibration and how it came about. `moved`: (engine, accelerator, parameter, the library's value, own value)."""

    calibration: domain.Calibration
    judged: tuple[Judged, ...]
    moved: tuple[tuple[str, str, str, float, float], ...]
    contradictions: tuple[Contradiction, ...]
    notices: tuple[str, ...]


def refit(points: Sequence[Point], source: str = "") -> Refit:
    """Fit the laws to measurements.

    Parameters
    ----------
    points : distinct situations; at least one, each of an accelerator that can run its precision.
    source : what the calibration says of where it comes from.
    """
    shipped = calibration()
    fits, judged, moved, odd, notices = [], list[Judged](), [], list[Contradiction](), []
    keys = sorted({(p.measurement.engine, p.measurement.chip.name) for p in points})
    for engine, accelerator in keys:
        own = sorted((p for p in points if (p.measurement.engine, p.measurement.chip.name) == (engine, accelerator)), key=_order)
        part = _Part(own, shipped, engine)
        judged += part.judged
        odd += part.contradictions
        if part.taken:
            moved += [(engine, accelerator, name, old, new) for name, old, new in part.moved() if abs(math.log(new / old)) > math.log(1.02)]
        else:
            notices.append(f"{engine} on {accelerator}: the library's parameters stay, own ones would do no better on points held out")
        notices += [
            f"{engine} on {accelerator}, {each.situation.architecture}: fewer than {ENOUGH} situations that agree in themselves cannot narrow a 90 % band"
            for each in part.judged
            if each.agreed < ENOUGH
        ]
        fits.append(part.fit())
    result = domain.Calibration(source=source, laws=laws(), fits=tuple(fits), situations=tuple(each.situation for each in judged))
    return Refit(result, tuple(judged), tuple(moved), tuple(odd), tuple(notices))


def laws() -> str:
    """Hash of the library's own calibration: parameters fitted beside another one are not comparable."""
    return "sha256:" + hashlib.sha256(json_text(calibration().record, sort_keys=True, indent=None, ensure_ascii=True).encode()).hexdigest()[:16]


def error_of(point: Point, engine: Engine) -> Error:
    """ln(predicted / measured) of TTFT, TPOT and requests/s."""
    m = point.measurement
    ttft, tpot = predicted(m, engine)
    steps = max(m.output - 1, 0)
    rate = point.rate or m.batch / (m.ttft_s + steps * m.tpot_s)
    return math.log(ttft / m.ttft_s), math.log(tpot / m.tpot_s), math.log(m.batch / (ttft + steps * tpot) / rate)


def _order(point: Point) -> tuple[object, ...]:
    m = point.measurement
    return (m.architecture.name, m.precision, m.parallel, m.prompt, m.output, m.batch)


def _spread(point: Point) -> float:
    """How many times the largest figure of a situation is the smallest one."""
    return max(most / least for least, most in (point.ttft_s, point.tpot_s))


def _group(point: Point) -> tuple[object, ...]:
    """What is held out together: a model in a precision on so many accelerators."""
    return _order(point)[:3]


def _fitted(points: Sequence[Point], start: Engine) -> Engine:
    step = max(1, math.ceil(len(points) / MOST))
    return fit_engine([p.measurement for p in points[::step]], start, firm=False)  # own figures win over the library's


def _rank(values: Sequence[float]) -> float:
    """The ⌈0.9 (n + 1)⌉-th smallest (the largest, of fewer than nine)."""
    return sorted(values)[min(len(values), math.ceil(CERTAIN * (len(values) + 1))) - 1]


def _shown(values: Sequence[float]) -> tuple[float, float]:
    """Median and 90th percentile of relative errors, from logarithms."""
    ordered = sorted(abs(math.exp(value) - 1) for value in values)
    return ordered[(len(ordered) - 1) // 2], ordered[min(len(ordered), math.ceil(CERTAIN * len(ordered))) - 1]


class _Part:
    """The points of one engine on one kind of accelerator."""

    def __init__(self, points: Sequence[Point], shipped: Calibration, engine: str) -> None:
        self.points, self.shipped, self.engine = points, shipped, engine
        self.start = shipped.engines[engine]
        self.before = [error_of(point, self.start) for point in points]
        self.contradictions: list[Contradiction] = []
        folds = [at % min(FOLDS, len(points)) for at in range(len(points))]
        held = self._held_out(folds) if len(points) > 1 else self.before
        self.taken = _loss(held) < _loss(self.before)
        self.fitted = _fitted(points, self.start) if self.taken else self.start
        self.after = held if self.taken else self.before
        self.judged = self._judged()

    def _held_out(self, folds: Sequence[object]) -> list[Error]:
        """The error of each point by a fit to the points of the other folds."""
        found: dict[int, Error] = {}
        for fold in dict.fromkeys(folds):
            engine = _fitted([p for p, own in zip(self.points, folds, strict=True) if own != fold], self.start)
            found |= {at: error_of(self.points[at], engine) for at, own in enumerate(folds) if own == fold}
        return [found[at] for at in range(len(self.points))]

    def moved(self) -> list[tuple[str, float, float]]:
        """Name, the library's value and the fitted one of every parameter."""
        old = asdict(self.start)
        return [(name, old[name], value) for name, value in asdict(self.fitted).items()]

    def _judged(self) -> list[Judged]:
        """One entry for each model."""
        found = []
        for name in dict.fromkeys(p.measurement.architecture.name for p in self.points):
            at = [number for number, p in enumerate(self.points) if p.measurement.architecture.name == name]
            agreed = [number for number in at if _spread(self.points[number]) <= AGREED] or at
            bands = self._bands([self.after[number] for number in agreed], self._floor(agreed))
            bands = self._widened([self.points[number] for number in at], bands)
            before, after = (tuple(_shown(column) for column in zip(*(errors[n] for n in at), strict=True)) for errors in (self.before, self.after))
            found.append(
                Judged(
                    self._situation([self.points[number].measurement for number in at], bands),
                    before,
                    after,
                    self.taken,
                    len([n for n in at if _spread(self.points[n]) <= AGREED]),
                )
            )
        return found

    def fit(self) -> domain.Fit:
        """Parameters, and bands of what was not measured: by groups held out, where there are enough of them."""
        groups = [_group(point) for point in self.points]
        bands = None
        if len(set(groups)) >= FEWEST:
            errors = self._held_out(groups) if self.taken else self.before
            bands = self._bands(errors, self._floor(range(len(errors))))
            inside = [each.situation.bands for each in self.judged]
            bands = ErrorBands(**{name: max(getattr(each, name) or 0.0 for each in (bands, *inside)) for name in ErrorBands.model_fields})
        parameters = {name: new for name, old, new in self.moved() if new != old}
        return domain.Fit(
            engine=self.engine, accelerator=self.points[0].measurement.chip.name, parameters=parameters, points=len(groups), bands=bands
        )

    def _floor(self, at: Sequence[int]) -> ErrorBands | None:
        """The library's bands, which few points cannot narrow."""
        if len(at) >= ENOUGH:
            return None
        bands, m = self.shipped.bands, self.points[at[0]].measurement
        if m.chip.name in self.shipped.hardware.get(self.engine, ()) and m.precision in MEASURED:
            return bands[self.engine]
        return bands["transferred"] if m.chip.name in self.shipped.hardware["any"] else bands["derived"]

    def _bands(self, errors: Sequence[Error], floor: ErrorBands | None) -> ErrorBands:
        """Half-widths, rounded up to two decimals."""
        widths = (math.exp(_rank([abs(value) for value in column])) - 1 for column in zip(*errors, strict=True))
        least = [getattr(floor, name, None) or 0.01 for name in ErrorBands.model_fields]
        ttft, tpot, rate = (max(math.ceil(100 * width) / 100, low) for width, low in zip(widths, least, strict=True))
        return ErrorBands(ttft=ttft, tpot=tpot, requests_per_second=rate)

    def _widened(self, points: Sequence[Point], bands: ErrorBands) -> ErrorBands:
        """Wide enough for measurements of one situation that contradict each other."""
        wide = bands.model_dump()
        for point in points:
            said = dict(zip(("ttft", "tpot"), predicted(point.measurement, self.fitted), strict=True))
            for figure, (least, most) in (("ttft", point.ttft_s), ("tpot", point.tpot_s)):
                band = getattr(bands, figure)
                if most <= least * (1 + band) ** 2:
                    continue
                self.contradictions.append(Contradiction(point, figure.upper(), least, most, band))
                width = max(said[figure] / least, most / said[figure]) - 1
                wide[figure] = max(wide[figure], math.ceil(100 * width) / 100)
                rates = (self._rate_width(point, figure, value) for value in (least, most))
                wide["requests_per_second"] = max(wide["requests_per_second"], *rates)
        return ErrorBands(**wide)

    def _rate_width(self, point: Point, figure: str, value: float) -> float:
        """Half-width that requests/s need if a figure of this situation is as said rather than as on average."""
        ttft_s, tpot_s = (value, point.measurement.tpot_s) if figure == "ttft" else (point.measurement.ttft_s, value)
        measurement = replace(point.measurement, ttft_s=ttft_s, tpot_s=tpot_s)
        error = error_of(replace(point, measurement=measurement, rate=None), self.fitted)[2]
        return math.ceil(100 * (math.exp(abs(error)) - 1)) / 100

    def _situation(self, own: Sequence[Measurement], bands: ErrorBands) -> domain.Situation:
        spans = {
            name: domain.Span(least=min(values), most=max(values))
            for name, values in (
                ("input_tokens", [m.prompt for m in own]),
                ("output_tokens", [m.output for m in own]),
                ("concurrency", [float(m.batch) for m in own]),
            )
        }
        return domain.Situation(
            engine=self.engine, accelerator=own[0].chip.name, architecture=own[0].architecture.name,
            precisions=tuple(sorted({m.precision for m in own})), degrees=tuple(sorted({m.parallel for m in own})),
            points=len(own), bands=bands, **spans,
        )  # fmt: skip


def _loss(errors: Sequence[Error]) -> float:
    """Mean size of the logarithmic errors of TTFT and TPOT."""
    return sum(abs(error[0]) + abs(error[1]) for error in errors) / len(errors)
