"""What each model pays of the objective: terms in whole units of 1e-9 that sum, over all models and what is left, to the whole.

A coefficient of docs/fitness.md is one rounded number for several axes; it is dealt out by largest remainders, so that nothing
is lost. A node is paid for by the copies on it, each by its part of the bytes there (as in the model scores of docs/fitness.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from packing.compile.coefficients import Objective, axis_losses, dedicated_baseline, latency_losses, owned_cost
from packing.domain.demand import copies_needed
from packing.domain.fitness import NODES_PART, OBJECTIVE_UNITS
from packing.domain.hardware import price_micro_usd
from packing.domain.placement import Node, PlacedCopy, Placement
from packing.domain.problem import Problem, isolation_of
from packing.domain.units import MICRO, round_half_up
from packing.domain.weights import Axis
from packing.domain.words import Hosting
from packing.domain.workload import Model
from packing.verify.facts import mode_key

TERMS: dict[str, str] = {
    "model_size": "size of its copies",
    "performance": "latency, cold starts and time to scale",
    "isolation": "isolation that its hosting does not give",
    "operations": "operational load of its hosting option",
    "node_price": "price of its share of nodes",
    "node_number": "its share of the number of nodes",
    "missing": "copies that are missing",
}
"""What a model can pay for, in the order in which it is shown."""
_OF_COPY = {Axis.MODEL_SIZE: "model_size", Axis.PERFORMANCE: "performance", Axis.ISOLATION: "isolation", Axis.SCALABILITY: "operations"}


@dataclass(frozen=True, slots=True)
class Place:
    """Copies of a model that are alike: same node, mode and hosting option."""

    node: str
    instance_type: str
    zone: str
    pool: str
    endpoint: str
    hosting: Hosting
    mode: int
    """Index of the model's modes."""
    copies: int
    neighbours: tuple[str, ...]
    """Other models on the node, by name."""
    price_per_hour: float
    """USD: these copies' share of the node's price."""


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """What one model pays, in units of 1e-9 of the objective, by the names of `TERMS`; and where it is."""

    model: str
    terms: Mapping[str, int]
    places: tuple[Place, ...]

    @property
    def units(self) -> int:
        """Its part of the objective."""
        return sum(self.terms.values())

    @property
    def price_per_hour(self) -> float:
        """USD: its share of the nodes that it is on."""
        return sum(place.price_per_hour for place in self.places)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The whole objective, term by term.

    Parameters
    ----------
    models : what each model pays.
    owned : units of the owned nodes of the fleet, used or not.
    empty : units of nodes without copies.
    """

    models: tuple[ModelTerms, ...]
    owned: int
    empty: int

    @property
    def units(self) -> int:
        """The objective in units of 1e-9, as the checker computes it."""
        return self.owned + self.empty + sum(model.units for model in self.models)


def breakdown(problem: Problem, placement: Placement) -> Breakdown:
    """The terms of the objective of a valid placement.

    Parameters
    ----------
    problem : expanded (every model with its modes, every instance type of the fleet).
    placement : without violations (`packing.verify`).
    """
    return _Breakdown(problem, placement).made()


class _Breakdown:
    def __init__(self, problem: Problem, placement: Placement) -> None:
        self.problem, self.placement = problem, placement
        self.kinds = {kind.name: kind for kind in problem.instance_types}
        self.pools = {pool.label: pool for pool in problem.fleet}
        self.models = {model.name: model for model in problem.models}
        self.tenants = {tenant.name: tenant for tenant in problem.tenants}
        self.hosting = {endpoint.name: (endpoint.hosting, endpoint.keep is not None) for endpoint in placement.endpoints}
        self.nodes = {node.id: node for node in placement.nodes}
        self.objective = Objective(problem, dedicated_baseline(problem, self.kinds))
        self.indices: dict[str, dict[tuple[object, ...], int]] = {}
        self.latencies: dict[str, list[Fraction]] = {}
        self.terms: dict[str, Counter[str]] = {name: Counter() for name in self.models}

    def made(self) -> Breakdown:
        on: defaultdict[str, list[PlacedCopy]] = defaultdict(list)
        known: dict[tuple[str, int, Hosting, bool], dict[str, int]] = {}
        for copy in self.placement.copies:
            on[copy.node].append(copy)
            key = copy.model, self._mode(copy), *self.hosting[self.nodes[copy.node].endpoint]
            if key not in known:
                known[key] = self._copy(self.models[copy.model], key[1], key[2], kept=key[3])
            self.terms[copy.model].update(known[key])
        empty = 0
        for node in self.placement.nodes:
            if on[node.id]:
                self._node(node, on[node.id])
            else:
                empty += sum(self._node_parts(node).values())
        for left in self.placement.unplaced:
            self.terms[left.model]["missing"] += left.copies * self.objective.missing(self.models[left.model])
        owned = self.objective.constant(owned_cost(self.problem.fleet, self.kinds))
        places = self._places(on)
        made = [
            ModelTerms(name, {term: terms[term] for term in TERMS if terms[term]}, tuple(places.get(name, ()))) for name, terms in self.terms.items()
        ]
        return Breakdown(tuple(made), owned, empty)

    def _mode(self, copy: PlacedCopy) -> int:
        """Index of its mode; the modes of a placement that was read from a file are objects of their own."""
        if copy.model not in self.indices:
            self.indices[copy.model] = {mode_key(mode): index for index, mode in reversed(list(enumerate(self.models[copy.model].modes)))}
        return self.indices[copy.model][mode_key(copy.mode)]

    def _copy(self, model: Model, index: int, hosting: Hosting, *, kept: bool) -> dict[str, int]:
        """Units of one copy by term."""
        mode = model.modes[index]
        if model.name not in self.latencies:
            self.latencies[model.name] = latency_losses(model)
        needed = copies_needed(model, mode)
        assert needed is not None, "the checker refuses copies in modes that cannot serve"
        latency = self.latencies[model.name][index]
        losses = axis_losses(mode, latency, isolation_of(model, self.tenants), hosting, kept=kept)
        scale = Fraction(OBJECTIVE_UNITS, self.objective.models * max(1, needed))
        parts = {_OF_COPY[axis]: scale * self.objective.weight[axis] * loss for axis, loss in losses.items()}
        return _dealt_by_name(round_half_up(sum(parts.values(), Fraction(0))), parts)

    def _node_parts(self, node: Node) -> dict[str, int]:
        """Units of one opened node: for its price and for being one."""
        pool, references = self.pools[node.pool], self.objective.references
        price = price_micro_usd(pool, self.kinds[pool.instance_type])
        parts = {"node_price": Fraction(0), "node_number": Fraction(0)}
        if references.total_cost and not pool.owned:
            parts["node_price"] = OBJECTIVE_UNITS * self.objective.weight[Axis.COST] * Fraction(price, references.total_cost)
        if references.total_nodes:
            parts["node_number"] = OBJECTIVE_UNITS * self.objective.weight[Axis.SCALABILITY] * NODES_PART / references.total_nodes
        return _dealt_by_name(self.objective.node(price, pool.owned), parts)

    def _node(self, node: Node, copies: Sequence[PlacedCopy]) -> None:
        """Share a node out among its copies."""
        sizes = [max(1, copy.mode.size) for copy in copies]
        for term, units in self._node_parts(node).items():
            for copy, share in zip(copies, dealt(units, [Fraction(size) for size in sizes]), strict=True):
                self.terms[copy.model][term] += share

    def _places(self, on: Mapping[str, Sequence[PlacedCopy]]) -> dict[str, list[Place]]:
        found: defaultdict[str, list[Place]] = defaultdict(list)
        for node in self.placement.nodes:
            copies = on.get(node.id, ())
            total = sum(max(1, copy.mode.size) for copy in copies)
            pool = self.pools[node.pool]
            price = price_micro_usd(pool, self.kinds[pool.instance_type])
            here = sorted({copy.model for copy in copies})
            alike: defaultdict[tuple[str, int], list[PlacedCopy]] = defaultdict(list)
            for copy in copies:
                alike[copy.model, self._mode(copy)].append(copy)
            for (model, index), mine in alike.items():
                size = max(1, self.models[model].modes[index].size)
                found[model].append(
                    Place(
                        node=node.id,
                        instance_type=node.instance_type,
                        zone=node.zone,
                        pool=node.pool,
                        endpoint=node.endpoint,
                        hosting=self.hosting[node.endpoint][0],
                        mode=index,
                        copies=len(mine),
                        neighbours=tuple(name for name in here if name != model),
                        price_per_hour=float(Fraction(price * len(mine) * size, total * MICRO)),
                    )
                )
        return found


def _dealt_by_name(total: int, parts: Mapping[str, Fraction]) -> dict[str, int]:
    return dict(zip(parts, dealt(total, list(parts.values())), strict=True))


def dealt(total: int, parts: Sequence[Fraction]) -> list[int]:
    """Whole numbers in the proportion of the parts that sum to `total`: largest remainders, ties to the first. No part: equal ones."""
    whole = sum(parts, Fraction(0))
    exact = [total * part / whole for part in parts] if whole else [Fraction(total, len(parts))] * len(parts)
    shares = [int(each) for each in exact]
    order = sorted(range(len(parts)), key=lambda index: (shares[index] - exact[index], index))
    for index in order[: total - sum(shares)]:
        shares[index] += 1
    return shares
