"""Bounds for every size, within the limits of the search."""

from __future__ import annotations

from packing.compile.data import Compiled
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.solve.bounds.forced import forced_vector
from packing.solve.bounds.linear import LinearRelaxation, simple_prices
from packing.solve.bounds.prices import Prices, price_bound
from packing.solve.bounds.tenants import tenant_payments
from packing.solve.context import SearchContext
from packing.solve.task import whole_task

MISSING_WEIGHT = 2 * OBJECTIVE_UNITS
"""What a missing copy costs when prices under shortage are wanted: more than any copy."""


def quick_bound(compiled: Compiled, context: SearchContext) -> None:
    """Bounds that need no solver: milliseconds for small problems, one pass over the candidates each."""
    forced = forced_vector(compiled)
    for prices in simple_prices(compiled):
        context.raise_bound(forced, price_bound(compiled, prices), "resources")
        if context.limit() is not None:
            return


def linear_bound(compiled: Compiled, context: SearchContext) -> Prices | None:
    """The bound from the linear relaxation's duals; returns them."""
    prices = LinearRelaxation(compiled, whole_task(compiled)).prices(context.share())
    if prices is not None:
        context.raise_bound(forced_vector(compiled), price_bound(compiled, prices), "linear relaxation")
    return prices


def tenant_bound(compiled: Compiled, context: SearchContext, prices: Prices, work: float) -> None:
    """The same prices, with tenants that share no node paying for whole ones, for so many units of work."""
    payments = tenant_payments(compiled, context, prices, work)
    if payments:
        context.raise_bound(forced_vector(compiled), price_bound(compiled, prices, payments), "whole nodes")


def scarcity_prices(compiled: Compiled, context: SearchContext) -> Prices | None:
    """Prices for the greedy: where stock does not suffice they make scarce types dear."""
    return LinearRelaxation(compiled, whole_task(compiled), missing_weight=MISSING_WEIGHT).prices(context.share())
