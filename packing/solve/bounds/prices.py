"""Lower bound from prices on resources (Lagrangian relaxation of the node rows).

Give every unit of every resource of an instance type a price such that a whole node costs no more than it
does in truth. Then each copy pays at least its own coefficient plus the price of what it takes, models can be
looked at one by one, and the sum of their cheapest ways is a lower bound: weak duality, valid for *any* prices.
Good prices are the duals of a linear program (`linear.py`); since they are only read as prices, and the bound is
evaluated here in integers with everything rounded down, the solver's tolerances cannot make it invalid.

    bound = d + sum_i L_i - sum_p max(0, rho_k(p) - b_p) * stock_p

with rho_k the price of all that a node of type k has, and L_i the cheapest way to serve model i at these prices.
Notation as in docs/formulation.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from packing.compile.data import UNLIMITED, Candidate, Compiled, Kind, ModelData
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Sharing
from packing.solve.bounds.forced import forced_missing

SCALE = 2**24
"""Prices are held in 1/SCALE of an objective unit."""
MOST_STEPS = 60
"""Copies up to which a model's cheapest way is found exactly (dynamic programming)."""

POOLED = (Hosting.MULTI_MODEL, Hosting.INFERENCE_COMPONENT)
"""Hosting options whose nodes several models may share."""

HIGHEST = 2**100
"""No price is higher: a sum of them is then a number that prints."""


def whole_price(suggested: float, highest: int = HIGHEST) -> int:
    """A dual value as a price: any number from 0 to `highest` is valid, so that what is none of them (a solver's NaN, infinity) becomes one."""
    return int(suggested) if 0 < suggested < highest else highest if suggested >= highest else 0


Row = tuple[int, Hosting, int, int]
"""(kind, hosting option, dimension, slot)."""


def rows_of(compiled: Compiled, kind: Kind, hosting: Hosting) -> list[tuple[int, int, int]]:
    """(dimension, slot, capacity of a whole node) that can bind on nodes of this type under this hosting option."""
    multi = hosting is Hosting.MULTI_MODEL
    totals = [kind.memory, MICRO, 1, kind.mig_compute, kind.mig_memory]
    if multi or kind.sharing is not Sharing.EXCLUSIVE:
        totals[2] = 0
    totals = [amount * kind.accelerators for amount in totals]
    totals += [0 if amount >= UNLIMITED else amount for amount in (kind.vcpus, kind.host_memory, *kind.resources)]
    slots = range(compiled.slots) if multi else range(1)
    return [(dimension, slot, total) for dimension, total in enumerate(totals) if total for slot in slots]


def row_capacities(compiled: Compiled) -> dict[Row, int]:
    """What a whole node has, for every row on nodes that several models may share."""
    return {
        (index, hosting, dimension, slot): amount
        for index, kind in enumerate(compiled.kinds)
        for hosting in POOLED
        for dimension, slot, amount in rows_of(compiled, kind, hosting)
    }


def needs_of(candidate: Candidate, compiled: Compiled) -> list[tuple[int, int, int]]:
    """(dimension, slot, amount) that one copy takes of its node, all accelerators together."""
    amounts = [candidate.width * amount for amount in candidate.demand] + list(candidate.node_demand)
    slots = [slot for slot in range(compiled.slots) if candidate.mask >> slot & 1] if candidate.hosting is Hosting.MULTI_MODEL else [0]
    return [(dimension, slot, amount) for dimension, amount in enumerate(amounts) if amount for slot in slots]


Way = tuple[int, int, int]
"""(copies it covers, requests/s it covers, cost in 1/SCALE units): a copy at prices, or a whole single-model node."""


