"""The peak of the sum instead of the sum of the peaks, and each model's part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm
from typing import TYPE_CHECKING

from packing.domain.units import MICRO
from packing.errors import Fault, ProblemError

if TYPE_CHECKING:
    from packing.forecast.level import LeftOut
    from packing.forecast.predict import Forecast


@dataclass(frozen=True, slots=True)
class Peak:
    """What several models need together, in units of weight · requests/s (bytes, if the weights are bytes per request/s).

    Parameters
    ----------
    by_slot : need of the sum, slot by slot: the quantile of the observed sums, times the margin.
    planned : the largest of them.
    slot : where that is.
    sum_of_peaks : each model's own largest slot, summed: what is needed without sharing. A margin from a backtest is in it up to
        that of the sum only, so that models that are hard to forecast do not raise what sharing seems to save.
    sum_of_quantiles : the largest over the slots of the sum of the models' own profiles: sharing over hours, but no
        balancing of one model's bad day by another's good one.
    margin : factor for the error of the forecast that is in `by_slot`.
    left_out : how the sum, forecast without one cycle, would have served that cycle.
    saved : by cycle, the share that sharing would have saved on that cycle itself, planned by one who knew it.
    filled : slots in which the models were never observed together; there the sum of the own profiles is taken.
    """

    by_slot: tuple[Fraction, ...]
    sum_of_peaks: Fraction
    sum_of_quantiles: Fraction
    margin: Fraction
    left_out: tuple[LeftOut, ...]
    filled: tuple[int, ...]
    saved: tuple[float, ...] = ()

    @property
    def planned(self) -> Fraction:
        """The largest need of any slot."""
        return max(self.by_slot)

    @property
    def slot(self) -> int:
        """The slot of the largest need, the first of several."""
        return self.by_slot.index(self.planned)

    @property
    def saving(self) -> float:
        """Share of the sum of the peaks that sharing saves; 0 where it saves nothing, as with fully correlated traffic."""
        return max(0.0, float(1 - self.planned / self.sum_of_peaks)) if self.sum_of_peaks else 0.0


def peak_of_sum(forecast: Forecast, names: Sequence[str], weights: Mapping[str, Fraction]) -> Peak:
    """See `Forecast.peak_of_sum`. Fractions all the way: equal is equal."""
    history, level = forecast.history, forecast.level
    scale, sums = weighted_sums(forecast, names, weights)
    if not any(load is not None for load in sums):
        cause, action = "There is no slot in which all of them were observed.", "Give a history in which they overlap, or plan them apart."
        raise ProblemError([Fault("no_history", "models", ", ".join(names[:5]), cause, action)])
    factor, results = forecast.factor(sums)
    unit = Fraction(1, scale * MICRO)
    apart = [sum((weights[name] * _exact(forecast, name, slot) for name in names), Fraction()) for slot in range(history.slots)]
    together = level.profile(history.cells, sums, history.slots)
    by_slot = tuple(apart[slot] if load is None else load * unit * factor for slot, load in enumerate(together))
    peaks = sum((weights[name] * max(forecast.own[name]) * min(forecast.models[name].margin, factor) / MICRO for name in names), Fraction())
    filled = tuple(slot for slot, load in enumerate(together) if load is None)
    return Peak(by_slot, peaks, max(apart), factor, results, filled, _saved(forecast, names, weights, sums, unit))


def _saved(
    forecast: Forecast, names: Sequence[str], weights: Mapping[str, Fraction], sums: Sequence[int | None], unit: Fraction
) -> tuple[float, ...]:
    """By cycle that had traffic, 1 − the peak of its sum over the sum of its peaks, where all models were observed."""
    moments: dict[int, list[int]] = {}
    for at, (cycle, _) in enumerate(forecast.history.cells):
        if sums[at] is not None:
            moments.setdefault(cycle, []).append(at)
    series = {name: forecast.history.series(name) for name in names}
    found = []
    for at_once in moments.values():
        apart = sum((weights[name] * max(series[name][at] or 0 for at in at_once) for name in names), Fraction()) / MICRO
        if apart:
            found.append(float(1 - max(sums[at] or 0 for at in at_once) * unit / apart))
    return tuple(found)


def weighted_sums(forecast: Forecast, names: Sequence[str], weights: Mapping[str, Fraction]) -> tuple[int, list[int | None]]:
    """The common denominator of the weights, and for each moment Σ weight · rate as an integer in units of it; None where a rate is not known."""
    scale = lcm(*(weights[name].denominator for name in names))
    whole = [(int(weights[name] * scale), forecast.history.series(name)) for name in names]
    sums: list[int | None] = []
    for at in range(len(forecast.history.cells)):
        loads = [None if (rate := series[at]) is None else weight * rate for weight, series in whole]
        sums.append(None if None in loads else sum(load for load in loads if load is not None))
    return scale, sums


def _exact(forecast: Forecast, name: str, slot: int) -> Fraction:
    """A model's own profile in requests/s, before it is rounded up to millionths."""
    return forecast.own[name][slot] * forecast.models[name].margin / MICRO


