"""Strategy `split`: independent parts one by one, and what is still too large in shares of comparable composition.

1. Parts that cannot influence one another (isolated tenants, disjoint pools) are problems of their own; most are small and proven at once.
2. A part of many shapes is dealt out (`deal`) with its stock (`stock`), the shares are solved by column generation, and the union is
   repaired across the borders (`repair`).
3. Ruin and recreate goes on with it as a whole.

Bounds of independent parts add up to one of the whole. What shares prove of themselves is not used: two shares may need a node each
where one would do for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packing.compile.data import Compiled
from packing.solve.bounds.run import linear_bound, quick_bound, tenant_bound
from packing.solve.context import SearchContext
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.strategy import greedy
from packing.solve.patterns.strategy import patterns
from packing.solve.plan import NodePlan, Plan, make_plan
from packing.solve.portfolio import portfolio
from packing.solve.remote.parts import Part, part_of
from packing.solve.remote.rounds import together
from packing.solve.ruin.strategy import ruin
from packing.solve.split.deal import deal, shapes
from packing.solve.split.repair import repair
from packing.solve.split.stock import left_over, shares
from packing.solve.task import independent_parts

FEW = 1_500
"""Distinct shapes up to which a part is not dealt out."""
SHAPES = 1_000
"""Distinct shapes of a share."""
SMALL = 600
"""Copies up to which an independent part is left to the portfolio."""
SMALL_WORK, TENANTS, SHARES, COLUMNS, MEND = 0.5, 0.1, 0.5, 0.6, 0.6
"""Shares of the work left: for all small parts; for the bound of tenants that share no node; of what is then left for the shares, of a
share's work for column generation, and of what is left after the shares for their union."""
GENEROUS = 4
"""A small part may take so many times what it would if all needed the same."""
ENOUGH = 15.0
"""Units of work for a share below which column generation would not get far."""


def supports(compiled: Compiled) -> str | None:
    """Problems of many shapes, or of several parts."""
    if shapes(compiled) > FEW or len(independent_parts(compiled)) > 1:
        return None
    return f"one part with no more than {FEW} shapes"


def split(compiled: Compiled, context: SearchContext) -> None:
    """Parts, shares, repair, ruin and recreate."""
    if context.incumbent is None:
        greedy(compiled, context)
    _Split(compiled, context).run()


class _Split:
    """Independent parts with what is known of each."""

    def __init__(self, compiled: Compiled, context: SearchContext) -> None:
        self.compiled, self.context = compiled, context
        groups = [models for models in independent_parts(compiled) if any(compiled.models[model].candidates for model in models)]
        nowhere = [model for model in range(len(compiled.models)) if not compiled.models[model].candidates]
        size = {min(models): sum(compiled.models[model].fewest for model in models) for models in groups}
        groups.sort(key=lambda models: (size[min(models)], min(models)))
        # Models that run nowhere are a part, too: their missing copies belong to the bound.
        self.parts = [part_of(compiled, models) for models in [*([nowhere] if nowhere else []), *groups]]
        assert context.incumbent is not None
        self.inner = [self._inner(part, part.plan_in_part(context.incumbent)) for part in self.parts]

    def _inner(self, part: Part, plan: Plan) -> SearchContext:
        inner = self.context.inner(self.context.gap)
        inner.offer(plan, "split")
        quick_bound(part.compiled, inner)
        return inner

    def run(self) -> None:
        """Small parts, the smallest first; then the others."""
        copies = [part.compiled.copies for part in self.parts]
        small = [number for number, count in enumerate(copies) if count <= SMALL]
        large = [number for number, count in enumerate(copies) if count > SMALL]
        with self.context.part(SMALL_WORK):
            for done, number in enumerate(small):
                # Most need next to nothing: who needs more may have it.
                with self.context.part(min(1.0, GENEROUS / (len(small) - done))):
                    portfolio(self.parts[number].compiled, self.inner[number])
                if self.context.limit() is not None:
                    break
        self._tell()
        for done, number in enumerate(large):
            if self.context.limit() is not None:
                break
            with self.context.part(1 / (len(large) - done)):
                self._large(self.parts[number].compiled, self.inner[number])

    def _tell(self) -> None:
        """The union of the parts' plans, and the sum of their bounds."""
        plans = [inner.incumbent for inner in self.inner]
        nodes = [node for part, plan in zip(self.parts, plans, strict=True) if plan is not None for node in part.nodes_in_whole(plan)]
        self.context.offer(make_plan(self.compiled, nodes), "split")
        for inner in self.inner:
            self.context.heed(inner)
        proofs = [inner.proof for inner in self.inner if inner.proof is not None]
        if len(proofs) == len(self.parts):
            self.context.raise_bound(*together(self.compiled, proofs), "split")

    def _large(self, compiled: Compiled, inner: SearchContext) -> None:
        """One large part."""
        duals = linear_bound(compiled, inner)
        if duals is not None and inner.limit() is None:
            tenant_bound(compiled, inner, duals, inner.work_left() * TENANTS)
        self._tell()
        economy = Economy(compiled, duals)
        count = shapes(compiled)
        if count > FEW and inner.limit() is None:
            _mend(compiled, inner, economy, solve_shares(compiled, inner, economy, -(-count // SHAPES)))
            self._tell()
        if inner.limit() is None:
            ruin(compiled, inner, economy, inner.work_left())
        self._tell()


def _mend(compiled: Compiled, context: SearchContext, economy: Economy, union: Plan) -> None:
    """Repair the union and improve it for a while: at first it may be worse than the incumbent, by the half-empty nodes of each share."""
    mended = context.inner()
    mended.offer(union, "split")
    with context.part(MEND):
        repair(compiled, mended, economy)
        if mended.limit() is None:
            ruin(compiled, mended, economy, mended.work_left())
    context.heed(mended)
    assert mended.incumbent is not None
    context.offer(mended.incumbent, "split")


def solve_shares(compiled: Compiled, context: SearchContext, economy: Economy, count: int) -> Plan:
    """The union of the shares' plans. Stock that a share leaves over is the next one's."""
    assert context.incumbent is not None
    groups = deal(compiled, economy, count)
    stock = shares(compiled, context.incumbent, groups)
    left = [0] * len(compiled.pools)
    nodes: list[NodePlan] = []
    with context.part(SHARES):
        for number, (models, share) in enumerate(zip(groups, stock, strict=True)):
            have = [each if each == pool.stock else each + more for each, more, pool in zip(share, left, compiled.pools, strict=True)]
            part = _with_stock(part_of(compiled, models), have)
            with context.part(1 / (len(groups) - number)):
                mine = part.nodes_in_whole(_share(part.compiled, context))
            left = left_over(mine, have)
            nodes += mine
    return make_plan(compiled, nodes)


def _with_stock(part: Part, stock: Sequence[int]) -> Part:
    pools = tuple(replace(pool, stock=count) for pool, count in zip(part.compiled.pools, stock, strict=True))
    return Part(replace(part.compiled, pools=pools), part.candidates)


def _share(compiled: Compiled, context: SearchContext) -> Plan:
    """A share's plan: by column generation and by ruin and recreate; greedy's, if there is no work left for more."""
    inner = context.inner()
    greedy(compiled, inner)
    if inner.limit() is None and inner.work_left() > ENOUGH:
        with inner.part(COLUMNS):
            patterns(compiled, inner)
    if inner.limit() is None:
        ruin(compiled, inner, Economy(compiled), inner.work_left())
    context.heed(inner)
    assert inner.incumbent is not None
    return inner.incumbent
