"""Nodes that run go on: a node that a plan would start is one that runs already, wherever one will do and has nothing else to do.

In a plan's value a node is as good as any other of its pool, so that no search needs to tell them apart; which of them it is, is settled
here, once, for every strategy alike (docs/design/running-and-rules.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from packing.compile.data import UNLIMITED, Compiled
from packing.compile.home import Copy, HomeNode
from packing.domain.words import Hosting
from packing.solve.plan import NodePlan, Plan, make_plan
from packing.solve.rebalance.names import endpoint_names, in_order

ROUNDS = 5
"""Times that nodes which would get another endpoint are given back: as a rule none is, and what gives one back may touch another."""


def onto_running(compiled: Compiled, plan: Plan) -> Plan:
    """The plan with nodes that run in place of those that it starts: of the same pool, or of one of the same type and price.

    It is worth no less: what is loaded is loaded in any case. A node keeps its endpoint, or it is not taken: on another one it
    would have to be stopped and started all the same.
    """
    home = compiled.home
    if home is None or all(node.home >= 0 for node in plan.nodes):
        return plan
    nodes = list(plan.nodes)
    taken = _Taken(compiled, nodes)
    for position in in_order(range(len(nodes)), nodes):
        node = nodes[position]
        if node.home < 0 and (there := taken.best(node)) is not None:
            nodes[position] = taken.take(node, there)
    for _ in range(ROUNDS):
        astray = list(_astray(compiled, nodes, plan.nodes))
        if not astray:
            return make_plan(compiled, nodes)
        for position in astray:
            nodes[position] = plan.nodes[position]
    return plan


def _astray(compiled: Compiled, nodes: Sequence[NodePlan], before: Sequence[NodePlan]) -> Iterator[int]:
    """Positions of nodes that were given one that runs, but would get another endpoint than it has."""
    home = compiled.home
    assert home is not None
    order = in_order(range(len(nodes)), nodes)
    for place, name in enumerate(endpoint_names(compiled, [nodes[position] for position in order])):
        position = order[place]
        if nodes[position].home >= 0 and before[position].home < 0 and home.nodes[nodes[position].home].endpoint != name:
            yield position


class _Taken:
    """Which nodes that run have nothing to do in the plan, and what may be put on them."""

    def __init__(self, compiled: Compiled, nodes: Sequence[NodePlan]) -> None:
        assert compiled.home is not None
        self.compiled, self.home = compiled, compiled.home
        self.used = Counter(node.pool for node in nodes)
        self.zones: defaultdict[int, Counter[int]] = defaultdict(Counter)
        """Copies by model and zone."""
        for node in nodes:
            self._count(node, 1)
        busy = {node.home for node in nodes}
        self.free: defaultdict[tuple[int, Hosting, int], dict[int, None]] = defaultdict(dict)
        """Nodes that run and have nothing to do, by pool, hosting option and level of over-commitment: those that nothing runs on first."""
        self.with_copy: defaultdict[Copy, list[int]] = defaultdict(list)
        """The same by what runs on them."""
        for number in sorted(set(range(len(self.home.nodes))) - busy, key=lambda each: (bool(self.home.nodes[each].copies), each)):
            there = self.home.nodes[number]
            self.free[there.pool, there.hosting, there.keep][number] = None
            for copy in self.home.copies[number]:
                self.with_copy[copy].append(number)

    def best(self, node: NodePlan) -> int | None:
        """One on which least has to be loaded, else one of the same pool, else of another; None: none will do."""
        pools = self.compiled.pools
        keep = self.compiled.candidates[node.copies[0][0]].keep
        of_pool = {pool: self.free.get((pool, node.hosting, keep), {}) for pool in (node.pool, *self.compiled.kinds[pools[node.pool].kind].pools)}
        known = {number for copy in node.copies for number in self.with_copy.get(copy, ()) if number in of_pool[self.home.nodes[number].pool]}
        able = [number for number in known if self._may(node, self.home.nodes[number])]
        if able:
            return min(able, key=lambda each: (self.home.price(each, node.copies), self.home.nodes[each].pool != node.pool, each))
        # Of one pool all are alike but for what limits on moves say of those that something runs on, which come last.
        return next((number for mine in of_pool.values() for number in list(mine)[:1] if self._may(node, self.home.nodes[number])), None)

    def take(self, node: NodePlan, number: int) -> NodePlan:
        """The node of the plan as this one that runs."""
        there = self.home.nodes[number]
        del self.free[there.pool, there.hosting, there.keep][number]
        self._count(node, -1)
        self.used[node.pool] -= 1
        moved = replace(node, pool=there.pool, home=number)
        self._count(moved, 1)
        self.used[there.pool] += 1
        return moved

    def _count(self, node: NodePlan, sign: int) -> None:
        zone = self.compiled.pools[node.pool].zone
        for index, _ in node.copies:
            self.zones[self.compiled.candidates[index].model][zone] += sign

    def _may(self, node: NodePlan, there: HomeNode) -> bool:
        """Whether the plan stays as good, and keeps its rules, if this node that runs is the node."""
        most = self.home.max_moves_per_node
        if there.copies and most < UNLIMITED and len(there.copies) + len(node.copies) > most:
            return False
        if there.pool == node.pool:
            return True
        mine, other = self.compiled.pools[node.pool], self.compiled.pools[there.pool]
        if (mine.coefficient, mine.price, mine.owned) != (other.coefficient, other.price, other.owned) or self.used[there.pool] >= other.stock:
            return False
        return mine.zone == other.zone or all(self._spread(model, count, mine.zone, other.zone) for model, count in self._models(node).items())

    def _models(self, node: NodePlan) -> Counter[int]:
        return Counter(self.compiled.candidates[index].model for index, _ in node.copies)

    def _spread(self, index: int, count: int, old: int, new: int) -> bool:
        """Whether so many copies of a model may change their zone (rules `min_zones` and `survive`)."""
        model, zones = self.compiled.models[index], self.zones[index].copy()
        zones[old] -= count
        zones[new] += count
        return zones[new] <= model.max_per_zone and len(+zones) >= min(model.min_zones, zones.total())
