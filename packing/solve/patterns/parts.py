"""One independent part: its layout, master and pricing, and the cuts found for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from packing.compile.data import Compiled
from packing.solve.bounds.forced import forced_missing
from packing.solve.bounds.prices import Prices as LinearPrices
from packing.solve.bounds.tenants import whole_node_payment
from packing.solve.context import SearchContext, Share
from packing.solve.patterns.centre import centre_of
from packing.solve.patterns.classes import ModelClass
from packing.solve.patterns.costs import complete_costs
from packing.solve.patterns.counts import Counts, node_counts
from packing.solve.patterns.generation import EFFORTS, MORE, THOROUGH, Search, columns_of_nodes, first_columns, generate_columns
from packing.solve.patterns.layout import Layout
from packing.solve.patterns.master import Master
from packing.solve.patterns.pricing import SCALE, Cut, Pricer, prices_of
from packing.solve.plan import NodePlan, make_plan

CONTENTS, STEADY = 0.35, 2e-4
"""Share of the time for column generation without swaps, and the gap at which it begins if there is time left."""
COMPOSABLE = 1_600
"""Items up to which a part is composed of contents."""
HALFWAY = 0.5
"""Where between a point known to do and the counts in question duals are taken first: their cuts go deeper."""
PROOF = 0.5
"""Share of the time for counting that is kept for the exact solver, whose bound counts."""
KEPT = 8
"""Cuts of the column generation that are kept: the latest are the best."""


class Part:
    """A part of the problem that shares nothing but stock with the others."""

    def __init__(self, compiled: Compiled, classes: list[ModelClass]) -> None:
        self.layout = Layout(compiled, classes)
        self.costs = complete_costs(compiled, self.layout.classes)
        self.master = Master(self.layout, self.costs)
        self.pricer = Pricer(self.layout)
        self.search = Search()
        self.cuts: list[Cut] = []
        self.copies = sum(each.copies for each in self.layout.classes)
        self.composable = len(self.layout.items) <= COMPOSABLE
        """Whether contents can be had in the time that there is; if not, the part is for its bound only."""
        self.least_missing = sum(each.forced for each in self.layout.classes)
        """Copies that every plan misses."""
        self.core: list[float] = []
        """Nodes by group in the linear program's solution."""
        self.settled: set[tuple[int, ...]] = set()
        """Counts that the linear program accepts and no cut refuses."""
        self.bound: int | None = None
        """Proven for the part by itself, with all of the stock."""
        self.master.add(first_columns(self.layout))

    def learn(self, nodes: Sequence[NodePlan]) -> None:
        """Take the contents of nodes as columns."""
        self.master.add(columns_of_nodes(self.layout.compiled, self.layout, nodes))

    def whole_nodes(self, compiled: Compiled, context: SearchContext, work: float) -> None:
        """A bound from the sums of what whole nodes hold: for a few copies it is better than the linear program."""
        models = [compiled.models[member] for member in sorted(self.layout.class_of)]
        paid = whole_node_payment(compiled, context, models, work)
        if paid is not None:
            self._raise(paid)

    def settled_by(self, compiled: Compiled, nodes: Sequence[NodePlan]) -> bool:
        """Whether these nodes serve the part completely and cost no more than its bound."""
        value = make_plan(compiled, nodes).value
        others = [model for index, model in enumerate(compiled.models) if index not in self.layout.class_of]
        apart = compiled.constant + sum(model.missing_coefficient * model.fewest for model in others)
        missing = sum(value.missing) - sum(model.fewest for model in others)
        forced = sum(model.missing_coefficient * forced_missing(compiled, model) for model in map(compiled.models.__getitem__, self.layout.class_of))
        return missing <= self.least_missing and self.bound is not None and value.objective - apart - forced <= self.bound

    def relax(self, share: Share, on_bound: Callable[[], None], prices: LinearPrices | None = None) -> None:
        """Column generation with as many nodes as wanted; `prices`, of the linear relaxation, are where it starts from."""

        def better(bound: int) -> None:
            self._raise(bound)
            on_bound()

        self.master.limit_nodes(None)
        start = centre_of(self.layout, prices) if prices is not None else None
        # With swaps first, for the bound; then contents that do without them, for the plan.
        swapping = share.but(CONTENTS * share()) if self.composable else share
        self.master.allow_swaps(allowed=True)
        generate_columns(self.master, self.pricer, swapping, better, self.search, start, STEADY)
        if self.composable:
            self.master.allow_swaps(allowed=False)
            generate_columns(self.master, self.pricer, share, better, self.search)
        self.cuts = self.search.cuts[-KEPT:]
        if self.search.solution is not None:
            self.core = list(self.search.solution.groups)

    def _raise(self, bound: int) -> None:
        self.bound = bound if self.bound is None else max(self.bound, bound)

    def worth(self) -> dict[int, float]:
        """What a copy costs at least, by model, at the prices of the best bound (objective units)."""
        if self.search.centre is None:
            return {}
        paid = self.pricer.payments(self.costs, prices_of(self.search.centre))
        return {
            member: amount / SCALE / max(1, each.copies) for each, amount in zip(self.layout.classes, paid, strict=True) for member in each.members
        }

    def count(self, compiled: Compiled, share: Share, context: SearchContext) -> Counts | None:
        """The cheapest whole numbers of nodes that no cut rules out, for the part by itself."""
        best: Counts | None = None
        seen: set[tuple[int, ...]] = set()
        guess = share.but(PROOF * share())
        while guess() > 0:
            found = node_counts(compiled, [self.layout], [self.cuts], guess, context, exact=False)
            if found is None:
                break
            best = found
            key = (*found.groups[0], *found.paid)
            if key in seen or not self.examine(found.groups[0], found.paid[0], share):
                break
            seen.add(key)
        proven = node_counts(compiled, [self.layout], [self.cuts], share, context, exact=True, start=best)
        if proven is not None and proven.bound is not None:
            self._raise(proven.bound)
        return best or proven

    def examine(self, counts: Sequence[int], paid: int, share: Share) -> bool:
        """Look for a cut that refuses these counts (with this much paid for copies). Returns whether one was found."""
        key = (*counts, paid)
        if key in self.settled:
            return False
        for weight in (HALFWAY, 1.0) if self.core else (1.0,):
            point = [weight * count + (1 - weight) * middle for count, middle in zip(counts, self.core or counts, strict=True)]
            found = self._refuse(point, counts, paid, share)
            if found:
                return True
        if share() > 0:
            self.settled.add(key)
        return False

    def agreed(self, counts: Sequence[int]) -> bool:
        """Whether the linear program accepts these counts."""
        return any(key[:-1] == tuple(counts) for key in self.settled)

    def _refuse(self, point: Sequence[float], counts: Sequence[int], paid: int, share: Share) -> bool:
        """Whether the duals at `point` give a cut that refuses `counts`."""
        self.master.limit_nodes(point)
        while share() > 0:
            solution = self.master.solve(share)
            if solution is None or solution.duals is None:
                break
            prices = prices_of(solution.duals)
            for effort in (EFFORTS[1][1], THOROUGH):
                values, columns = self.pricer.contents(prices, effort, MORE, solution.duals.room, share)
                cut = self.pricer.cut(self.costs, prices, values)
                short = cut.least - sum(price * count for price, count in zip(cut.node, counts, strict=True)) - paid * SCALE
                added = self.master.add(columns)
                if short > SCALE and cut not in self.cuts:
                    self.cuts.append(cut)
                    return True
                if added:
                    break
            else:
                break
        return False
