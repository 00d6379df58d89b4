"""Tenants on a shared pool, hour by hour: what they need, how plans would have served them, and what is planned with which rule.

Memory needed in an hour: Σ over tenants of ⌈requests/s ÷ requests/s of a copy⌉ · memory of a copy. The clairvoyant plan is the largest need of
any judged hour, held in all of them. Where an hour needs more than is planned, the share planned ÷ needed of every tenant's
requests is served, and the others miss their SLO.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil

from packing.domain.units import MICRO
from packing.forecast import History, Level, fitted, followed
from packing.forecast.level import left_out, margin_of

DAY = 24
SHARE = Fraction(99, 100)
SIZES = (1.5, 3, 7, 8, 13, 14, 32, 70)
"""Billions of parameters."""


@dataclass(frozen=True, slots=True)
class Week:
    """A pool over a week.

    Parameters
    ----------
    needs : [tenant][hour], MiB that the tenant's copies take.
    sums : [hour], MiB of all of them.
    requests : [hour], millionths of a request per second of all tenants.
    """

    needs: tuple[tuple[int, ...], ...]
    sums: tuple[int, ...]
    requests: tuple[int, ...]


def week(history: History, spread: str, seed: int) -> Week:
    """The pool of these tenants, each with a model of a random size.

    Parameters
    ----------
    spread : ``"equal"``: 16 GiB and 1 request/s a copy, all of them. ``"5x"``: 5 to 25 GiB and 0.5 to 2 requests/s a copy, each
        log-uniform: what one multi-model endpoint admits. ``"wide"``: 1.5 to 70 billion parameters, memory in proportion (16 bit and a
        quarter for caches), requests/s of a copy inversely: a tenant's request costs up to 2,000 times another's.
    """
    generator = random.Random(seed)
    needs = []
    for series in history.rates:
        memory, rate = _copy(generator, spread)
        needs.append(tuple(-(-(load or 0) // rate) * memory for load in series))
    sums = tuple(sum(column) for column in zip(*needs, strict=True))
    return Week(tuple(needs), sums, tuple(sum(load or 0 for load in column) for column in zip(*history.rates, strict=True)))


def _copy(generator: random.Random, spread: str) -> tuple[int, int]:
    """MiB and millionths of a request per second of a copy."""
    if spread == "equal":
        return 16 * 1024, MICRO
    if spread == "5x":
        return ceil(5 * 5 ** generator.random() * 1024), ceil(0.5 * 4 ** generator.random() * MICRO)
    size = generator.choice(SIZES)
    return ceil(size * 2.5 * 1024), ceil(20 / size * 4 ** (generator.random() - 0.5) * MICRO)


Rule = Callable[[Week, int], Sequence[int]]
"""From a week and the number of days to plan from to what is planned for each judged hour. A fixed rule reads those days only; one that
plans anew reads what lies before the hour that it plans for, and takes its parameters from those days."""


def _flat(level: int, days: int) -> list[int]:
    return [level] * ((7 - days) * DAY)


def sum_of_peaks(pool: Week, days: int) -> Sequence[int]:
    """Each tenant's own largest need: dedicated capacity."""
    return _flat(sum(max(series[: days * DAY]) for series in pool.needs), days)


