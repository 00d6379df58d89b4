"""Other questions about the same problem, on the same scale: some candidates only, other stock; solved anew and checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from packing.compile.data import Candidate, Compiled
from packing.describe.expand import Expanded
from packing.domain.placement import Placement
from packing.domain.words import Status
from packing.errors import InternalError
from packing.explain.oracle import strategy_for
from packing.solve.api import MANY
from packing.solve.assemble import assemble
from packing.solve.context import SearchContext
from packing.solve.strategies import strategy_of
from packing.verify import verify


@dataclass(frozen=True, slots=True)
class Answer:
    """The best placement found, and what is proven.

    Parameters
    ----------
    placement : checked.
    missing : copies that it leaves out, by priority level, the highest first.
    units : its objective in units of 1e-9.
    bound : no placement that leaves out as little has a smaller objective; None: not known.
    least_missing : no placement leaves out less; None: not known.
    """

    placement: Placement
    missing: tuple[int, ...]
    units: int
    bound: int | None
    least_missing: tuple[int, ...] | None

    @property
    def optimal(self) -> bool:
        """Whether nothing better exists, proven."""
        return self.missing == self.least_missing and self.bound is not None and self.bound >= self.units

    @property
    def copies_missing(self) -> int:
        """Copies left out, in all."""
        return sum(self.missing)


def solve_compiled(compiled: Compiled, expanded: Expanded, context: SearchContext) -> Answer:
    """Solve a compiled problem, whose placements are placements of the expanded one, within the context's limits."""
    strategy = strategy_of(strategy_for(expanded.problem))
    if len(compiled.models) >= MANY and context.time_limit > 0:
        from packing.solve.remote.search import search

        search(compiled, context, strategy, None, None)
    else:
        strategy.solve(compiled, context)
    plan = context.incumbent
    assert plan is not None, "greedy always offers one"
    bound = context.valid_bound(plan.value)
    placement = assemble(compiled, expanded, plan, Status.PARTIAL if any(plan.value.missing) else Status.FEASIBLE, None)
    checked = verify(expanded.problem, placement, expanded.digest)
    if not checked.ok or checked.objective_units != plan.value.objective:
        raise InternalError(f"the checker refused an answer with fewer candidates: {'; '.join(str(each) for each in checked.violations[:3])}")
    return Answer(placement, plan.value.missing, plan.value.objective, bound, context.missing_bound)


def with_candidates(compiled: Compiled, keep: Callable[[Candidate], bool]) -> Compiled:
    """The same problem with some of its candidates only; coefficients and references stay as they are."""
    kept = [candidate for candidate in compiled.candidates if keep(candidate)]
    number = {candidate.index: position for position, candidate in enumerate(kept)}
    models = tuple(replace(model, candidates=tuple(number[each] for each in model.candidates if each in number)) for model in compiled.models)
    return replace(compiled, models=models, candidates=tuple(replace(each, index=position) for position, each in enumerate(kept)))
