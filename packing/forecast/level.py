"""A profile from a series of loads: for each slot the wanted quantile of what was observed in it.

A load is any integer that grows with the traffic: the rate of one model, or the weighted sum of the rates of several.
Everything here is positively homogeneous: loads three times as large have a profile three times as large, to the last
unit. Models whose rates go up and down together, each a multiple of the same curve, therefore have a profile of the sum
that is exactly the sum of their profiles: no saving is claimed where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from packing.domain.units import exact
from packing.forecast.quantile import position, upper

MOST = Fraction(2)
"""A day without traffic in the others' hours would ask for any factor; a plan for twice the past is the most that makes sense."""

SLOTS, REQUESTS = "slots", "requests"
"""What a quantile may be a share of."""

T = TypeVar("T")
Cell = tuple[int, int]
Series = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Level:
    """How a slot's figure is taken from the history.

    Parameters
    ----------
    quantile : of `slots`, the probability with which the next day's figure of a slot is not to exceed the plan; of
        `requests`, the share of the load that is to lie within it.
    neighbours : slots before and after whose observations count as this slot's own: bursts do not keep to the clock.
    of : `SLOTS` or `REQUESTS`: what the quantile is a share of.
    """

    quantile: float = 0.95
    neighbours: int = 0
    of: str = SLOTS

    def profile(self, cells: Sequence[Cell], series: Series, slots: int) -> tuple[int | Fraction | None, ...]:
        """The figure of each slot; None where nothing was observed."""
        ranked = [upper(seen, self.quantile) if seen else None for seen in self.observed(cells, series, slots)]
        least = self.floor(cells, series, slots)
        return tuple(None if load is None else _larger(load, least) for load in ranked)

    def floor(self, cells: Sequence[Cell], series: Series, slots: int) -> Fraction:
        """The smallest figure of any slot with which days left out have the wanted share of their load within the plan; 0 of `slots`.

        Most of a bursty model's requests come in the few slots that exceed their quantile. A burst does not keep to the hour in which
        the last one came, so that one figure under all slots keeps more of its requests than a factor on each.
        """
        if self.of == SLOTS:
            return Fraction(0)
        pairs = [pair for _, found in _planned(self.quantile, self.neighbours, cells, series, slots) for pair in found]
        return floor_for(pairs, exact(self.quantile))

    def observed(self, cells: Sequence[Cell], series: Sequence[T | None], slots: int) -> list[list[T]]:
        """By slot, all that was observed in it and in its neighbours."""
        found: list[list[T]] = [[] for _ in range(slots)]
        for (_, slot), load in zip(cells, series, strict=True):
            if load is not None:
                for near in {(slot + step) % slots for step in range(-self.neighbours, self.neighbours + 1)}:
                    found[near].append(load)
        return found


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How a forecast made without one cycle (day) would have served that cycle.

    Parameters
    ----------
    cycle : which one was left out.
    load, kept : what came, and what of it the forecast of the others holds, in the units of the series.
    slots, within : how many slots were held against it, and in how many all of the load was within the plan.
    factor : by how much that forecast would have had to be larger to hold the wanted share; None: no factor helps, since
        load came in slots for which nothing was planned.
    """

    cycle: int
    load: int
    kept: Fraction
    slots: int
    within: int
    factor: Fraction | None

    @property
    def served(self) -> float:
        """Share of its load that the forecast of the others holds."""
        return float(self.kept / self.load)


def left_out(level: Level, cells: Sequence[Cell], series: Series, slots: int, share: Fraction) -> tuple[LeftOut, ...]:
    """Each cycle in turn left out, forecast from the others, and held against what came."""
    found = []
    for left, pairs in _planned(level.quantile, level.neighbours, cells, series, slots):
        least = Fraction(0)
        if level.of != SLOTS:  # from the others alone, as a plan made on the day before would have it
            others = [at for at, (cycle, _) in enumerate(cells) if cycle != left]
            least = level.floor([cells[at] for at in others], [series[at] for at in others], slots)
        held = [(load, _larger(plan, least)) for load, plan in pairs]
        total = sum(load for load, _ in held)
        if total:
            kept = sum((min(Fraction(load), plan) for load, plan in held), Fraction())
            found.append(LeftOut(left, total, kept, len(held), sum(load <= plan for load, plan in held), factor_for(held, share)))
    return tuple(found)


def _larger(load: int, least: Fraction) -> Fraction:
    return max(Fraction(load), least)


def _planned(quantile: float, neighbours: int, cells: Sequence[Cell], series: Series, slots: int) -> list[tuple[int, list[tuple[int, int]]]]:
    """By cycle, its loads beside the quantiles of all the other cycles."""
    cycles = sorted({cycle for cycle, _ in cells})
    if len(cycles) < 2:
        return []
    # By slot, what was observed in it (and its neighbours) with the cycle of each, in order of the loads.
    marked = [None if load is None else (load, cycle) for (cycle, _), load in zip(cells, series, strict=True)]
    seen = [sorted(each) for each in Level(quantile, neighbours).observed(cells, marked, slots)]
    ranks: list[dict[int, list[int]]] = [{} for _ in seen]
    for slot, each in enumerate(seen):
        for at, (_, cycle) in enumerate(each):
            ranks[slot].setdefault(cycle, []).append(at)
    found: dict[int, list[tuple[int, int]]] = {cycle: [] for cycle in cycles}
    for (cycle, slot), load in zip(cells, series, strict=True):
        own = ranks[slot].get(cycle, [])
        if load is not None and len(own) < len(seen[slot]):
            at = position(quantile, len(seen[slot]) - len(own))
            for rank in own:  # ascending: each of its own observations moves the wanted one up by one place
                at += int(rank <= at)
            found[cycle].append((load, seen[slot][at][0]))
    return list(found.items())


def floor_for(pairs: Sequence[tuple[int, int]], share: Fraction) -> Fraction:
    """The smallest c with Σ min(load, max(c, plan)) ≥ share · Σ load, over pairs of (load, plan).

    The left side grows piece by piece: by one for each pair whose plan lies below c and whose load above it.
    """
    missing = share * sum(load for load, _ in pairs) - sum(min(load, plan) for load, plan in pairs)
    if missing <= 0:
        return Fraction(0)
    breaks = sorted([(plan, 1) for load, plan in pairs if plan < load] + [(load, -1) for load, plan in pairs if plan < load])
    slope, before = 0, breaks[0][0]
    for at, step in breaks:
        if slope * (at - before) >= missing:
            break
        missing -= slope * (at - before)
        slope, before = slope + step, at
    return before + missing / slope


def factor_for(pairs: Sequence[tuple[int, int | Fraction]], share: Fraction, asked: Sequence[int] | None = None) -> Fraction | None:
    """The smallest f with Σ asked · min(1, f · plan / load) ≥ share · Σ asked, over pairs of (load, plan); None where there is none.

    The left side grows piece by piece, with a break where f · plan reaches a load; between breaks f is a division.

    Parameters
    ----------
    asked : what each load counts, e.g. its requests; default: the load itself.
    """
    counted = asked if asked is not None else [load for load, _ in pairs]
    wanted = share * sum(counted)
    parts = [(load, plan, count) for (load, plan), count in zip(pairs, counted, strict=True) if load]
    breaks = sorted((Fraction(load, plan), Fraction(count * plan, load), count) for load, plan, count in parts if plan)
    reached = Fraction(sum(counted) - sum(count for _, _, count in parts))
    slope = sum((rise for _, rise, _ in breaks), Fraction())
    for ratio, rise, count in breaks:
        if reached + slope * ratio >= wanted:
            return max(Fraction(0), (wanted - reached) / slope)
        reached, slope = reached + count, slope - rise
    return None


def margin_of(results: Sequence[LeftOut]) -> Fraction:
    """The factor for the error of the forecast: the mean of what the cycles left out would have needed, never below 1.

    The mean, not the largest: with the five to ten days that a history has, the largest is one day's accident, and a plan
    made with it pays for that accident every day (benchmarks/traffic.md). For the same reason no day counts as more than
    `MOST`, which is also what a day counts that no factor would have helped.
    """
    factors = [MOST if each.factor is None else min(each.factor, MOST) for each in results]
    return max(Fraction(1), sum(factors, Fraction()) / len(factors)) if factors else Fraction(1)
