"""Strategy `shortage`: where stock does not suffice for all copies, how many have to be missing, and a plan that misses hardly more.

1. Room for what is missing in the greedy's plan (`repair.py`): often that is all it takes.
2. Bounds on the missing copies, priority by priority (`relax.py`, `counts.py`).
3. Whole numbers of contents (`whole.py`), composed into nodes (`compose.py`), in turn: what could not be composed is asked for less.
4. Room for what is missing in these plans; a bound on the objective if no more is missing than must be.
"""

from __future__ import annotations

from packing.compile.data import UNLIMITED, Compiled
from packing.solve.bounds.forced import forced_vector
from packing.solve.context import SearchContext, Share
from packing.solve.greedy.strategy import greedy
from packing.solve.plan import Plan, make_plan
from packing.solve.shortage.compose import compose
from packing.solve.shortage.relax import Relaxation
from packing.solve.shortage.repair import repair
from packing.solve.shortage.whole import Margin, WholeNumbers

PROVE, FIRST, PLAN, REPAIR = 0.3, 0.06, 0.6, 0.95
"""Shares of the work that is left when they begin: for bounds (before plans, and again after them), for a first repair of the
greedy's plan, for whole numbers, and for repair of what comes of them."""
LAST = 0.5
"""Part of what is left of it for repair of the best plan of whole numbers."""
ATTEMPTS = 12
"""Whole numbers and compositions, at most."""
TIGHT = (0.95, 0.8)
"""The first margin: what is counted can then mostly be composed, and costs little where anything else is left."""
FRUITLESS = 2
"""After so many in a row that miss no less, there are no more of them."""


def supports(compiled: Compiled) -> str | None:
    """None, or why there is nothing here for this strategy."""
    return None if any(pool.stock < UNLIMITED for pool in compiled.pools) else "every pool has as many nodes as needed"


def shortage(compiled: Compiled, context: SearchContext) -> None:
    """Improve an incumbent that misses more copies than any plan must, and prove how many those are."""
    if context.incumbent is None:
        greedy(compiled, context)
    assert context.incumbent is not None
    if context.limit() is None and supports(compiled) is None and context.incumbent.value.missing > forced_vector(compiled):
        _Run(compiled, context).run()


class _Run:
    """One run of the strategy."""

    def __init__(self, compiled: Compiled, context: SearchContext) -> None:
        self.compiled, self.context = compiled, context
        self.relaxation = Relaxation(compiled)

    def run(self) -> None:
        """All steps, as far as time allows."""
        context, relaxation = self.context, self.relaxation
        repair(self.compiled, context, self._incumbent(), relaxation.vector(), context.share(FIRST))
        if not self._least():
            relaxation.prove(context, context.share(PROVE))
        if not self._least():
            self._plans(context.share(PLAN))
        if not self._least():
            relaxation.prove(context, context.share(PROVE))
        if not self._least():
            repair(self.compiled, context, self._incumbent(), relaxation.vector(), context.share(REPAIR))
        # A bound on the objective speaks of plans that miss just what must be missing; that of complete plans is not this strategy's business.
        missing = self._incumbent().value.missing
        if context.limit() is None and missing == relaxation.vector() and missing != forced_vector(self.compiled):
            relaxation.prove_objective(context, context.share())

    def _incumbent(self) -> Plan:
        assert self.context.incumbent is not None
        return self.context.incumbent

    def _least(self) -> bool:
        """Whether the incumbent misses no more than it must, or time is up."""
        return self.context.limit() is not None or self._incumbent().value.missing == self.relaxation.vector()

    def _plans(self, share: Share) -> None:
        """Whole numbers and compositions in turn, until everything counted is composed; then the best of these plans is repaired."""
        compiled, context, layout = self.compiled, self.context, self.relaxation.layout
        margins = [Margin(), Margin(*TIGHT)]
        margin, best, fruitless = margins.pop(), make_plan(compiled, ()), 0
        numbers = WholeNumbers(compiled, layout, self.relaxation.columns)
        for _ in range(ATTEMPTS):
            found = numbers.solve(margin, share, context) if share() > 0 else None
            if found is None:
                if share() <= 0 or not margins:
                    break
                margin = margins.pop()
                continue
            plan, left = compose(compiled, layout, *found)
            context.offer(plan, "shortage")
            fruitless = 0 if plan.value < best.value else fruitless + 1
            best = min(best, plan, key=lambda each: each.value)
            if self._least():
                break
            if fruitless >= FRUITLESS or not margin.tighten(left):
                if not margins:
                    break
                margin, fruitless = margins.pop(), 0
        # Its structure may be better than that of the greedy's plan, though more is missing yet.
        if not self._least() and best is not self._incumbent():
            repair(compiled, context, best, self.relaxation.vector(), share.part(LAST))
