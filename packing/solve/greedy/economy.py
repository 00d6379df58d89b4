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
from packing.solve.node_state import CONTAINER, INSTANCE, NodeState

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
        return ("multi", model.framework, model.tenant if model.isolation >= CONTAINER else -1)
    return ("component", 0, model.tenant if model.isolation >= INSTANCE else -1)


class Economy:
    """Shares, domains and loads of all candidates of a problem, computed once."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.share = [node_share(compiled.kinds[candidate.kind], candidate) for candidate in compiled.candidates]
        self.domain = [domain_of(compiled, candidate) for candidate in compiled.candidates]
        self.node_price = [
            min((compiled.pools[pool].coefficient for pool in kind.pools if compiled.pools[pool].stock), default=0) for kind in compiled.kinds
        ]
        self._alone: dict[int, int] = {}
        self.load = self._loads()

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
        """Copies of this candidate that fit into an empty node by themselves."""
        fitting = self._alone.get(candidate.index)
        if fitting is None:
            pool = self.compiled.kinds[candidate.kind].pools[0]
            state = NodeState(self.compiled, pool, candidate.hosting)
            fitting = 0
            while fitting < candidate.needed and (spot := state.fits(candidate)) is not None:
                state.add(candidate, spot)
                fitting += 1
            self._alone[candidate.index] = fitting
        return fitting

    def cost(self, candidate: Candidate, crowd: float = 1.0) -> float:
        """Estimated objective units of the whole model hosted like this.

        `crowd` scales the discount for slots in which others use the memory (multi-model): 1 believes in full overlap.
        """
        price = self.node_price[candidate.kind]
        needed = max(1, candidate.needed)
        if candidate.hosting is Hosting.SINGLE_MODEL:
            return needed * candidate.coefficient + price * -(-needed // max(1, self.alone(candidate)))
        load = self.load[self.domain[candidate.index], candidate.kind]
        peak, whole = max(load, default=0.0), sum(load)
        share = self.share[candidate.index]
        if candidate.hosting is Hosting.MULTI_MODEL and peak > 0:
            # Its part of the fullest slot, if it is typical of those it shares with.
            busy = candidate.mask.bit_count()
            average = whole / peak
            share *= 1 - crowd + crowd * min(1.0, busy / average)
        rounding = math.ceil(peak - 1e-9) / peak if peak > 0 else 1.0
        return needed * (candidate.coefficient + price * min(1.0, share * max(1.0, rounding)))
