"""Karpenter's rule: pending copies largest first, claims that stay open to several types, consolidation.

It is written from what is commonly described, not from Karpenter's code. A new node begins as a claim on every pool with stock. Each pending copy, largest first, is added if at least one of the
claim's pools still has room for all of it; the pools that have not are struck off. When nothing more fits, the claim becomes a node
of the cheapest pool left. (First fit over claims gives the same nodes as filling claim after claim.) Consolidation then looks
at the nodes, those with the fewest copies first: several together (found by halving the number), then one by one. Nodes
are deleted if their copies fit on the others, and replaced by one new node if that is cheaper; until nothing changes or time is up.
"""

from __future__ import annotations

from benchmarks.peers.plain import Clock, Tally, largest_first, ways
from packing.bench.baselines import Baseline, finished
from packing.compile.compiler import compile_problem
from packing.compile.data import Candidate, Compiled
from packing.describe import Expanded
from packing.solve.node_state import NodeState, state_of
from packing.solve.plan import NodePlan, evaluate, make_plan

TOGETHER = 100
"""Most nodes that Karpenter considers for one consolidation."""


def karpenter(expanded: Expanded, limit: float, workers: int = 1) -> Baseline:  # noqa: ARG001 - all peers are called alike
    """Provision, then consolidate as long as time is left."""
    compiled, clock = compile_problem(expanded.problem), Clock(limit)
    nodes = _Provision(compiled, clock).nodes()
    return finished("Karpenter's rule", expanded, compiled, make_plan(compiled, _consolidate(compiled, nodes, clock)))


class _Provision:
    """Claim after claim until nothing pending fits anywhere."""

    def __init__(self, compiled: Compiled, clock: Clock) -> None:
        self.compiled, self.clock, self.tally = compiled, clock, Tally(compiled)
        choices = [ways(compiled, index) for index in range(len(compiled.models))]
        self.by_kind = [{candidate.kind: candidate for candidate in mine} for mine in choices]
        self.pending = largest_first(compiled, choices)

    def nodes(self) -> list[NodePlan]:
        made: list[NodePlan] = []
        for model in self.pending:
            while self.tally.missing(model) and (node := self._claim(model)):
                made.append(node)
        return made

    def _claim(self, first: int) -> NodePlan | None:
        """One node that begins with the largest pending copy; None if there is none for it."""
        self.clock.check()
        pools = [pool for pool, data in enumerate(self.compiled.pools) if self.tally.used[pool] < data.stock and data.kind in self.by_kind[first]]
        open_to = {pool: NodeState(self.compiled, pool, next(iter(self.by_kind[first].values())).hosting) for pool in pools}
        taken: dict[int, int] = {}
        for model in self.pending[self.pending.index(first) :]:
            missing = self.tally.missing(model)
            while taken.get(model, 0) < missing and (fitting := self._fitting(model, open_to, taken)):
                for pool, (candidate, spot) in fitting.items():
                    open_to[pool].add(candidate, spot)
                open_to = {pool: open_to[pool] for pool in fitting}
                taken[model] = taken.get(model, 0) + 1
            if not taken:
                return None
        pool = min(open_to, key=lambda each: (self.compiled.pools[each].price, each))
        return self._launch(open_to[pool])

    def _fitting(self, model: int, open_to: dict[int, NodeState], taken: dict[int, int]) -> dict[int, tuple[Candidate, tuple[int, ...]]]:
        """The claim's pools that have room for one more copy of the model, each with where it would go."""
        found = {}
        spread = self.compiled.models[model].min_zones
        if taken.get(model) and len(self.tally.zones[model]) + 1 < spread:
            return {}  # a node has one zone, and the model still needs others
        for pool, state in open_to.items():
            data = self.compiled.pools[pool]
            candidate = self.by_kind[model].get(data.kind)
            if candidate is None or candidate.hosting is not state.hosting or not self.tally.zone_open(model, data.zone):
                continue
            spot = state.fits(candidate)
            if spot is not None:
                found[pool] = (candidate, spot)
        return found

    def _launch(self, state: NodeState) -> NodePlan:
        tally, zone = self.tally, self.compiled.pools[state.pool].zone
        tally.used[state.pool] += 1
        for index, _ in state.copies:
            candidate = self.compiled.candidates[index]
            tally.placed[candidate.model] += 1
            tally.rate[candidate.model] += candidate.rate
            tally.zones[candidate.model].add(zone)
        return state.plan()


