"""Prices in integers, the contents of bins that they make worth most, and the cut and bound that follow.

Any prices give a valid statement. Charge each copy its cost plus the price of the places and the node resources
that it takes; a node of group g then cannot collect more than

    R_g = bins · max_bin V(bin) + Σ prices of its rows,      V(bin) = most valuable content (or a bound above it),

and class i cannot pay less than L_i, its cheapest way to be served. Hence for every plan with the stage's caps on
missing copies, and its numbers of nodes n:

    cost of the copies ≥ Σ_i L_i − Σ_l μ_l cap_l − Σ_g R_g n_g.

The caps belong to the statement: where copies are forced to be missing, L_i holds μ_l for each of them, and without its
counterpart every sentence made of the prices would be false. So a `Cut` has them taken off already, once, for whoever reads it.

All of it is evaluated here in integers, rounded so that the statement holds; floats only suggested the prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packing.compile.data import UNLIMITED
from packing.solve.bounds.prices import whole_price
from packing.solve.context import Share
from packing.solve.patterns.classes import ModelClass
from packing.solve.patterns.costs import Costs
from packing.solve.patterns.fills import Pattern
from packing.solve.patterns.knapsack import Answer, Knapsack
from packing.solve.patterns.layout import Layout
from packing.solve.patterns.master import Column, Duals

SCALE = 2**16
"""Prices are held in 1/SCALE of an objective unit."""
RATE_SCALE = 2**20
"""The price of a request/s is held even finer, since a request is a million units."""
HIGHEST = 2**50
"""No price is higher: tables of sums stay exact in 64 bits."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How thoroughly bins are priced (see `knapsack.py`)."""

    branches: int
    grid: int
    slack: int = 62
    """Contents better by less than 2^-slack do not matter."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Non-negative integers in 1/SCALE objective units; indices as in `Duals`."""

    item: list[int]
    row: dict[tuple[int, int], int]
    cap: dict[tuple[int, int], int]
    rate: list[int]
    """In 1/(SCALE · RATE_SCALE)."""
    level: list[int]


@dataclass(frozen=True, slots=True)
class Cut:
    """What these prices say; see the module's text."""

    least: int
    """Σ L_i − Σ μ_l cap_l in 1/SCALE units: what nodes and copies have to come up with; it may be negative."""
    node: list[int]
    """R_g by group, in 1/SCALE units."""


def prices_of(duals: Duals) -> Prices:
    """Duals as integers."""

    def whole(value: float) -> int:
        return whole_price(value * SCALE, HIGHEST)

    return Prices(
        [whole(value) for value in duals.item],
        {key: whole(value) for key, value in duals.row.items()},
        {key: whole(value) for key, value in duals.cap.items()},
        [whole_price(value * SCALE * RATE_SCALE, HIGHEST * RATE_SCALE) for value in duals.rate],
        [whole(value) for value in duals.level],
    )


def blend(best: Duals, new: Duals, weight: float) -> Duals:
    """weight · best + (1 − weight) · new."""

    def mix(one: float, other: float) -> float:
        return weight * one + (1 - weight) * other

    return Duals(
        [mix(*pair) for pair in zip(best.item, new.item, strict=True)],
        {key: mix(best.row.get(key, 0.0), new.row[key]) for key in new.row},
        {key: mix(best.cap.get(key, 0.0), new.cap[key]) for key in new.cap},
        [mix(*pair) for pair in zip(best.room, new.room, strict=True)],
        [mix(*pair) for pair in zip(best.rate, new.rate, strict=True)],
        [mix(*pair) for pair in zip(best.level, new.level, strict=True)],
    )


