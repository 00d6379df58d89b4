"""From a history to a forecast: what each model, and several together, will ask for in each slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil

from packing.domain.units import exact
from packing.errors import Fault, ProblemError
from packing.forecast.history import History
from packing.forecast.level import REQUESTS, SLOTS, LeftOut, Level, left_out, margin_of
from packing.forecast.peak import Peak, allocate, peak_of_sum
from packing.forecast.quantile import held

BACKTEST = "backtest"
SERVED = Fraction(99, 100)
"""Share of the load of a day left out that the factor for the error of the forecast is made for."""


@dataclass(frozen=True, slots=True)
class ModelForecast:
    """What one model will ask for.

    Parameters
    ----------
    name : of the model.
    rates : by slot, millionths of a request per second: the quantile times the margin, rounded up.
    means : by slot, the mean of what was observed; None where nothing was.
    filled : slots in which nothing was observed; they have the largest rate of the others.
    observations : the fewest that any observed slot has.
    margin : factor for the error of the forecast that is in `rates`; 1: none.
    left_out : how the same forecast without one cycle would have served that cycle, the margin not counted.
    """

    name: str
    rates: tuple[int, ...]
    means: tuple[int | None, ...]
    filled: tuple[int, ...]
    observations: int
    margin: Fraction
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What profiles made without a day kept of that day, over all days and models of the history; the margin not counted.

    Parameters
    ----------
    slots : share of the slots of the models that had traffic in which all of it lay within the plan.
    requests : share of the requests that lay within the plan.
    """

    slots: float
    requests: float


