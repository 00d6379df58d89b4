"""Coefficients of the objective (docs/fitness.md), as the formulation and the search use them.

The checker has its own (packing/verify); a property test says that the two agree to the last unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from packing.compile.fit import latency_refusal, together_per_node
from packing.domain.demand import base_copies, copies_needed, fewest_copies, node_limit
from packing.domain.fitness import (
    COLD_LOSS,
    COLD_PART,
    HOSTING_ISOLATION,
    ISOLATION_GRADE,
    LATENCY_PART,
    NODES_PART,
    OBJECTIVE_UNITS,
    OPERATIONS_LOSS,
    OPERATIONS_PART,
    OVER_COMMITTED_COLD_LOSS,
    SCALING_LOSS,
    SCALING_PART,
    size_grade,
)
from packing.domain.hardware import InstanceType, Pool, price_micro_usd
from packing.domain.problem import Problem
from packing.domain.units import MILLI, need, round_half_up
from packing.domain.weights import Axis
from packing.domain.words import Hosting, Isolation
from packing.domain.workload import Mode, Model


@dataclass(frozen=True, slots=True)
class References:
    """What cost and scalability are measured against: the dedicated baseline, model by model."""

    cost: dict[str, int]
    """Micro-USD per hour of each model alone on its own cheapest endpoint; absent where it fits nowhere."""
    nodes: dict[str, int]
    total_cost: int
    total_nodes: int


def latency_micros(mode: Mode, output_tokens: Fraction) -> int | None:
    """Microseconds of a whole request: TTFT + output tokens x TPOT, each rounded up; None if neither is stated."""
    if mode.ttft_ms is None and mode.tpot_ms is None:
        return None
    return need(mode.ttft_ms or 0, MILLI) + need(output_tokens * need(mode.tpot_ms or 0, MILLI))


def latency_losses(model: Model) -> list[Fraction]:
    """1 - best latency / latency, per mode of the model."""
    tokens = need_fraction(model)
    latencies = [latency_micros(mode, tokens) for mode in model.modes]
    known = [latency for latency in latencies if latency is not None]
    best, worst = min(known, default=0), max(known, default=0)
    if best == 0:
        return [Fraction(0)] * len(latencies)
    return [1 - Fraction(best, worst if latency is None else latency) for latency in latencies]


def need_fraction(model: Model) -> Fraction:
    """Output tokens of a request, exact."""
    return Fraction(str(model.traffic.output_tokens)) if model.traffic else Fraction(128)


def dedicated_baseline(problem: Problem, kinds: dict[str, InstanceType]) -> References:
    """Every model alone on its own cheapest endpoint, stock ignored (docs/fitness.md, References)."""
    prices: dict[str, int] = {}
    for pool in problem.fleet:
        price = price_micro_usd(pool, kinds[pool.instance_type])
        prices[pool.instance_type] = min(price, prices.get(pool.instance_type, price))
    offers = _Offers(prices, kinds)
    cost: dict[str, int] = {}
    nodes: dict[str, int] = {}
    cache: dict[tuple[object, ...], tuple[int, int] | None] = {}
    for model in problem.models:
        # Hundreds of models are variants of a few: the same facts have the same baseline.
        key = (model.modes, base_copies(model), model.peak_micro, model.slo, model.max_copies_per_node, model.min_zones, model.survive)
        try:
            best = cache[key] if key in cache else cache.setdefault(key, _cheapest(model, offers))
        except TypeError:  # modes with named resources are not hashable
            best = _cheapest(model, offers)
        if best is not None:
            cost[model.name], nodes[model.name] = best
    owned = owned_cost(problem.fleet, kinds)
    # Where every model has a free pool, prices still have to be told apart.
    dearest = max((price_micro_usd(pool, kinds[pool.instance_type]) for pool in problem.fleet), default=0)
    return References(cost, nodes, owned + sum(cost.values()) or dearest, sum(nodes.values()))


class _Offers:
    """Instance types of the fleet with the cheapest price of each, by accelerator: a mode asks only those that have its own."""

    def __init__(self, prices: dict[str, int], kinds: dict[str, InstanceType]) -> None:
        self._all = [(kinds[name], price) for name, price in prices.items()]
        self._of: defaultdict[str | None, list[tuple[InstanceType, int]]] = defaultdict(list)
        for kind, price in self._all:
            self._of[kind.accelerator].append((kind, price))

        self._together: dict[tuple[object, ...], list[tuple[int, int]]] = {}

    def to(self, mode: Mode) -> list[tuple[int, int]]:
        """(copies on an empty node, its price) of each instance type that the mode fits on; equal needs are looked at once."""
        resources = tuple(sorted(mode.resources.items()))
        needs = (mode.accelerator, mode.accelerators, mode.memory_per_accelerator, mode.compute_share, mode.vcpus, mode.host_memory, resources)
        if needs not in self._together:
            offers = self._of.get(mode.accelerator, ()) if mode.accelerators else self._all
            found = ((together_per_node(mode, kind), price) for kind, price in offers)
            self._together[needs] = [(together, price) for together, price in found if together]
        return self._together[needs]


def _cheapest(model: Model, offers: _Offers) -> tuple[int, int] | None:
    best: tuple[int, int] | None = None
    for mode in model.modes:
        needed = copies_needed(model, mode)
        if needed is None or latency_refusal(model, mode) is not None:
            continue
        most = node_limit(model) or 2**31
        for together, price in offers.to(mode):
            count = max(-(-max(1, needed) // min(most, together)), model.min_zones)
            best = min(best or (count * price, count), (count * price, count))
    return best


def owned_cost(fleet: tuple[Pool, ...], kinds: dict[str, InstanceType]) -> int:
    """Micro-USD per hour of all owned nodes, used or not."""
    return sum((pool.count or 0) * price_micro_usd(pool, kinds[pool.instance_type]) for pool in fleet if pool.owned)


def hosting_losses(isolation: Isolation, hosting: Hosting, *, kept: bool = False) -> dict[Axis, Fraction]:
    """The parts of a copy's losses that depend on how it is hosted; `kept`: on an over-committed node."""
    grade = max(ISOLATION_GRADE[isolation], ISOLATION_GRADE[HOSTING_ISOLATION[hosting]])
    return {
        Axis.PERFORMANCE: COLD_PART * (OVER_COMMITTED_COLD_LOSS if kept else COLD_LOSS[hosting]) + SCALING_PART * SCALING_LOSS[hosting],
        Axis.ISOLATION: 1 - grade,
        Axis.SCALABILITY: OPERATIONS_PART * OPERATIONS_LOSS[hosting],
    }


