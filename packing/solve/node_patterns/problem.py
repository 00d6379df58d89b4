"""What this package solves, in plain integers: bins with needs in several dimensions, and how many copies are wanted.

    min  Σ_p cost_p v_p + Σ cost_j x_j
    s.t. every opened bin holds a content: Σ weights_j a_j ≤ capacity, a_j ≤ limit_j, sizes within the bin's ratio
         Σ x_j ≥ copies_i,  Σ rate_j x_j ≥ peak_i      over the items j of demand i
         bins of kind k ≤ Σ_p v_p,  v_p ≤ stock_p      over the pools p of kind k

It knows nothing of models and nodes; `translate.py` makes it of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import gcd

UNLIMITED = 2**62
"""Stands for a stock or a capacity that nobody stated."""

Column = tuple[int, tuple[tuple[int, int], ...]]
"""(bin, ((item, copies), ...)), items ascending: the content of one opened bin."""


@dataclass(frozen=True, slots=True)
class Item:
    """One way to serve one copy of a demand in one bin."""

    demand: int
    bin: int
    weights: tuple[int, ...]
    limit: int
    """No more copies than this are in one bin."""
    cost: int
    """Paid for each copy, at least 0."""
    rate: int = 0
    size: int = 1


@dataclass(frozen=True, slots=True)
class Bin:
    """A sort of bin: what it holds, and whose pools pay for it."""

    kind: int
    capacity: tuple[int, ...]
    ratio: tuple[int, int] | None
    """Largest / smallest size in one content, as numerator and denominator; None: any."""
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """Where bins come from."""

    cost: int
    stock: int


@dataclass(frozen=True, slots=True)
class Demand:
    """Copies and requests/s that are wanted at least."""

    copies: int
    peak: int = 0


@dataclass(frozen=True)
class Problem:
    """Everything by index. A pool belongs to one kind."""

    items: tuple[Item, ...]
    bins: tuple[Bin, ...]
    pools: tuple[Pool, ...]
    kinds: tuple[tuple[int, ...], ...]
    """Pools of each kind."""
    demands: tuple[Demand, ...]

    @cached_property
    def ways(self) -> tuple[tuple[int, ...], ...]:
        """Items by demand."""
        found: list[list[int]] = [[] for _ in self.demands]
        for index, item in enumerate(self.items):
            found[item.demand].append(index)
        return tuple(map(tuple, found))

    @cached_property
    def base_cost(self) -> tuple[int, ...]:
        """By demand: what each of its copies costs at least; 0 where requests/s decide how many there are."""
        return tuple(
            0 if demand.peak else min((self.items[index].cost for index in mine), default=0)
            for demand, mine in zip(self.demands, self.ways, strict=True)
        )

    @cached_property
    def constant(self) -> int:
        """What all wanted copies cost at least."""
        return sum(cost * demand.copies for cost, demand in zip(self.base_cost, self.demands, strict=True))

    @cached_property
    def extra(self) -> tuple[int, ...]:
        """By item: what a copy costs beyond the least of its demand."""
        return tuple(item.cost - self.base_cost[item.demand] for item in self.items)

    @cached_property
    def unit(self) -> int:
        """Every sum of pool costs and extra costs is a multiple of this.

        A solution with more copies than wanted is no cheaper than one without the surplus, whose cost is
        `constant` plus such a sum: so the optimum is `constant` plus a multiple of this.
        """
        return gcd(*(pool.cost for pool in self.pools), *self.extra) or 1

    def rounded_up(self, bound: int) -> int:
        """The least possible cost that is no smaller than `bound`."""
        return self.constant + -(-(bound - self.constant) // self.unit) * self.unit

    def cost(self, columns: Iterable[Column], counts: Mapping[int, int] | None = None) -> int | None:
        """Cost of these contents as they are, bins from the cheapest pools; None where stock does not suffice."""
        used = [0] * len(self.kinds)
        total = 0
        for index, (number, content) in enumerate(columns):
            times = 1 if counts is None else counts.get(index, 0)
            used[self.bins[number].kind] += times
            total += times * sum(self.items[item].cost * copies for item, copies in content)
        for mine, count in zip(self.kinds, used, strict=True):
            left = count
            for pool in sorted((self.pools[index] for index in mine), key=lambda each: each.cost):
                taken = min(left, pool.stock)
                total += taken * pool.cost
                left -= taken
            if left:
                return None
        return total
