"""Plans by which the way of a change is decided before it is searched for a good one: by moving others where that is needed, and no more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from packing.compile.data import UNLIMITED, Compiled
from packing.domain.words import Limit
from packing.solve.bounds.forced import forced_vector
from packing.solve.budget import PACE
from packing.solve.context import SearchContext
from packing.solve.greedy.economy import Economy
from packing.solve.plan import Plan, make_plan
from packing.solve.rebalance.fleet import Fleet
from packing.solve.rebalance.limits import Limits
from packing.solve.rebalance.mend import mend
from packing.solve.rebalance.search import fill

FILL = 0.1
"""Part of the time that is left for making room by itself."""
QUESTION_S = 2.0
"""Seconds for one question where they are there: child processes take most of the first to start."""
QUESTIONS = 0.5
"""Part of the time limit after which nothing more is asked."""

Search = Callable[[Compiled, SearchContext], None]
"""The search, here or in child processes."""


@dataclass(frozen=True, slots=True)
class Solver:
    """How a question on the way is put to the search.

    Parameters
    ----------
    search : answers one.
    context : whose clock runs from the beginning of the whole solve, and whose limits hold for all questions together.
    cancel : what stops them, if the caller sets it.
    """

    search: Search
    context: SearchContext
    cancel: threading.Event | None = None

    def part(self, share: float, least_s: float = 0.0) -> SearchContext:
        """A context of its own for a share of the work that is left."""
        seconds = max(self.context.work_left() / PACE * share, least_s)
        return SearchContext(seconds, self.context.seed, self.context.workers, cancel=self.cancel)

    def ask(self, compiled: Compiled, context: SearchContext) -> None:
        """One question. Who interrupts it interrupts the whole solve, which ends with what is known, like any other."""
        try:
            self.search(compiled, context)
        except KeyboardInterrupt:
            self.context.interrupt()
        self.done(context)

    def done(self, context: SearchContext) -> None:
        """Count the work of a part; if the clock cut it short, the whole answer owes its form to the clock."""
        self.context.spend(context.budget.work)
        if context.ended_by() is Limit.TIME:
            self.context.follow(Limit.TIME)

    @property
    def open(self) -> bool:
        """Whether there is work left for one more question. Without a time limit to speak of nothing is asked."""
        return self.context.limit() is None and self.context.budget.work < self.context.budget.end.work * QUESTIONS


def within_limits(compiled: Compiled, first: Plan, solver: Solver) -> Plan:
    """What is missing in the first plan (`mend`) placed as far as that is possible by no more moves than the policy allows."""
    return _filled(compiled, Economy(compiled), first, solver)


def fewest_moves(compiled: Compiled, solver: Solver, part: float) -> tuple[Plan, bool]:
    """The plan that misses least, and of those one that loads least, whatever the policy allows; and whether that is proven."""
    home = compiled.home
    assert home is not None
    context = solver.part(part, min(QUESTION_S, solver.context.work_left() / PACE * QUESTIONS))
    # Nothing costs anything but loading, and every load costs the same: the objective counts loads.
    counted = replace(
        compiled,
        constant=0,
        pools=tuple(replace(pool, coefficient=0) for pool in compiled.pools),
        candidates=tuple(replace(candidate, coefficient=0) for candidate in compiled.candidates),
        models=tuple(replace(model, missing_coefficient=0) for model in compiled.models),
        home=replace(home, load=(1,) * len(home.load), max_moves=UNLIMITED, max_moves_per_node=UNLIMITED, max_moves_per_model=UNLIMITED),
    )
    economy = Economy(compiled)
    context.offer(_filled(counted, economy, mend(counted, economy), solver), "rebalance")
    if context.limit() is None:
        solver.ask(counted, context)
    plan = context.incumbent
    assert plan is not None
    return make_plan(compiled, plan.nodes), context.valid_bound(plan.value) == plan.value.objective


def _filled(compiled: Compiled, economy: Economy, first: Plan, solver: Solver) -> Plan:
    if first.value.missing <= forced_vector(compiled):
        return first
    context = solver.part(FILL)
    context.offer(first, "mend")
    if context.limit() is not None:
        return first
    fill(Fleet(compiled, economy, first.nodes), context, Limits(compiled, first))
    solver.done(context)
    assert context.incumbent is not None
    return context.incumbent