class Pricer:
    """Evaluates prices; the bins' structure is prepared once."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        items = layout.items
        self._known: dict[int, tuple[tuple[int, ...], int, Answer]] = {}
        """The last answer for each bin: prices of parts that are settled stay the same."""
        self.knapsacks = [
            Knapsack(
                [items[index].weights for index in each.items],
                each.capacity,
                [items[index].limit for index in each.items],
                [items[index].candidate.size for index in each.items],
                each.ratio,
            )
            for each in layout.bins
        ]

    def contents(self, prices: Prices, effort: Effort, more: int, room: Sequence[float], share: Share) -> tuple[list[int], list[Column]]:
        """(V by bin, contents worth having); V is exact where the effort was enough, and above it otherwise."""
        values, columns = [], []
        for each, knapsack in zip(self.layout.bins, self.knapsacks, strict=True):
            key = tuple(prices.item[index] for index in each.items)
            known = self._known.get(each.index)
            if known is not None and known[0] == key and (known[2].bound == known[2].best or known[1] >= effort.branches):
                answer = known[2]
            else:
                answer = knapsack.solve(key, effort.branches, effort.grid, effort.slack)
                self._known[each.index] = (key, effort.branches, answer)
            values.append(answer.bound)
            patterns = [*answer.patterns, *(knapsack.fills(key, int(room[each.group] * SCALE), more) if more else ())]
            columns += [column_of(each.index, each.items, pattern) for pattern in patterns]
            share.spend(knapsack.worked())
        return values, columns

    def fills(self, prices: Prices, count: int, room: Sequence[float], limits: Sequence[int], share: Share) -> list[Column]:
        """Good contents of every bin, without proof; with no more copies of an item than `limits` says."""
        columns = []
        for each, knapsack in zip(self.layout.bins, self.knapsacks, strict=True):
            key = [prices.item[index] for index in each.items]
            most = [limits[index] for index in each.items]
            patterns = knapsack.fills(key, int(room[each.group] * SCALE), count, most)
            columns += [column_of(each.index, each.items, pattern) for pattern in patterns]
            share.spend(knapsack.worked())
        return columns

    def cut(self, costs: Costs, prices: Prices, values: Sequence[int]) -> Cut:
        """The valid inequality that prices and bin values make."""
        layout = self.layout
        node = [group.bins_per_node * max((values[index] for index in group.bins), default=0) for group in layout.groups]
        for (group, _), price in prices.row.items():
            node[group] += price
        for (_, group), price in prices.cap.items():
            node[group] += price
        allowed = sum(price * cap for price, cap in zip(prices.level, costs.caps, strict=True) if cap is not None)
        return Cut(sum(self.payments(costs, prices)) - allowed, node)

    def payments(self, costs: Costs, prices: Prices) -> list[int]:
        """L_i by class."""
        free = [self.optional(costs, level) for level in range(len(costs.caps))]
        return [self._least(costs, prices, each, optional=free[costs.level_of(each)]) for each in self.layout.classes]

    def _charge(self, costs: Costs, prices: Prices, index: int) -> int:
        """What one copy pays as this item."""
        item = self.layout.items[index]
        cost = item.candidate.coefficient * SCALE * costs.scale
        if item.bin >= 0:
            cost += item.units * prices.item[index]
        group = self.layout.groups[item.group]
        for dimension, capacity in group.rows:
            need = item.candidate.node_demand[dimension]
            if need and capacity:
                cost += prices.row.get((group.index, dimension), 0) * need // capacity
        whole = prices.cap.get((item.owner, group.index), 0)
        if whole:
            cost += whole // self.layout.classes[item.owner].per_node
        return cost

    def _least(self, costs: Costs, prices: Prices, each: ModelClass, *, optional: bool) -> int:
        """L_i: by copies, by requests/s, and by both at the price of a request/s."""
        model = each.first
        ways = [(self._charge(costs, prices, index), self.layout.items[index].candidate.rate) for index in self.layout.by_class[each.index]]
        level = costs.level_of(each)
        # Where a level has no cap, there is nothing that its price could be the price of.
        capped = prices.level[level] if costs.caps[level] is not None else 0
        missing = costs.missing[each.index] * SCALE + capped
        copies, peak = each.copies - each.forced, each.peak - each.forced * model.fastest
        if optional:
            ways.append((missing, model.fastest))
        else:
            copies = max(copies, each.least)
        own = each.forced * missing
        if not ways:
            return own
        best = max(0, copies) * min(cost for cost, _ in ways)
        if model.fastest and peak > 0:
            rates = [prices.rate[each.index], min((cost * RATE_SCALE // rate for cost, rate in ways if rate), default=0)]
            for price in rates:
                rest = min(cost * RATE_SCALE - price * rate for cost, rate in ways)
                if rest >= 0:
                    best = max(best, (max(0, copies) * rest + price * peak) // RATE_SCALE)
        return own + best

    def optional(self, costs: Costs, level: int) -> bool:
        """Whether more than the forced copies of a level's models may be missing."""
        cap = costs.caps[level]
        return cap is None or cap > sum(each.forced for each in self.layout.classes if costs.level_of(each) == level)

    def bound(self, costs: Costs, prices: Prices, values: Sequence[int]) -> int:
        """The bound that these prices give by themselves, in objective units.

        Prices are lowered where a node of a pool without limit would collect more than it costs (Farley); where
        stock is limited, what is collected above the node's cost is paid back for each node in stock.
        """
        layout, compiled = self.layout, self.layout.compiled
        cut = self.cut(costs, prices, values)
        factor = [(1, 1)] * len(layout.groups)
        for group in layout.groups:
            limits = [costs.pools[pool] * SCALE for pool in compiled.kinds[group.kind].pools if compiled.pools[pool].stock >= UNLIMITED]
            if limits and cut.node[group.index] > min(limits):
                factor[group.index] = (min(limits), cut.node[group.index])
        if any(top != bottom for top, bottom in factor):
            prices = self._lowered(prices, factor)
            groups = [layout.bins[index].group for index in range(len(layout.bins))]
            lower = [value * factor[group][0] // factor[group][1] for value, group in zip(values, groups, strict=True)]
            cut = self.cut(costs, prices, lower)
        total = costs.constant * SCALE + cut.least
        dearest: dict[int, int] = {}
        for group in layout.groups:
            dearest[group.kind] = max(dearest.get(group.kind, 0), cut.node[group.index])
        for pool, price in zip(compiled.pools, costs.pools, strict=True):
            surplus = dearest.get(pool.kind, 0) - price * SCALE
            if pool.stock < UNLIMITED and surplus > 0:
                total -= surplus * pool.stock
        return -(-total // SCALE)

    def _lowered(self, prices: Prices, factor: Sequence[tuple[int, int]]) -> Prices:
        def lower(price: int, group: int) -> int:
            top, bottom = factor[group]
            return price * top // bottom

        return Prices(
            [lower(price, self.layout.items[index].group) for index, price in enumerate(prices.item)],
            {key: lower(price, key[0]) for key, price in prices.row.items()},
            {key: lower(price, key[1]) for key, price in prices.cap.items()},
            prices.rate,
            prices.level,
        )


def column_of(number: int, items: Sequence[int], pattern: Pattern) -> Column:
    """A content by position as a column by item."""
    return number, tuple((items[position], copies) for position, copies in pattern)


def worth(column: Column, values: Sequence[float]) -> float:
    """Value of a column at these prices."""
    return sum(values[item] * copies for item, copies in column[1])
