"""What a copy costs before anything is placed: its own coefficient plus its share of the price of a node.

The share of a node is the largest part of any of its capacities that the copy takes. Where the copies that may
share nodes (a *domain*: one model behind a single-model endpoint, one tenant that shares no node, ...) do not
even fill one node, the price of the empty rest is theirs as well.
"""

from __future__ import annotations

import math
from collections import defaultdict

from packing.compile.data import UNLIMITED, Candidate, Compiled, Kind
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Sharing
from packing.solve.alone import copies_alone
from packing.solve.bounds.prices import SCALE, Prices, needs_of, row_capacities
from packing.solve.node_state import CONTAINER, INSTANCE

Domain = tuple[str, int, int]


def node_share(kind: Kind, candidate: Candidate) -> float:
    """The part of one node that one copy takes: 0..1."""
    memory, compute, token, mig_compute, mig_memory = candidate.demand
    parts = [0.0]
    if candidate.width:
        wide = candidate.width / kind.accelerators
        parts += [wide if token else 0.0, wide * memory / kind.memory if kind.memory else 0.0, wide * compute / MICRO]
        if kind.sharing is Sharing.MIG:
            parts += [wide * mig_compute / kind.mig_compute, wide * mig_memory / kind.mig_memory]
    capacities = (kind.vcpus, kind.host_memory, *kind.resources)
    parts += [amount / has for amount, has in zip(candidate.node_demand, capacities, strict=True) if amount and has < UNLIMITED]
    return max(parts)


def domain_of(compiled: Compiled, candidate: Candidate) -> Domain:
    """Which other copies could share a node with this one, as far as hosting and isolation tell."""
    model = compiled.models[candidate.model]
    if candidate.hosting is Hosting.SINGLE_MODEL:
        return ("single", candidate.model, 0)
    if candidate.hosting is Hosting.MULTI_MODEL:
        return ("multi", candidate.container, model.tenant if model.isolation >= CONTAINER else -1)
    return ("component", 0, model.tenant if model.isolation >= INSTANCE else -1)


class Economy:
    """Shares, domains and loads of all candidates of a problem, computed once.

    With `prices` (duals of the linear relaxation) the room that a copy takes is valued by what it takes of each
    scarce resource, instead of by its largest share of a node: a copy that needs much of what others do not
    want is then cheap, and instance types that run short are dear.
    """

    def __init__(self, compiled: Compiled, prices: Prices | None = None) -> None:
        self.compiled = compiled
        self.share = [node_share(compiled.kinds[candidate.kind], candidate) for candidate in compiled.candidates]
        self.domain = [domain_of(compiled, candidate) for candidate in compiled.candidates]
        self.node_price = [
            min((compiled.pools[pool].coefficient for pool in kind.pools if compiled.pools[pool].stock), default=0) for kind in compiled.kinds
        ]
        self.room = [self.node_price[candidate.kind] * self.share[candidate.index] for candidate in compiled.candidates]
        """Objective units that the room of one copy is worth."""
        self._priced = prices is not None
        if prices is not None:
            self._reprice(prices)
        self._ranking: dict[int, list[int]] = {}
        self._cost: list[float | None] = [None] * len(compiled.candidates)
        self.load = self._loads()

    def _reprice(self, prices: Prices) -> None:
        compiled = self.compiled
        capacity = row_capacities(compiled)
        whole = [max(prices.node(kind) / SCALE, price) for kind, price in enumerate(self.node_price)]
        for candidate in compiled.candidates:
            if candidate.hosting is not Hosting.SINGLE_MODEL:
                rows = ((candidate.kind, candidate.hosting, dimension, slot, amount) for dimension, slot, amount in needs_of(candidate, compiled))
                self.room[candidate.index] = sum(prices.row[row[:4]] / SCALE * row[4] / capacity[row[:4]] for row in rows if row[:4] in prices.row)
        self.node_price = [int(price) for price in whole]

    def _loads(self) -> dict[tuple[Domain, int], list[float]]:
        """Nodes of a kind that a domain would fill, per slot, if all who could use it did."""
        compiled = self.compiled
        loads: dict[tuple[Domain, int], list[float]] = defaultdict(lambda: [0.0] * compiled.slots)
        for model in compiled.models:
            lightest: dict[tuple[Domain, int], Candidate] = {}
            for index in model.candidates:
                candidate = compiled.candidates[index]
                key = (self.domain[index], candidate.kind)
                best = lightest.get(key)
                if best is None or candidate.needed * self.share[index] < best.needed * self.share[best.index]:
                    lightest[key] = candidate
            for key, candidate in lightest.items():
                amount = candidate.needed * self.share[candidate.index]
                load = loads[key]
                for slot in range(compiled.slots):
                    if candidate.mask >> slot & 1:
                        load[slot] += amount
        return dict(loads)

    def alone(self, candidate: Candidate) -> int:
        """Copies of this candidate that fit into an empty node by themselves, no more than are needed."""
        return copies_alone(self.compiled, candidate, max(1, candidate.needed))

    def cost(self, candidate: Candidate) -> float:
        """Estimated objective units of the whole model hosted like this."""
        cost = self._cost[candidate.index]
        if cost is None:
            cost = self._cost[candidate.index] = self._estimate(candidate)
        return cost

    def ranking(self, model: int) -> list[int]:
        """The model's candidates, the cheapest first."""
        ranking = self._ranking.get(model)
        if ranking is None:
            mine = self.compiled.models[model].candidates
            ranking = self._ranking[model] = sorted(mine, key=lambda each: (self.cost(self.compiled.candidates[each]), each))
        return ranking

    def _estimate(self, candidate: Candidate) -> float:
        price = self.node_price[candidate.kind]
        needed = max(1, candidate.needed)
        if candidate.hosting is Hosting.SINGLE_MODEL:
            return needed * candidate.coefficient + price * -(-needed // max(1, self.alone(candidate)))
        load = self.load[self.domain[candidate.index], candidate.kind]
        peak, whole = max(load, default=0.0), sum(load)
        room = self.room[candidate.index]
        if candidate.hosting is Hosting.MULTI_MODEL and peak > 0 and not self._priced:
            # Its part of the fullest slot, if it is typical of those it shares with.
            busy = candidate.mask.bit_count()
            room *= min(1.0, busy * peak / whole)
        rounding = math.ceil(peak - 1e-9) / peak if peak > 0 else 1.0
        return needed * (candidate.coefficient + min(price, room * max(1.0, rounding)))