def _consolidate(compiled: Compiled, nodes: list[NodePlan], clock: Clock) -> list[NodePlan]:
    """Fewer or cheaper nodes, until neither several together nor any single one can be deleted or replaced."""
    while clock.left():
        nodes = sorted(nodes, key=lambda node: len(node.copies))
        better = _several(compiled, nodes, clock) or _single(compiled, nodes, clock)
        if better is None:
            break
        nodes = better
    return nodes


def _several(compiled: Compiled, nodes: list[NodePlan], clock: Clock) -> list[NodePlan] | None:
    """The largest number of first nodes, found by halving, that others and one cheaper node can take."""
    low, high, best = 2, min(TOGETHER, len(nodes)), None
    while low <= high and clock.left():
        middle = (low + high) // 2
        found = _without(compiled, nodes, range(middle))
        best, low, high = (found, middle + 1, high) if found else (best, low, middle - 1)
    return best


def _single(compiled: Compiled, nodes: list[NodePlan], clock: Clock) -> list[NodePlan] | None:
    for position in range(len(nodes)):
        if not clock.left():
            break
        found = _without(compiled, nodes, range(position, position + 1))
        if found:
            return found
    return None


def _without(compiled: Compiled, nodes: list[NodePlan], gone: range) -> list[NodePlan] | None:
    """The nodes with some of them emptied onto the others and at most one new one; None if that is not cheaper or breaks a rule."""
    kept = [state_of(compiled, node) for position, node in enumerate(nodes) if position not in gone]
    homeless = [compiled.candidates[index] for position in gone for index, _ in nodes[position].copies]
    homeless.sort(key=lambda each: (-each.size, each.index))
    rest = [copy for copy in homeless if not _settle(compiled, kept, copy)]
    price = sum(compiled.pools[nodes[position].pool].price for position in gone)
    if rest:
        used = [state.pool for state in kept]
        options = [_filled(compiled, pool, rest) for pool, data in enumerate(compiled.pools) if data.price < price and used.count(pool) < data.stock]
        made = min((state for state in options if state), key=lambda state: compiled.pools[state.pool].price, default=None)
        if made is None:
            return None
        kept.append(made)
    plans = [state.plan() for state in kept]
    sound = evaluate(compiled, plans).missing <= evaluate(compiled, nodes).missing and _spread(compiled, plans)
    return plans if sound and (not rest or price) else None


def _settle(compiled: Compiled, kept: list[NodeState], copy: Candidate) -> bool:
    """Put a homeless copy on the first node that takes it."""
    for state in kept:
        candidate = _on(compiled, copy, state)
        spot = state.fits(candidate) if candidate else None
        if candidate and spot is not None:
            state.add(candidate, spot)
            return True
    return False


def _filled(compiled: Compiled, pool: int, copies: list[Candidate]) -> NodeState | None:
    state = NodeState(compiled, pool, copies[0].hosting)
    return state if all(_settle(compiled, [state], copy) for copy in copies) else None


def _on(compiled: Compiled, copy: Candidate, state: NodeState) -> Candidate | None:
    """The copy's own candidate on a node's instance type, serving no less."""
    kind = compiled.pools[state.pool].kind
    if copy.hosting is not state.hosting:
        return None
    if copy.kind == kind:
        return copy
    mine = (each for each in ways(compiled, copy.model) if each.kind == kind and each.rate >= copy.rate)
    return next(mine, None)


def _spread(compiled: Compiled, nodes: list[NodePlan]) -> bool:
    """Whether every model still has its zones."""
    zones: dict[int, set[int]] = {}
    copies: dict[int, int] = {}
    for node in nodes:
        for index, _ in node.copies:
            model = compiled.candidates[index].model
            zones.setdefault(model, set()).add(compiled.pools[node.pool].zone)
            copies[model] = copies.get(model, 0) + 1
    return all(len(zones[model]) >= min(compiled.models[model].min_zones, copies[model]) for model in zones)
