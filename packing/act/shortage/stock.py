"""What brings something back: the cheapest stock of a single pool with which concessions are not needed, found by solving again."""

from __future__ import annotations

from collections.abc import Sequence

from packing.act.shortage.answer import Addition
from packing.act.shortage.ladder import Concessions
from packing.act.shortage.oracle import Oracle
from packing.compile.fit import alone_per_node
from packing.domain.demand import copies_needed
from packing.domain.hardware import InstanceType, Pool, price_micro_usd
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.domain.workload import Model

MOST = 64
"""Nodes of a pool that the model itself cannot use (others would move there) that are tried at most."""


LATE = "not looked for: time is up"


class Market:
    """Looks for stock. `problem` is that before any concession, with modes and instance types filled in."""

    def __init__(self, problem: Problem, oracle: Oracle) -> None:
        self.problem, self.oracle = problem, oracle
        self.models = {model.name: model for model in problem.models}
        self.kinds: dict[str, InstanceType] = {kind.name: kind for kind in problem.instance_types}

    def cheapest(self, given: Concessions, names: Sequence[str]) -> tuple[Addition | None, str]:
        """The cheapest nodes of one pool that make up for all concessions of these models, and if there are none, why."""
        if self.oracle.limit() is not None:
            return None, LATE
        wanted = given.without(names).apply()
        best: tuple[int, int, str] | None = None
        for price, most, pool in self._offers(names):
            if self.oracle.limit() is not None:
                break
            affordable = most if best is None or price == 0 else min(most, (best[0] - 1) // price)
            nodes = self._fewest(wanted, pool, affordable)
            if nodes is not None:
                best = min(best or (price * nodes, nodes, pool.label), (price * nodes, nodes, pool.label))
        if best is not None:
            return Addition(best[2], best[1], best[0] / MICRO), "" if self.oracle.limit() is None else "cheaper ones were not looked for: time is up"
        return None, LATE if self.oracle.limit() is not None else "no single pool of the fleet would do"

    def _offers(self, names: Sequence[str]) -> list[tuple[int, int, Pool]]:
        """(price, nodes that are worth trying, pool): pools that the models can use themselves first, the cheapest sum first."""
        direct, indirect = [], []
        for pool in self.problem.fleet:
            if pool.count is None:
                continue
            kind = self.kinds[pool.instance_type]
            price = price_micro_usd(pool, kind)
            needs = [_nodes(self.models[name], kind) for name in names]
            if all(needs):
                direct.append((price, sum(need or 0 for need in needs), pool))
            else:
                indirect.append((price, min(MOST, max(len(names), 8)), pool))
        key = lambda offer: (offer[0] * offer[1], offer[0], offer[2].label)  # noqa: E731
        return [*sorted(direct, key=key), *sorted(indirect, key=key)]

    def _fewest(self, wanted: Problem, pool: Pool, most: int) -> int | None:
        """The fewest nodes of the pool that make the problem complete; more never make it incomplete."""
        if most < 1:
            return None
        if self._enough(wanted, pool, 1):
            return 1
        if most == 1 or not self._enough(wanted, pool, most):
            return None
        low, high = 1, most
        while high - low > 1:
            middle = (low + high) // 2
            if self._enough(wanted, pool, middle):
                high = middle
            else:
                low = middle
        return high

    def _enough(self, wanted: Problem, pool: Pool, nodes: int) -> bool:
        return self.oracle.complete(with_stock(wanted, pool.label, nodes))


def with_stock(problem: Problem, label: str, nodes: int) -> Problem:
    """The problem with so many more nodes in one pool."""
    fleet = tuple(
        pool.model_copy(update={"count": pool.count + nodes}) if pool.label == label and pool.count is not None else pool for pool in problem.fleet
    )
    return problem.model_copy(update={"fleet": fleet})


def _nodes(model: Model, kind: InstanceType) -> int | None:
    """Nodes that carry the whole model and nothing else; None where no mode of it runs there."""
    needs = []
    for mode in model.modes:
        copies, together = copies_needed(model, mode), alone_per_node(model, mode, kind)
        if copies and together:
            needs.append(max(-(-copies // together), model.min_zones))
    return min(needs, default=None)
