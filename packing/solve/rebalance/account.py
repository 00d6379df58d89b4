"""What the change comes to: copies moved, bytes loaded, and what is proven of it."""

from __future__ import annotations

from dataclasses import replace

from packing.compile.data import Compiled
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.errors import Fault
from packing.solve.bounds.run import linear_bound, quick_bound
from packing.solve.context import SearchContext
from packing.solve.plan import Plan, move_price
from packing.solve.rebalance.limits import moves_of
from packing.solve.result import Change
from packing.solve.sizes import EXACT_COPIES

BOUND_S = 5.0
"""Seconds that the bound without moves may take, at most (it takes a fraction of one)."""


def change_of(compiled: Compiled, context: SearchContext, plan: Plan, notices: tuple[Fault, ...], blocked: tuple[str, ...] = ()) -> Change:
    """The account of a plan whose value counts the moves."""
    home = compiled.home
    assert home is not None
    anew = [copy for node in plan.nodes for copy in home.loads(node.home, node.copies)]
    placed, running, moved = sum(len(node.copies) for node in plan.nodes), sum(home.running), moves_of(compiled, plan).total()
    stayed = placed - len(anew)
    bound = context.valid_bound(plan.value)
    return Change(
        moved=moved,
        added=len(anew) - moved,
        removed=running - stayed - moved,
        stayed=stayed,
        loaded_bytes=sum(compiled.candidates[index].size for index, _ in anew),
        move_price=move_price(compiled, plan) / OBJECTIVE_UNITS,
        objective=plan.value.objective / OBJECTIVE_UNITS,
        bound=None if bound is None else bound / OBJECTIVE_UNITS,
        proven=bound is not None and bound >= plan.value.objective,
        notices=notices,
        blocked=blocked,
    )


def without_moves(compiled: Compiled, plan: Plan, searched: SearchContext) -> tuple[SearchContext, Plan]:
    """The same plan as if moves were free, and what is proven of its objective without solving again.

    `searched`: what is known of the problem as it was searched. Where no proof counted moves (large problems have none that
    does) and nothing is drained, it holds without them as well.
    """
    assert compiled.home is not None
    known = searched.proof
    same = compiled.copies > EXACT_COPIES and compiled.home.stock == tuple(pool.stock for pool in compiled.pools)
    pools = tuple(replace(pool, stock=stock) for pool, stock in zip(compiled.pools, compiled.home.stock, strict=True))
    plain = replace(compiled, pools=pools, home=None)
    value = replace(plan.value, objective=plan.value.objective - move_price(compiled, plan))
    context = SearchContext(BOUND_S)
    context.offer(replace(plan, value=value), "rebalance")
    if searched.withdrawn is not None:
        # These bounds are argued in the same way.
        return context, replace(plan, value=value)
    if compiled.copies > EXACT_COPIES and (known is None or same):
        if known is not None:
            context.raise_bound(*known, "rebalance")
        # Where there was no time for a bound of a large problem, none is made up for it afterwards.
        return context, replace(plan, value=value)
    quick_bound(plain, context)
    if context.limit() is None:
        linear_bound(plain, context)
    return context, replace(plan, value=value)
