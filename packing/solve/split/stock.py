"""The stock, shared out: what the incumbent uses for a part's models, and of the rest what is the part's due."""

from __future__ import annotations

from collections.abc import Sequence

from packing.compile.data import UNLIMITED, Compiled
from packing.solve.plan import NodePlan, Plan


def shares(compiled: Compiled, plan: Plan, parts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Nodes by part and pool that sum up to no more than the stock.

    A pool's nodes are shared out in proportion to what copies of the parts take up on them in `plan` (a node counts by its copies),
    and by what all pools say where the plan has none; largest remainders first.
    """
    owner = {model: part for part, models in enumerate(parts) for model in models}
    use = [[0.0] * len(parts) for _ in compiled.pools]
    for node in plan.nodes:
        for index, _ in node.copies:
            part = owner.get(compiled.candidates[index].model)
            if part is not None:
                use[node.pool][part] += 1 / len(node.copies)
    overall = [sum(by_part) + 1e-9 for by_part in zip(*use, strict=True)]
    shared = [_apportion(pool.stock, by_part if any(by_part) else overall) for pool, by_part in zip(compiled.pools, use, strict=True)]
    return [list(column) for column in zip(*shared, strict=True)]


def _apportion(stock: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to `weights` that sum up to `stock`; a stock without end stays one for everybody."""
    if stock >= UNLIMITED:
        return [stock] * len(weights)
    due = [stock * weight / sum(weights) for weight in weights]
    given = [int(each) for each in due]
    for part in sorted(range(len(weights)), key=lambda each: (given[each] - due[each], each))[: stock - sum(given)]:
        given[part] += 1
    return given


def left_over(nodes: Sequence[NodePlan], share: Sequence[int]) -> list[int]:
    """What a part has not used of its share, by pool: the next part may have it."""
    left = list(share)
    for node in nodes:
        left[node.pool] -= 1
    return left
