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

from packing.forecast.quantile import position, upper

MOST = Fraction(2)
"""A day without traffic in the others' hours would ask for any factor; a plan for twice the past is the most that makes sense."""

T = TypeVar("T")
Cell = tuple[int, int]
Series = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Level:
    """How a slot's figure is taken from the history.

    Parameters
    ----------
    quantile : probability with which the next day's figure is not to exceed it.
    neighbours : slots before and after whose observations count as this slot's own: bursts do not keep to the clock.
    """

    quantile: float = 0.95
    neighbours: int = 0

    def profile(self, cells: Sequence[Cell], series: Series, slots: int) -> tuple[int | None, ...]:
        """The figure of each slot; None where nothing was observed."""
        return tuple(upper(seen, self.quantile) if seen else None for seen in self.observed(cells, series, slots))

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
    served : share of its load that the forecast of the others holds.
    factor : by how much that forecast would have had to be larger to hold the wanted share; None: no factor helps, since
        load came in slots for which nothing was planned.
    """

    cycle: int
    served: float
    factor: Fraction | None


def left_out(level: Level, cells: Sequence[Cell], series: Series, slots: int, share: Fraction) -> tuple[LeftOut, ...]:
    """Each cycle in turn left out, forecast from the others, and held against what came."""
    cycles = sorted({cycle for cycle, _ in cells})
    if len(cycles) < 2:
        return ()
    # By slot, what was observed in it (and its neighbours) with the cycle of each, in order of the loads.
    seen = [
        sorted(each)
        for each in level.observed(cells, [None if load is None else (load, cycle) for (cycle, _), load in zip(cells, series, strict=True)], slots)
    ]
    found = []
    for left in cycles:
        pairs = []
        for (cycle, slot), load in zip(cells, series, strict=True):
            if cycle == left and load is not None:
                others = [each for each, of in seen[slot] if of != left]
                if others:
                    pairs.append((load, others[position(level.quantile, len(others))]))
        total = sum(load for load, _ in pairs)
        if total:
            served = Fraction(sum(min(load, plan) for load, plan in pairs), total)
            found.append(LeftOut(left, float(served), factor_for(pairs, share)))
    return tuple(found)


def factor_for(pairs: Sequence[tuple[int, int]], share: Fraction, asked: Sequence[int] | None = None) -> Fraction | None:
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
