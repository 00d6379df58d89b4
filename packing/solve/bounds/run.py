"""Bounds for every size, within the limits of the search."""

from __future__ import annotations

from packing.compile.data import Compiled
from packing.solve.bounds.forced import forced_vector
from packing.solve.bounds.linear import LinearRelaxation, simple_prices
from packing.solve.bounds.prices import price_bound
from packing.solve.context import SearchContext
from packing.solve.task import whole_task


def cheap_bound(compiled: Compiled, context: SearchContext) -> None:
    """Bounds that need no solver, then (if time is left) the one from the linear relaxation's duals."""
    forced = forced_vector(compiled)
    for prices in simple_prices(compiled):
        context.raise_bound(forced, price_bound(compiled, prices), "resources")
        if context.limit() is not None:
            return
    prices_found = LinearRelaxation(compiled, whole_task(compiled)).prices(context.remaining())
    if prices_found is not None:
        context.raise_bound(forced, price_bound(compiled, prices_found), "linear relaxation")
