"""Prices in integers, and the bound that follows from them.

Let a copy of demand i earn π_i ≥ 0, a unit of its rate β_i ≥ 0, beyond the least that a copy costs. A bin of sort b then earns at most

    V_b ≥ max_content Σ (π + β·rate − extra cost) .

Every solution serves all demands, so that its cost is at least

    constant + Σ_i (π_i copies_i + β_i peak_i) − Σ_p stock_p · (max_{b of p's kind} V_b − cost_p)⁺ ,

with π and β lowered in proportion until no pool without limit is left with V_b > cost_p (Farley 1990): extra costs are not negative, so that
lowering them by a factor lowers V_b by at least that. All of it is evaluated in integers, rounded so that it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from packing.solve.bounds.prices import whole_price
from packing.solve.node_patterns.master import Duals
from packing.solve.node_patterns.problem import UNLIMITED, Problem

SCALE = 2**16
"""Prices are held in 1/SCALE units of cost."""
RATE_SCALE = 2**20
"""The price of a unit of rate is held even finer, since there are many of them in a copy."""
HIGHEST = 2**48
"""No price is higher, so that sums stay exact in 64 bits."""


@dataclass(frozen=True, slots=True)
class Prices:
    """By demand: of a copy (1/SCALE), of a unit of rate (1/(SCALE·RATE_SCALE)); and of a bin by kind, as the duals have it."""

    copy: tuple[int, ...]
    rate: tuple[int, ...]
    bin: tuple[int, ...]


def prices_of(problem: Problem, duals: Duals) -> Prices:
    """Duals as integers; cut off at what keeps sums exact, since any prices are valid."""

    def whole(value: float) -> int:
        return whole_price(value * SCALE, HIGHEST)

    most = [max((problem.items[index].rate for index in mine), default=0) for mine in problem.ways]
    rates = (
        whole_price(value * SCALE * RATE_SCALE, HIGHEST * RATE_SCALE // max(1, fastest)) for value, fastest in zip(duals.rate, most, strict=True)
    )
    return Prices(tuple(map(whole, duals.copy)), tuple(rates), tuple(map(whole, duals.bin)))


def mixed(one: Prices, other: Prices, parts: int, of: int) -> Prices:
    """parts/of · one + the rest · other."""

    def mix(mine: Sequence[int], theirs: Sequence[int]) -> tuple[int, ...]:
        return tuple((parts * a + (of - parts) * b) // of for a, b in zip(mine, theirs, strict=True))

    return Prices(mix(one.copy, other.copy), mix(one.rate, other.rate), mix(one.bin, other.bin))


def values_of(problem: Problem, prices: Prices, items: np.ndarray) -> np.ndarray:
    """(n,) int64 in 1/SCALE: what a copy of each item earns, rounded up; at least 0."""
    found = []
    for index in map(int, items):
        item = problem.items[index]
        earned = prices.copy[item.demand] + -(-prices.rate[item.demand] * item.rate // RATE_SCALE)
        found.append(max(0, earned - problem.extra[index] * SCALE))
    return np.array(found, dtype=np.int64)


def bound_of(problem: Problem, prices: Prices, worth: Sequence[int]) -> int:
    """The least cost that these prices prove; `worth` by bin is V_b, exact or above, in 1/SCALE."""
    best = [0] * len(problem.kinds)
    for each, value in zip(problem.bins, worth, strict=True):
        best[each.kind] = max(best[each.kind], value)
    top, bottom = 1, 1
    for kind, pools in enumerate(problem.kinds):
        for pool in (problem.pools[index] for index in pools):
            cost = pool.cost * SCALE
            if pool.stock >= UNLIMITED and cost * bottom < best[kind] * top:
                top, bottom = cost, best[kind]
    total = sum(
        demand.copies * (copy * top // bottom) + demand.peak * (rate * top // bottom) // RATE_SCALE
        for demand, copy, rate in zip(problem.demands, prices.copy, prices.rate, strict=True)
    )
    for kind, pools in enumerate(problem.kinds):
        for pool in (problem.pools[index] for index in pools):
            if pool.stock < UNLIMITED:
                total -= pool.stock * max(0, -(-best[kind] * top // bottom) - pool.cost * SCALE)
    return problem.rounded_up(problem.constant + -(-total // SCALE))
