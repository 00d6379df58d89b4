"""Limits on moves: of all copies, of one model's, and to or from one node."""

from __future__ import annotations

from collections import Counter

from packing.compile.data import UNLIMITED, Compiled
from packing.solve.plan import Plan
from packing.solve.rebalance.fleet import Fleet


class Limits:
    """What a policy allows. Copies that must leave where they are count first, and are never held back."""

    def __init__(self, compiled: Compiled, first: Plan) -> None:
        home = compiled.home
        assert home is not None
        self.compiled, self.home = compiled, home
        self.any = limited(compiled)
        must = moves_of(compiled, first) if self.any else Counter()
        self.most = max(home.max_moves, must.total())
        self.must = must
        self.must_node = moves_by_node(compiled, first) if self.any else Counter()

    def hold(self, fleet: Fleet) -> bool:
        """Whether the fleet as it was last settled is within them."""
        if not self.any:
            return True
        if sum(fleet.moved.values()) > self.most:
            return False
        if any(count > max(self.home.max_moves_per_model, self.must[model]) for model, count in fleet.moved.items()):
            return False
        if self.home.max_moves_per_node >= UNLIMITED:
            return True
        counts = moves_by_node(self.compiled, fleet.plan())
        return all(count <= max(self.home.max_moves_per_node, self.must_node[name]) for name, count in counts.items())

    def allow(self, plan: Plan) -> bool:
        """Whether a plan is within them."""
        if not self.any:
            return True
        moved = moves_of(self.compiled, plan)
        if moved.total() > self.most or any(count > max(self.home.max_moves_per_model, self.must[model]) for model, count in moved.items()):
            return False
        if self.home.max_moves_per_node >= UNLIMITED:
            return True
        counts = moves_by_node(self.compiled, plan)
        return all(count <= max(self.home.max_moves_per_node, self.must_node[name]) for name, count in counts.items())


def limited(compiled: Compiled) -> bool:
    """Whether the policy limits moves at all."""
    home = compiled.home
    return home is not None and min(home.max_moves, home.max_moves_per_node, home.max_moves_per_model) < UNLIMITED


def moves_of(compiled: Compiled, plan: Plan) -> Counter[int]:
    """Copies by model that leave where they are while another of the model comes up elsewhere: min(placed, running) - staying."""
    home = compiled.home
    assert home is not None
    placed: Counter[int] = Counter()
    staying: Counter[int] = Counter()
    for node in plan.nodes:
        anew = Counter(home.loads(node.home, node.copies))
        for copy, count in Counter(node.copies).items():
            model = compiled.candidates[copy[0]].model
            placed[model] += count
            staying[model] += count - anew[copy]
    return Counter({model: moved for model in placed if (moved := min(placed[model], home.running[model]) - staying[model]) > 0})


def moves_by_node(compiled: Compiled, plan: Plan) -> Counter[str]:
    """Copies that are loaded onto or leave each node, by its name; nodes that nothing runs on yet have none: nobody is disturbed there."""
    home = compiled.home
    assert home is not None
    counts: Counter[str] = Counter()
    seen: set[int] = set()
    for node in plan.nodes:
        if node.home >= 0 and home.nodes[node.home].copies:
            seen.add(node.home)
            anew = len(home.loads(node.home, node.copies))
            counts[home.nodes[node.home].name] = anew + len(home.nodes[node.home].copies) - (len(node.copies) - anew)
    for number, closed in enumerate(home.nodes):
        if number not in seen:
            counts[closed.name] = len(closed.copies)
    return counts