def axis_losses(mode: Mode, latency: Fraction, isolation: Isolation, hosting: Hosting, *, kept: bool = False) -> dict[Axis, Fraction]:
    """What a copy loses on each axis, before it is divided by the copies of its model; cost is counted per node."""
    losses = hosting_losses(isolation, hosting, kept=kept)
    losses[Axis.MODEL_SIZE] = 1 - size_grade(mode.size)
    losses[Axis.PERFORMANCE] += LATENCY_PART * latency
    return losses


class Objective:
    """Makes the integer coefficients of one problem."""

    def __init__(self, problem: Problem, references: References) -> None:
        self.references = references
        self.models = max(1, len(problem.models))
        self.weight = {axis: problem.weights.share(axis) for axis in Axis}
        self._latency_weight = self.weight[Axis.PERFORMANCE] * LATENCY_PART

    def copy_losses(self, model: Model, isolation: Isolation, needed: Sequence[int | None], *, kept: bool = False) -> list[dict[Hosting, int]]:
        """Objective units of one copy, by mode and allowed hosting option; empty where the mode cannot serve.

        `needed`: copies if the whole model runs in that mode, None where it cannot; `kept`: on an over-committed node.
        """
        fixed = {hosting: self._hosting_loss(isolation, hosting, kept=kept) for hosting in model.hosting}
        losses: list[dict[Hosting, int]] = []
        for mode, copies, latency in zip(model.modes, needed, latency_losses(model), strict=True):
            if copies is None:
                losses.append({})
                continue
            own = self.weight[Axis.MODEL_SIZE] * (1 - size_grade(mode.size)) if self.weight[Axis.MODEL_SIZE] else Fraction(0)
            own += self._latency_weight * latency
            scale = Fraction(OBJECTIVE_UNITS, self.models * max(1, copies))
            losses.append({hosting: round_half_up(scale * (own + loss)) for hosting, loss in fixed.items()})
        return losses

    @cache  # noqa: B019 - lives as long as the compilation
    def _hosting_loss(self, isolation: Isolation, hosting: Hosting, *, kept: bool) -> Fraction:
        """What the hosting option alone costs a copy, whatever its mode."""
        parts = hosting_losses(isolation, hosting, kept=kept)
        return sum((self.weight[axis] * part for axis, part in parts.items()), Fraction(0))

    def node(self, price: int, owned: bool) -> int:
        """Objective units of one opened node."""
        loss = Fraction(0)
        if self.references.total_cost and not owned:
            loss += self.weight[Axis.COST] * Fraction(price, self.references.total_cost)
        if self.references.total_nodes:
            loss += self.weight[Axis.SCALABILITY] * NODES_PART / self.references.total_nodes
        return round_half_up(OBJECTIVE_UNITS * loss)

    def missing(self, model: Model) -> int:
        """Objective units of one missing copy."""
        weight = self.weight[Axis.MODEL_SIZE] + self.weight[Axis.PERFORMANCE] + self.weight[Axis.ISOLATION]
        weight += self.weight[Axis.SCALABILITY] * OPERATIONS_PART
        return round_half_up(OBJECTIVE_UNITS * weight / (self.models * max(1, fewest_copies(model))))

    def constant(self, owned: int) -> int:
        """Objective units of the owned nodes."""
        total = self.references.total_cost
        return round_half_up(OBJECTIVE_UNITS * self.weight[Axis.COST] * Fraction(owned, total)) if total else 0
