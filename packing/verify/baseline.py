"""The dedicated baseline of docs/fitness.md: every model alone on its own cheapest endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from packing.domain.hardware import Pool, price_micro_usd
from packing.domain.units import MICRO, exact
from packing.domain.words import Sharing
from packing.domain.workload import Model
from packing.verify.demand import copies_needed, node_limit
from packing.verify.facts import Facts, KindFacts, ModeFacts


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the scores are measured against: micro-USD per hour and nodes.

    `cost` and `nodes` are by model; a model that fits nowhere is in neither.
    """

    cost: dict[str, int]
    nodes: dict[str, int]
    owned: int
    """Price of all owned nodes of the fleet."""
    dearest: int
    """Highest price of a node of any pool."""

    @property
    def cost_reference(self) -> int:
        """C_ref."""
        return self.owned + sum(self.cost.values()) or self.dearest

    @property
    def node_reference(self) -> int:
        """N_ref."""
        return sum(self.nodes.values())


def price(facts: Facts, pool: Pool) -> int:
    """Micro-USD per hour of one node of the pool; 0 where no price is known (`structure` or `cost` reports it)."""
    kind = facts.kinds.get(pool.instance_type)
    try:
        return price_micro_usd(pool, kind.kind) if kind else 0
    except ValueError:
        return 0


def baseline(facts: Facts) -> Baseline:
    """Cheapest (then fewest) nodes for every model alone, stock ignored."""
    cheapest: dict[str, int] = {}
    for pool in facts.problem.fleet:
        if pool.instance_type in facts.kinds:
            cost = price(facts, pool)
            cheapest[pool.instance_type] = min(cost, cheapest.get(pool.instance_type, cost))
    by_accelerator: dict[str | None, dict[str, int]] = {None: cheapest}
    for name, cost in cheapest.items():
        by_accelerator.setdefault(facts.kinds[name].kind.accelerator or "", {})[name] = cost
    fits: dict[tuple[int, str], int | None] = {}
    cost_of: dict[str, int] = {}
    nodes_of: dict[str, int] = {}
    for name, model in facts.models.items():
        best = _dedicated(facts, model.model, by_accelerator, fits)
        if best is not None:
            cost_of[name], nodes_of[name] = best
    owned = sum((pool.count or 0) * price(facts, pool) for pool in facts.problem.fleet if pool.owned)
    dearest = max((price(facts, pool) for pool in facts.problem.fleet), default=0)
    return Baseline(cost_of, nodes_of, owned, dearest)


def _dedicated(
    facts: Facts, model: Model, prices: dict[str | None, dict[str, int]], fits: dict[tuple[int, str], int | None]
) -> tuple[int, int] | None:
    """(cost, nodes) of the model alone; of the pools of one instance type only the cheapest can matter.

    `prices` are by instance type, those with an accelerator apart (None: all): a mode for it fits on no other (`copies_per_node`).
    """
    best: tuple[int, int] | None = None
    for mode in model.modes:
        copies, form = copies_needed(model, mode), facts.mode(mode)
        if copies is None or not _fast_enough(model, form):
            continue
        of = form.mode.accelerator or "" if form.accelerators else None
        for kind_name, cost in prices.get(of, {}).items():
            key = id(form), kind_name
            if key not in fits:
                fits[key] = copies_per_node(form, facts.kinds[kind_name])
            together = fits[key]
            if together == 0:
                continue
            limits = [limit for limit in (together, node_limit(model)) if limit is not None]
            nodes = max(-(-max(1, copies) // min(limits)) if limits else 1, model.min_zones)
            best = min(best or (nodes * cost, nodes), (nodes * cost, nodes))
    return best


def _fast_enough(model: Model, form: ModeFacts) -> bool:
    pairs = (form.mode.ttft_ms, model.slo.ttft_ms), (form.mode.tpot_ms, model.slo.tpot_ms)
    return all(is_ is None or most is None or exact(is_) <= exact(most) for is_, most in pairs)


def copies_per_node(form: ModeFacts, kind: KindFacts) -> int | None:
    """Copies of one mode that fit together into an empty node; 0: not even one; None: nothing limits them."""
    limits: list[int] = []
    if form.accelerators:
        if form.mode.accelerator != kind.kind.accelerator:
            return 0
        stacked, groups = _per_accelerator(form, kind), kind.accelerators // form.accelerators
        if stacked is not None or groups == 0:
            limits.append(groups * (stacked or 0))
    _limit(limits, kind.vcpus, form.vcpus)
    _limit(limits, kind.host_memory, form.host_memory)
    for name, amount in form.resources.items():
        _limit(limits, kind.resources.get(name, 0), amount)
    return min(limits, default=None)


def _per_accelerator(form: ModeFacts, kind: KindFacts) -> int | None:
    """Copies of one mode on one accelerator; None: nothing limits them."""
    limits: list[int] = [1] if kind.sharing is Sharing.EXCLUSIVE else []
    _limit(limits, kind.memory, form.memory)
    _limit(limits, MICRO, form.compute)
    if kind.sharing is Sharing.MIG and kind.kind.mig is not None:
        profile = kind.partition(form)
        if profile is None:
            return 0
        _limit(limits, kind.kind.mig.compute_slices, profile.compute_slices)
        _limit(limits, kind.kind.mig.memory_slices, profile.memory_slices)
    return min(limits, default=None)


def _limit(limits: list[int], capacity: int | None, need: int) -> None:
    """Note how many needs go into a capacity; what is not stated or not needed does not limit."""
    if capacity is not None and need > 0:
        limits.append(capacity // need)
