"""What no complete schedule can cost less than: the sum over the slots of what each needs by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.hardware import price_micro_usd
from packing.domain.problem import Problem
from packing.domain.schedule import in_slots, slots_of
from packing.domain.units import exact
from packing.domain.weights import Weights
from packing.domain.words import Survive
from packing.domain.workload import Model

if TYPE_CHECKING:
    from packing.compile.data import Compiled
    from packing.solve.context import SearchContext
    from packing.solve.result import Result

ONLY_COST = Weights(model_size=0, performance=0, isolation=0, cost=1, scalability=0)
SMALL, SMALL_S = 60, 2.0
"""Copies up to which a cell is solved, and seconds for it."""
TENANTS_S = 3.0
"""Seconds of bounds in whole nodes for isolated tenants, of one cell."""


def least_cost(problem: Problem, groups: Sequence[tuple[int, int]], context: SearchContext, solve: Callable[..., Result]) -> int | None:
    """Micro-USD of a whole day that no complete schedule is below; None where nothing is proven.

    Slots are looked at in cells, the whole day first, then its groups, then slots by themselves, as long as there is time. A
    cell is bounded by the problem with the least traffic of each model in any of its slots: what serves one of the slots
    serves that, too. (Not where more traffic can ask for less: a standing reserve, over-commitment. There slots are looked at
    one by one.)
    """
    hours, owned = exact(problem.slot_hours), _owned(problem)
    known, proven = dict.fromkeys(range(problem.slots), owned), False
    cells = [tuple(range(problem.slots)), *(slots_of(first, count, problem.slots) for first, count in groups)] if _monotone(problem) else []
    alone = [(slot,) for slot in range(problem.slots)]
    for cell in dict.fromkeys((*cells, *alone)):
        if context.limit() is not None:
            break
        found = _cell(_least(problem, cell), context, solve)
        if found is not None:
            proven = True
            known |= {slot: max(known[slot], found) for slot in cell}
    total = sum(known.values()) * hours
    return total.numerator // total.denominator if proven else None


def _owned(problem: Problem) -> int:
    kinds = {kind.name: kind for kind in problem.instance_types}
    return sum((pool.count or 0) * price_micro_usd(pool, kinds[pool.instance_type]) for pool in problem.fleet if pool.owned)


def _monotone(problem: Problem) -> bool:
    """Whether what serves some traffic serves less traffic, too."""
    return all(model.survive in (None, Survive.NONE) and model.cold_start_quantile is None for model in problem.models)


def _least(problem: Problem, cell: Sequence[int]) -> Problem:
    """One slot with the least traffic of each model in any slot of the cell; only cost counts."""
    one = in_slots(problem, cell)
    models = tuple(_quietest(model) for model in one.models)
    return in_slots(one.model_copy(update={"slots": 1, "weights": ONLY_COST, "models": models}), (0,))


def _quietest(model: Model) -> Model:
    if model.traffic is None:
        return model
    least = min(model.traffic.requests_per_second)
    return model.model_copy(update={"traffic": model.traffic.model_copy(update={"requests_per_second": (least,)})})


def _cell(part: Problem, context: SearchContext, solve: Callable[..., Result]) -> int | None:
    """Micro-USD per hour that every complete placement of the part costs at least; None: nothing is known. Small parts are solved."""
    from packing.compile.compiler import compile_problem
    from packing.solve.bounds.run import linear_bound, quick_bound, tenant_bound
    from packing.solve.context import SearchContext

    compiled = compile_problem(part)
    if compiled.copies <= SMALL:
        found = solve(part, min(SMALL_S, context.remaining()))
        if found.bound is None or found.placement.unplaced:
            return None
        return _micro_usd(compiled, part, round(found.bound * OBJECTIVE_UNITS))
    own = SearchContext(max(0.0, context.remaining()))
    quick_bound(compiled, own)
    duals = linear_bound(compiled, own) if context.limit() is None else None
    if duals is not None and context.limit() is None:
        tenant_bound(compiled, own, duals, TENANTS_S)
    if own.bound is None or own.missing_bound is None or any(own.missing_bound):
        return None
    return _micro_usd(compiled, part, own.bound)


def _micro_usd(compiled: Compiled, part: Problem, bound: int) -> int:
    """A bound on the objective of cost alone as money.

    The objective is constant + Σ coefficient of each rented node, and each coefficient is a price that was rounded: the
    price of a node is at least the least ratio of price to coefficient, times its coefficient.
    """
    owned = _owned(part)
    ratios = [Fraction(pool.price, pool.coefficient) for pool in compiled.pools if pool.coefficient > 0]
    rented = max(0, bound - compiled.constant) * min(ratios, default=Fraction(0))
    return owned + rented.numerator // rented.denominator
