"""Strategy `shortage`: where stock does not suffice for all copies, how many have to be missing, and a plan that misses hardly more.

1. Bounds on the missing copies, priority by priority (`relax.py`).
2. Whole numbers of contents (`whole.py`), composed into nodes (`compose.py`), in turn: what could not be composed is asked for less.
3. Ruin and recreate for what is still missing; a bound on the objective.
"""

from __future__ import annotations

from collections.abc import Callable

from packing.compile.data import UNLIMITED, Compiled
from packing.solve.bounds.forced import forced_vector
from packing.solve.context import SearchContext
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.strategy import greedy
from packing.solve.ruin.strategy import ruin
from packing.solve.shortage.compose import compose
from packing.solve.shortage.relax import Relaxation
from packing.solve.shortage.whole import Margin, whole_numbers

PROVE, PLAN, REPAIR = 0.4, 0.6, 0.9
"""Shares of the remaining time: for bounds, of what is then left for whole numbers, and of the rest for repair."""
ATTEMPTS = 12
"""Whole numbers and compositions, at most."""


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
        context = self.context
        self.relaxation.prove(context, self._until(PROVE))
        if not self._least():
            self._plans(self._until(PLAN))
        if not self._least():
            with context.within(REPAIR * context.remaining()):
                ruin(self.compiled, context, Economy(self.compiled), context.remaining())
        self.relaxation.prove_objective(context, self._until(1.0))

    def _until(self, share: float) -> Callable[[], float]:
        """Seconds left of a share of the remaining time; 0 as soon as the search should stop."""
        context = self.context
        end = context.elapsed() + share * context.remaining()
        return lambda: 0.0 if context.limit() is not None else max(0.0, end - context.elapsed())

    def _least(self) -> bool:
        """Whether the incumbent misses no more than it must, or time is up."""
        context = self.context
        assert context.incumbent is not None
        return context.limit() is not None or context.incumbent.value.missing == self.relaxation.vector()

    def _plans(self, seconds: Callable[[], float]) -> None:
        """Whole numbers and compositions in turn, until everything counted is composed."""
        compiled, context, layout = self.compiled, self.context, self.relaxation.layout
        margin = Margin()
        for _ in range(ATTEMPTS):
            if seconds() <= 0:
                return
            found = whole_numbers(compiled, layout, self.relaxation.columns, margin, seconds(), context.workers)
            if found is None:
                return
            plan, left = compose(compiled, layout, *found)
            context.offer(plan, "shortage")
            if self._least() or not margin.tighten(left):
                return
