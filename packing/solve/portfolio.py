"""Strategy `auto`: greedy, then prices, then improvement, then proof; each passes its answer on as a start.

All parts share one context: one clock, one incumbent, one bound. How much work each part does follows from the
time limit and the size of the problem, not from the clock, as long as the limit is not reached.
"""

from __future__ import annotations

from packing.compile.data import Compiled
from packing.solve.bounds.run import quick_bound, relaxed_prices
from packing.solve.context import SearchContext
from packing.solve.cp_sat.strategy import cp_sat
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.strategy import greedy
from packing.solve.ruin.strategy import ruin

EXACT_COPIES = 150
"""Problems with no more copies than this also go to the exact formulation."""


def portfolio(compiled: Compiled, context: SearchContext) -> None:
    """Greedy first, whatever the limit; the rest as far as time allows."""
    greedy(compiled, context)
    quick_bound(compiled, context)
    if context.limit() is not None:
        return
    prices = relaxed_prices(compiled, context)
    economy = Economy(compiled, prices)
    if prices is not None and context.limit() is None:
        greedy(compiled, context, economy)
    copies = sum(model.fewest for model in compiled.models)
    small = copies <= EXACT_COPIES
    if context.limit() is None:
        ruin(compiled, context, economy, context.time_limit * (0.3 if small else 0.6))
    if small and context.limit() is None:
        cp_sat(compiled, context)