@dataclass(frozen=True)
class Forecast:
    """Profiles of the models of a history, and of their sums.

    Parameters
    ----------
    history : what it was made from.
    level : how a slot's figure is taken.
    margin : a factor, or `BACKTEST`: worked out by leaving out one cycle after the other.
    """

    history: History
    level: Level
    margin: Fraction | str

    @cached_property
    def models(self) -> dict[str, ModelForecast]:
        """By name."""
        return {name: self._model(name, series) for name, series in zip(self.history.models, self.history.rates, strict=True)}

    @property
    def held(self) -> float:
        """The probability with which the slot that was observed least holds: the quantile, or less with a short history."""
        return held(self.level.quantile, min((each.observations for each in self.models.values()), default=0))

    @cached_property
    def kept(self) -> Kept | None:
        """Share of the slots and of the requests within the models' own profiles, each day planned from the others; None with one day."""
        results = [each for model in self.models.values() for each in model.left_out]
        return kept_of(results)

    def peak_of_sum(self, models: Sequence[str] | None = None, weights: Mapping[str, float | Fraction] | None = None) -> Peak:
        """What models that share nodes need together, beside the sum of what each needs at its own peak.

        Parameters
        ----------
        models : names; default: all.
        weights : by model, what one request per second needs, e.g. bytes of memory of a copy over the requests/s that it
            serves; default: 1, so that the sum is one of requests/s.

        Raises
        ------
        ProblemError : an unknown model, a weight that is negative or missing, or models that were never observed together.
        """
        names = tuple(dict.fromkeys(models if models is not None else self.history.models))
        return peak_of_sum(self, names, _weights(names, weights))

    def pooled(self, models: Sequence[str] | None = None, weights: Mapping[str, float | Fraction] | None = None) -> dict[str, tuple[int, ...]]:
        """Profiles whose weighted sum is, in every slot, what the models need together; arguments as of `peak_of_sum`.

        They hold for the models as a group behind shared nodes. A model with nodes of its own needs its own profile.

        Returns
        -------
        By model and slot millionths of a request per second, rounded up.
        """
        names = tuple(dict.fromkeys(models if models is not None else self.history.models))
        return allocate(self, names, _weights(names, weights))

    def factor(self, series: Sequence[int | None]) -> tuple[Fraction, tuple[LeftOut, ...]]:
        """The margin for a series of loads, and how days left out would have gone."""
        results = left_out(self.level, self.history.cells, series, self.history.slots, SERVED)
        return (margin_of(results) if isinstance(self.margin, str) else self.margin), results

    @cached_property
    def own(self) -> dict[str, tuple[int | Fraction, ...]]:
        """By model and slot the quantile without the margin; slots in which nothing was observed have the largest of the others."""
        history, found = self.history, {}
        for name, series in zip(history.models, history.rates, strict=True):
            profile = self.level.profile(history.cells, series, history.slots)
            largest = max((rate for rate in profile if rate is not None), default=0)
            found[name] = tuple(largest if rate is None else rate for rate in profile)
        return found

    def _model(self, name: str, series: tuple[int | None, ...]) -> ModelForecast:
        history = self.history
        factor, results = self.factor(series)
        seen = self.level.observed(history.cells, series, history.slots)
        alone = Level().observed(history.cells, series, history.slots)
        means = tuple(-(-sum(each) // len(each)) if each else None for each in alone)
        filled = tuple(slot for slot, each in enumerate(seen) if not each)
        rates = tuple(ceil(rate * factor) for rate in self.own[name])
        return ModelForecast(name, rates, means, filled, min((len(each) for each in seen if each), default=0), factor, results)


def kept_of(results: Sequence[LeftOut]) -> Kept | None:
    """The shares over these days; None where there are none."""
    load, slots = sum(each.load for each in results), sum(each.slots for each in results)
    if not load:
        return None
    return Kept(sum(each.within for each in results) / slots, float(sum((each.kept for each in results), Fraction()) / load))


def forecast(history: History, quantile: float = 0.95, *, of: str = SLOTS, neighbours: int = 0, margin: float | Fraction | str = 1) -> Forecast:
    """Traffic profiles with a margin.

    Parameters
    ----------
    history : of `read_history`, or `History.of`.
    quantile : probability with which the traffic of a slot of the next day stays within the profile, if that day is one
        like those of the history.
    of : ``"slots"``, or ``"requests"``: the quantile is the share of a model's requests that are to lie within the profile. A
        bursty model has most of its requests in the few slots that exceed their quantile, so that 0.95 of the slots may keep 0.7 of the requests.
    neighbours : slots before and after that count as observations of a slot.
    margin : factor on top, for days that are not like those before; ``"backtest"``: what days left out would have needed.

    Raises
    ------
    ProblemError : an option has a value that is not accepted.
    """
    faults = []
    if not 0 < quantile < 1:
        faults.append(Fault("bad_option", "quantile", str(quantile), "A quantile lies between 0 and 1.", "Give 0.95, say."))
    if of not in (SLOTS, REQUESTS):
        faults.append(Fault("bad_option", "of", of, "A quantile is a share of slots or of requests.", "Give slots or requests."))
    if not 0 <= neighbours <= max(0, (history.slots - 1) // 2):
        faults.append(Fault("bad_option", "neighbours", str(neighbours), "More neighbours than the cycle has slots.", "Give 0, 1 or 2."))
    if margin != BACKTEST and (isinstance(margin, str) or not 0 < margin <= 1000):
        faults.append(Fault("bad_option", "margin", str(margin), "A margin is a factor above 0, or the word backtest.", "Give 1.1 for 10 % more."))
    if faults:
        raise ProblemError(faults)
    return Forecast(history, Level(quantile, neighbours, of), margin if isinstance(margin, str) else exact(margin))


def _weights(names: Sequence[str], given: Mapping[str, float | Fraction] | None) -> dict[str, Fraction]:
    if given is None:
        return dict.fromkeys(names, Fraction(1))
    faults = [Fault("missing_field", "weights", name, "The model has no weight.", "Give each model a weight.") for name in names if name not in given]
    faults += [
        Fault("bad_number", f"weights.{name}", str(weight), "A weight is zero or more, and finite.", "Give bytes over requests/s, say.")
        for name, weight in given.items()
        if not 0 <= weight < float("inf")
    ]
    if faults:
        raise ProblemError(faults)
    return {name: exact(given[name]) for name in names}