@dataclass(frozen=True)
class Prices:
    """Price of all of a row's capacity on one node, in 1/SCALE objective units."""

    row: Mapping[Row, int] = field(default_factory=dict)

    def node(self, kind: int) -> int:
        """rho: what all resources of a node of the type cost under the hosting option where they cost most."""
        sums: dict[Hosting, int] = {}
        for (each, hosting, _, _), price in self.row.items():
            if each == kind:
                sums[hosting] = sums.get(hosting, 0) + price
        return max(sums.values(), default=0)


def affordable(compiled: Compiled, prices: Prices) -> Prices:
    """The same prices, lowered where a node of a pool without limit would cost more than it does."""
    factor: dict[int, tuple[int, int]] = {}
    for index, kind in enumerate(compiled.kinds):
        limits = [compiled.pools[pool].coefficient * SCALE for pool in kind.pools if compiled.pools[pool].stock >= UNLIMITED]
        whole = prices.node(index)
        if limits and whole > min(limits):
            factor[index] = (min(limits), whole)
    lowered = {row: price * factor[row[0]][0] // factor[row[0]][1] if row[0] in factor else price for row, price in prices.row.items()}
    return Prices(lowered)


def price_bound(compiled: Compiled, prices: Prices, better: Mapping[int, int] | None = None) -> int:
    """The bound in objective units, for plans whose missing copies are just the forced ones.

    `better`: for some tenants, what their models pay together at these prices (1/SCALE units), bounded otherwise.
    """
    priced = PricedModels(compiled, prices)
    total = compiled.constant * SCALE - priced.stock_rent
    by_tenant: defaultdict[int, int] = defaultdict(int)
    for model in compiled.models:
        by_tenant[model.tenant] += priced.least(model)
    total += sum(max(paid, (better or {}).get(tenant, paid)) for tenant, paid in by_tenant.items())
    # Every plan's objective is an integer, so that a fractional bound may be rounded up.
    return -(-total // SCALE)


class PricedModels:
    """What each model pays at least, at given prices (lowered where a node would cost more than it does)."""

    def __init__(self, compiled: Compiled, prices: Prices) -> None:
        self.compiled = compiled
        self.prices = affordable(compiled, prices)
        node_price = [self.prices.node(index) for index in range(len(compiled.kinds))]
        self.stock_rent = sum(
            max(0, node_price[pool.kind] - pool.coefficient * SCALE) * pool.stock for pool in compiled.pools if pool.stock < UNLIMITED
        )
        """What all stock together earns by being short."""
        self.node = _single_node_prices(compiled, node_price)
        """Least price of one more node, by instance type."""
        self._capacity = row_capacities(compiled)
        self._remembered: dict[tuple[object, ...], int] = {}

    def least(self, model: ModelData) -> int:
        """Lower bound on what one model pays, in 1/SCALE units."""
        candidates = [self.compiled.candidates[index] for index in model.candidates]
        looks = tuple(
            (each.hosting, each.kind, each.width, each.demand, each.node_demand, each.mask, each.coefficient, each.rate) for each in candidates
        )
        key = (_signature(model), looks)
        if key not in self._remembered:
            self._remembered[key] = _cheapest(self.compiled, model, self._ways(model, candidates))
        return self._remembered[key]

    def copy(self, candidate: Candidate) -> int:
        """What one copy pays on a node that others share: its coefficient and the price of what it takes."""
        cost = candidate.coefficient * SCALE
        for dimension, slot, amount in needs_of(candidate, self.compiled):
            row = (candidate.kind, candidate.hosting, dimension, slot)
            price = self.prices.row.get(row)
            if price:
                cost += price * amount // self._capacity[row]
        return cost

    def _ways(self, model: ModelData, candidates: list[Candidate]) -> list[Way]:
        shared = [candidate for candidate in candidates if candidate.hosting is not Hosting.SINGLE_MODEL]
        ways = [(1, candidate.rate, self.copy(candidate)) for candidate in shared]
        single: dict[int, list[Candidate]] = {}
        for candidate in candidates:
            if candidate.hosting is Hosting.SINGLE_MODEL:
                single.setdefault(candidate.kind, []).append(candidate)
        for kind, mine in single.items():
            count = most_on_node(self.compiled, model, self.compiled.kinds[kind], mine)
            cheapest, fastest = min(each.coefficient for each in mine), max(each.rate for each in mine)
            # By copies, every number up to what is needed may be the best fill; by requests/s, the fullest node is.
            numbers = {*range(1, min(count, model.fewest) + 1), count}
            ways += [(copies, copies * fastest, self.node[kind] + copies * cheapest * SCALE) for copies in sorted(numbers)]
        return ways


def _signature(model: ModelData) -> tuple[int, ...]:
    return (model.base, model.peak, model.fastest, model.most, model.missing_coefficient, model.max_per_node)


def _single_node_prices(compiled: Compiled, node_price: list[int]) -> list[int]:
    """Least price of one more node of a type: its cheapest pool's, or rho where stock limits make nodes dearer."""
    least = []
    for index, kind in enumerate(compiled.kinds):
        own = min((compiled.pools[pool].coefficient * SCALE for pool in kind.pools if compiled.pools[pool].stock), default=0)
        # b_p + mu_p >= rho for every pool, and b_p + mu_p >= b_p.
        least.append(max(own, node_price[index]))
    return least


def most_on_node(compiled: Compiled, model: ModelData, kind: Kind, candidates: list[Candidate]) -> int:
    """No more copies of the model than this fit on a node of the type, in whatever mixture of these candidates."""
    limit = min(model.max_per_node, model.most)
    for dimension, _, total in rows_of(compiled, kind, Hosting.SINGLE_MODEL):
        least = min(_amount(candidate, dimension) for candidate in candidates)
        if least:
            limit = min(limit, total // least)
    return max(1, limit)


def _amount(candidate: Candidate, dimension: int) -> int:
    return (
        candidate.width * candidate.demand[dimension]
        if dimension < len(candidate.demand)
        else candidate.node_demand[dimension - len(candidate.demand)]
    )


def _cheapest(compiled: Compiled, model: ModelData, ways: list[Way]) -> int:
    """Lower bound on what the model pays, in 1/SCALE units."""
    forced = forced_missing(compiled, model)
    own = forced * model.missing_coefficient * SCALE
    if not ways:
        return own
    copies = model.fewest - forced
    best = max(_by_copies(ways, copies), _by_rate(ways, model.peak - forced * model.fastest, model))
    return own + best


def _by_copies(ways: list[Way], copies: int) -> int:
    """Cheapest cover of so many copies: exact for few, the best rate for many."""
    if copies <= 0:
        return 0
    if copies > MOST_STEPS:
        cost, covered = min(((cost, covered) for covered, _, cost in ways), key=lambda each: each[0] / each[1])
        # Float only chose the way; take the true minimum of the exact ratios.
        for way_covered, _, way_cost in ways:
            if way_cost * covered < cost * way_covered:
                cost, covered = way_cost, way_covered
        return copies * cost // covered
    distinct: dict[int, int] = {}
    for covered, _, cost in ways:
        covered_here = min(covered, copies)
        distinct[covered_here] = min(cost, distinct.get(covered_here, cost))
    table = [0] * (copies + 1)
    items = list(distinct.items())
    for needed in range(1, copies + 1):
        table[needed] = min(table[max(0, needed - covered)] + cost for covered, cost in items)
    return table[copies]


def _by_rate(ways: list[Way], peak: int, model: ModelData) -> int:
    """Cheapest cover of the traffic by the best cost per request/s."""
    if not model.fastest or peak <= 0:
        return 0
    serving = [(rate, cost) for _, rate, cost in ways if rate]
    if not serving:
        return 0
    best_rate, best_cost = serving[0]
    for rate, cost in serving:
        if cost * best_rate < best_cost * rate:
            best_rate, best_cost = rate, cost
    return peak * best_cost // best_rate