def allocate(forecast: Forecast, names: Sequence[str], weights: Mapping[str, Fraction]) -> dict[str, tuple[int, ...]]:
    """Profiles whose weighted sum is, in every slot, what the models need together (Euler's allocation).

    A model gets its mean and a part of the margin of the sum that is proportional to how much it moves with the sum:

        rate[i] = mean[i] + max(0, cov(rate[i], sum)) / Σ_j weight[j] · max(0, cov(rate[j], sum)) · (planned − Σ_j weight[j] · mean[j])

    which is D. Tasche, *Capital allocation to business units and sub-portfolios: the Euler principle* (2007) with the
    covariance about the mean of each slot, and with the observations of the neighbours where `Level.neighbours` says so. A
    model that moves against the sum gets its mean, one whose part would be more than its own profile gets that profile, and
    the others the rest. Where nothing moves, the margin is in proportion to the means.

    Returns
    -------
    By model and slot millionths of a request per second, rounded up: the sum is never smaller than what is planned.
    """
    history, peak = forecast.history, peak_of_sum(forecast, names, weights)
    _, sums = weighted_sums(forecast, names, weights)
    together = forecast.level.observed(history.cells, sums, history.slots)
    common = {name: [rate if load is not None else None for rate, load in zip(history.series(name), sums, strict=True)] for name in names}
    seen = {name: forecast.level.observed(history.cells, common[name], history.slots) for name in names}
    profiles: dict[str, list[int]] = {name: [] for name in names}
    for slot in range(history.slots):
        if slot in peak.filled:
            for name in names:
                profiles[name].append(forecast.models[name].rates[slot])
            continue
        means = {name: Fraction(sum(seen[name][slot]), len(seen[name][slot])) for name in names}
        moves = {name: _covariance(seen[name][slot], together[slot]) for name in names}
        own = {name: forecast.own[name][slot] * forecast.models[name].margin for name in names}
        for name, rate in _shares(means, moves, own, weights, peak.by_slot[slot] * MICRO).items():
            profiles[name].append(max(0, ceil(rate)))
    return {name: tuple(rates) for name, rates in profiles.items()}


def _shares(
    means: Mapping[str, Fraction], moves: Mapping[str, int], own: Mapping[str, Fraction], weights: Mapping[str, Fraction], planned: Fraction
) -> dict[str, Fraction]:
    """What each model gets of `planned`, none more than its own profile as long as the others have room up to theirs."""
    fixed: dict[str, Fraction] = {}
    while True:
        free = [name for name in means if name not in fixed]
        parts = _parts(free, moves, means, weights)
        spare = planned - sum((weights[name] * rate for name, rate in (fixed | {name: means[name] for name in free}).items()), Fraction())
        found = {name: means[name] + parts[name] * spare for name in free}
        over = [name for name in free if found[name] > own[name]]
        if not over or len(over) == len(free):  # all of them: on their worst day together they need more than each on its own
            return {name: fixed[name] if name in fixed else found[name] for name in means}
        fixed |= {name: own[name] for name in over}


def _parts(names: Sequence[str], moves: Mapping[str, int], means: Mapping[str, Fraction], weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Each model's requests/s for one unit of the sum's margin."""
    for basis in ({name: Fraction(max(0, moves[name])) for name in names}, means, dict.fromkeys(names, Fraction(1))):
        total = sum((weights[name] * basis[name] for name in names), Fraction())
        if total:
            return {name: basis[name] / total for name in names}
    return dict.fromkeys(names, Fraction())


def _covariance(rates: Sequence[int], sums: Sequence[int]) -> int:
    """n² times the covariance, an integer."""
    return len(rates) * sum(rate * load for rate, load in zip(rates, sums, strict=True)) - sum(rates) * sum(sums)
