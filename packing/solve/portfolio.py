"""Strategy `auto`: greedy, then prices, then improvement, then proof; each passes its answer on as a start.

All parts share one context: one clock, one incumbent, one bound. How much work each part does follows from the
time limit and the size of the problem, not from the clock, as long as the limit is not reached.
"""

from __future__ import annotations

from packing.compile.data import UNLIMITED, Compiled
from packing.solve.bounds.prices import Prices
from packing.solve.bounds.run import linear_bound, scarcity_prices, tenant_bound
from packing.solve.context import SearchContext
from packing.solve.cp_sat.strategy import cp_sat
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.strategy import greedy
from packing.solve.patterns.strategy import improve, patterns
from packing.solve.ruin.strategy import ruin

EXACT_COPIES = 150
"""Problems with no more copies than this also go to the exact formulation."""
TENANTS = 0.1
"""Part of the time limit that bounds in whole nodes for isolated tenants count as work."""
PATTERNS, RUIN = 0.65, 1.0
"""Parts of the time for column generation (of what is left) and for ruin and recreate (of the limit, counted in rounds)."""


def portfolio(compiled: Compiled, context: SearchContext) -> None:
    """Improves on the common beginning (greedy and quick bounds, `packing.solve.strategies.begin`) as far as time allows."""
    duals = linear_bound(compiled, context)
    if context.limit() is not None:
        return
    large = sum(model.fewest for model in compiled.models) > EXACT_COPIES
    ample = all(pool.stock >= UNLIMITED for pool in compiled.pools)
    if large and ample:
        # Nothing is scarce: parts have bounds in whole nodes of their own, and prices of scarcity are just the duals.
        prices = duals
    else:
        if duals is not None:
            tenant_bound(compiled, context, duals, context.time_limit * TENANTS)
        prices = scarcity_prices(compiled, context) if context.limit() is None else None
    economy = Economy(compiled, prices)
    if prices is not None and context.limit() is None:
        greedy(compiled, context, economy)
    if context.limit() is not None:
        return
    if large:
        _approach(compiled, context, economy, duals)
    else:
        _prove(compiled, context, economy)


def _approach(compiled: Compiled, context: SearchContext, economy: Economy, duals: Prices | None) -> None:
    """A large problem: column generation for bound and plan, then ruin and recreate where its prices see waste."""
    with context.within(context.remaining() * PATTERNS):
        worth = improve(compiled, context, duals)
    if context.limit() is None:
        ruin(compiled, context, economy, context.time_limit * RUIN, worth)


def _prove(compiled: Compiled, context: SearchContext, economy: Economy) -> None:
    """A small problem: a good plan, then column generation, then the exact formulation for what is still open."""
    ruin(compiled, context, economy, context.time_limit * 0.1)
    if context.limit() is None:
        with context.within(context.remaining() * 0.5):
            patterns(compiled, context)
    if context.limit() is None:
        ruin(compiled, context, economy, context.time_limit * 0.1)
    if context.limit() is None:
        cp_sat(compiled, context)
