"""Strategy `auto`: chooses by what the problem is like; each part starts from the best answer so far.

All parts share one context: one account of work, one incumbent, one bound.

* Where something runs now: from there, with what moving costs (`rebalance`).
* Copies missing for want of stock: room for them first (`shortage`).
* Up to 40 copies: the exact formulation at once.
* Up to 150 copies: ruin and recreate, column generation, and the exact formulation for what is still open.
* Nodes that are single bins, not too many shapes: contents of whole nodes (`node_patterns`).
* Everything else: column generation over accelerators (`patterns`) for bound and plan.
* Then ruin and recreate, on the nodes whose price is furthest above what their copies are worth at the duals.
"""

from __future__ import annotations

from packing.compile.data import UNLIMITED, Compiled
from packing.solve.bounds.forced import forced_vector
from packing.solve.bounds.prices import Prices
from packing.solve.bounds.run import linear_bound, scarcity_prices, tenant_bound
from packing.solve.context import SearchContext
from packing.solve.cp_sat.strategy import cp_sat
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.strategy import greedy
from packing.solve.node_patterns.strategy import node_patterns
from packing.solve.node_patterns.strategy import supports as single_bins
from packing.solve.patterns.classes import classes_of
from packing.solve.patterns.strategy import improve, patterns
from packing.solve.rebalance.strategy import rebalance
from packing.solve.ruin.strategy import ruin
from packing.solve.shortage.repair import repair
from packing.solve.shortage.strategy import shortage
from packing.solve.sizes import EXACT_ALONE, EXACT_COPIES

SHAPES = 300
"""Distinct shapes up to which contents of whole nodes are worth generating."""
TENANTS = 0.1
"""Part of the work that bounds in whole nodes for isolated tenants may take."""
REPAIR, SHORTAGE = 0.05, 0.5
"""Parts of the work left for making room in greedy's plan, and for the strategy `shortage` where that was not enough."""
PATTERNS, RUIN = 0.8, 1.0
"""Parts of the work left, where the problem is large, for column generation and then for ruin and recreate."""
QUICK, COLUMNS, EXACT = 0.1, 0.5, 0.5
"""The same where it is small: for ruin and recreate, for column generation, and, of the smallest, for the exact formulation at first."""


def portfolio(compiled: Compiled, context: SearchContext) -> None:
    """Improves on the common beginning (greedy and quick bounds, `packing.solve.strategies.begin`) as far as time allows."""
    if compiled.home is not None:
        rebalance(compiled, context)
        return
    if compiled.copies <= EXACT_ALONE:
        with context.part(EXACT):
            cp_sat(compiled, context)
        if context.limit() is not None:
            return
    large = compiled.copies > EXACT_COPIES
    ample = all(pool.stock >= UNLIMITED for pool in compiled.pools)
    if large and not ample:
        _make_room(compiled, context)
    duals = linear_bound(compiled, context) if context.limit() is None else None
    # Where nothing is scarce, parts have bounds in whole nodes of their own, and prices of scarcity are just the duals.
    prices = duals if large and ample else _scarcity(compiled, context, duals)
    economy = Economy(compiled, prices)
    if prices is not None and context.limit() is None:
        greedy(compiled, context, economy)
    if context.limit() is not None:
        return
    if large:
        _approach(compiled, context, economy, duals)
    else:
        _prove(compiled, context, economy)


def _make_room(compiled: Compiled, context: SearchContext) -> None:
    """For copies that are missing although each of them could be placed if it were alone."""
    forced = forced_vector(compiled)
    if context.limit() is None and context.incumbent is not None and context.incumbent.value.missing > forced:
        repair(compiled, context, context.incumbent, forced, context.share(REPAIR))
    if context.limit() is None and context.incumbent is not None and context.incumbent.value.missing > forced:
        with context.part(SHORTAGE):
            shortage(compiled, context)


def _scarcity(compiled: Compiled, context: SearchContext, duals: Prices | None) -> Prices | None:
    if duals is not None and context.limit() is None:
        tenant_bound(compiled, context, duals, context.work_left() * TENANTS)
    return scarcity_prices(compiled, context) if context.limit() is None else None


def _approach(compiled: Compiled, context: SearchContext, economy: Economy, duals: Prices | None) -> None:
    """A large problem: column generation for bound and plan, then ruin and recreate where its prices see waste."""
    worth, start = None, None
    with context.part(PATTERNS):
        if single_bins(compiled) is None and len(classes_of(compiled, by_rival=False)) <= SHAPES:
            node_patterns(compiled, context)
        else:
            worth, start = improve(compiled, context, duals)
    if context.limit() is None:
        ruin(compiled, context, economy, context.work_left() * RUIN, worth, start)


def _prove(compiled: Compiled, context: SearchContext, economy: Economy) -> None:
    """A small problem: a good plan, then column generation, then the exact formulation for what is still open."""
    ruin(compiled, context, economy, context.work_left() * QUICK)
    if context.limit() is None:
        with context.part(COLUMNS):
            patterns(compiled, context)
    if context.limit() is None:
        ruin(compiled, context, economy, context.work_left() * QUICK)
    if context.limit() is None:
        cp_sat(compiled, context)
    if context.limit() is None:
        ruin(compiled, context, economy, context.work_left())
