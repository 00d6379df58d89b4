"""Strategy `rebalance`: from what runs now (`Compiled.home`). `auto` is this one wherever something runs."""

from __future__ import annotations

from packing.compile.data import Compiled
from packing.solve.bounds.prices import SCALE, PricedModels, Prices
from packing.solve.bounds.run import linear_bound
from packing.solve.context import SearchContext
from packing.solve.cp_sat.strategy import cp_sat
from packing.solve.greedy.economy import Economy
from packing.solve.rebalance.fleet import Fleet
from packing.solve.rebalance.limits import Limits, limited
from packing.solve.rebalance.mend import mend
from packing.solve.rebalance.search import fill, improve, tidy_up
from packing.solve.sizes import EXACT_COPIES

URGENT = 0.75
"""Share of the work for what is missing and for nodes that are nearly empty."""
SEARCH = 0.4
"""Share of the work that small problems are searched before they are proven."""


def supports(compiled: Compiled) -> str | None:
    """Why it cannot work on a problem."""
    return None if compiled.home is not None else "nothing runs yet: there is no current placement"


def rebalance(compiled: Compiled, context: SearchContext) -> None:
    """Improve the incumbent: first what is missing, then what is dear; small problems to the proof.

    All bounds it raises speak of the objective with the price of the moves.
    """
    if context.incumbent is None:
        context.offer(mend(compiled), "mend")
    if context.limit() is not None or context.incumbent is None:
        return
    # What hurts most comes first, and needs no prices: what is missing, and nodes that were opened for a few copies.
    limits = Limits(compiled, mend(compiled) if limited(compiled) else context.incumbent)
    fleet = Fleet(compiled, Economy(compiled), context.incumbent.nodes)
    with context.part(URGENT):
        if any(fleet.missing):
            fill(fleet, context, limits)
        tidy_up(fleet, context, limits)
    prices = linear_bound(compiled, context) if context.limit() is None else None
    if prices is not None and context.limit() is None:
        fleet = Fleet(compiled, Economy(compiled, prices), context.incumbent.nodes)
        tidy_up(fleet, context, limits)
    small = compiled.copies <= EXACT_COPIES
    with context.part(SEARCH if small else 1.0):
        improve(fleet, context, limits, None if prices is None else _worth(compiled, prices))
    if small and not limits.any and context.limit() is None:
        cp_sat(compiled, context)


def _worth(compiled: Compiled, prices: Prices) -> list[float]:
    """What a copy of each model costs at least at these prices (objective units)."""
    priced = PricedModels(compiled, prices)
    return [priced.least(model) / SCALE / max(1, model.fewest) if model.candidates else float("inf") for model in compiled.models]