def sum_of_quantiles(pool: Week, days: int) -> Sequence[int]:
    """Each tenant's own 95th percentile over all hours."""
    cells = [(hour // DAY, 0) for hour in range(days * DAY)]
    return _flat(sum(ceil(Level(0.95).profile(cells, series[: days * DAY], 1)[0] or 0) for series in pool.needs), days)


def peak_of_sum(pool: Week, days: int) -> Sequence[int]:
    """The largest sum that was seen."""
    return _flat(max(pool.sums[: days * DAY]), days)


def quantile_of_sum(pool: Week, days: int) -> Sequence[int]:
    """The 95th percentile of the sums, times what days left out would have needed."""
    cells, seen = [(hour // DAY, 0) for hour in range(days * DAY)], pool.sums[: days * DAY]
    factor = margin_of(left_out(Level(0.95), cells, seen, 1, SHARE))
    return _flat(ceil((Level(0.95).profile(cells, seen, 1)[0] or 0) * factor), days)


def last_two_days(pool: Week, days: int) -> Sequence[int]:
    """The largest sum of the last two days that were seen."""
    return _flat(max(pool.sums[(days - 2) * DAY : days * DAY]), days)


def day_plan(pool: Week, days: int) -> Sequence[int]:
    """A schedule by hour of the day: the largest of that hour and its neighbours, no margin."""
    return _schedule(pool, days, margin=False)


def day_plan_with_margin(pool: Week, days: int) -> Sequence[int]:
    """The same times what days left out would have needed."""
    return _schedule(pool, days, margin=True)


def _schedule(pool: Week, days: int, *, margin: bool) -> Sequence[int]:
    cells, seen, level = [divmod(hour, DAY) for hour in range(days * DAY)], pool.sums[: days * DAY], Level(0.95, neighbours=1)
    factor = margin_of(left_out(level, cells, seen, DAY, SHARE)) if margin else Fraction(1)
    return [ceil((rate or 0) * factor) for rate in level.profile(cells, seen, DAY)] * (7 - days)


def each_night(pool: Week, days: int) -> Sequence[int]:
    """Planned anew at midnight: the largest sum of the last two days."""
    return [max(pool.sums[(day - 2) * DAY : day * DAY]) for day in range(days, 7) for _ in range(DAY)]


def each_hour(pool: Week, days: int) -> Sequence[int]:
    """Planned anew each hour: the largest sum of the 24 hours before, times the factor that the days to plan from call for."""
    factor = fitted(pool.sums[: days * DAY], DAY, SHARE, pool.requests[: days * DAY])
    return [each or 0 for each in followed(pool.sums, DAY, days * DAY, factor)]


def each_hour_with_spare(pool: Week, days: int) -> Sequence[int]:
    """The same with 5 % on top."""
    return [ceil(each * 1.05) for each in each_hour(pool, days)]


RULES: dict[str, Rule] = {
    "sum of the peaks": sum_of_peaks,
    "sum of the tenants' quantiles": sum_of_quantiles,
    "peak of the sum": peak_of_sum,
    "quantile of the sum, margin": quantile_of_sum,
    "last two days' peak": last_two_days,
    "day plan by hour": day_plan,
    "day plan by hour, margin": day_plan_with_margin,
    "anew each night": each_night,
    "anew each hour": each_hour,
    "anew each hour, 5 % spare": each_hour_with_spare,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """How a plan did on the judged hours.

    Parameters
    ----------
    memory : memory-hours planned over those of the clairvoyant plan.
    served : share of the requests that were within capacity.
    hours : share of the hours whose need was within capacity.
    unharmed : share of the requests that came in such hours: the attainment if an over-full hour harmed all of its requests.
    changes : how often a day the planned memory changes.
    """

    memory: float
    served: float
    hours: float
    unharmed: float
    changes: float

    @property
    def both(self) -> bool:
        """Whether both targets are met."""
        return self.memory <= 1.1 and self.served >= float(SHARE)


def judge(pool: Week, days: int, planned: Sequence[int]) -> Judged:
    """Hold a plan against what came; exact until the last division."""
    needed, asked = pool.sums[days * DAY :], pool.requests[days * DAY :]
    within = [need <= plan for need, plan in zip(needed, planned, strict=True)]
    served = sum(
        (Fraction(rate) if fits else Fraction(rate * plan, need) for rate, fits, plan, need in zip(asked, within, planned, needed, strict=True)),
        Fraction(),
    )
    unharmed = sum(rate for rate, fits in zip(asked, within, strict=True) if fits)
    changes = sum(before != after for before, after in pairwise(planned)) * DAY / len(planned)
    memory = Fraction(sum(planned), max(needed) * len(needed))
    return Judged(float(memory), float(served / sum(asked)), sum(within) / len(within), unharmed / sum(asked), changes)
