"""The least missing copies of each priority level, by column generation over the contents of one accelerator (or node).

Level by level, highest first: minimise the missing copies of the level in the linear program of `packing.solve.patterns.master`,
with a cap on those of the levels above, their proven least. A plan above a cap has a lexicographically larger vector anyway, so
that the vector of the bounds is a lexicographic lower bound on that of every plan. What is claimed is not the value of the linear
program but the integer evaluation of its prices (`packing.solve.patterns.pricing`), rounded up to whole copies.
"""

from __future__ import annotations

from collections.abc import Callable

from packing.compile.data import Compiled
from packing.solve.context import SearchContext, Share
from packing.solve.patterns.costs import Costs
from packing.solve.patterns.generation import Search, first_columns, generate_columns
from packing.solve.patterns.layout import Layout
from packing.solve.patterns.master import Column, Master
from packing.solve.patterns.pricing import Pricer
from packing.solve.shortage.contents import ContentMaster
from packing.solve.shortage.counts import NodeCounts
from packing.solve.shortage.node_rows import node_rows
from packing.solve.shortage.stages import UNIT, forced_within, level_classes, level_costs, missing_apart, objective_costs, objective_floor

SETTLED = 1e-4
"""A whole number that is missed by less than this counts as reached: only the end of the search hangs on it, not the bound."""

COUNTS, KEPT = 0.25, 8
"""Part of the work left that whole numbers of nodes may take, and the cuts of the linear program that they begin with."""


class Relaxation:
    """Columns that serve all stages, and what the stages have proven."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.layout = Layout(compiled, level_classes(compiled))
        self.apart = missing_apart(compiled)
        self.forced = forced_within(compiled, self.layout.classes)
        self.least = list(self.forced)
        """Proven so far: missing copies by level, among models in classes."""
        self.columns: list[Column] = []
        self.pricer = Pricer(self.layout)
        self._search: dict[tuple[int, ...], Search] = {}
        """Of the stage with these caps."""
        self._own_nodes = any(node_rows(self.layout))
        """Whether whole numbers of nodes say anything: where everybody shares all nodes, they are hardly more than fractions."""

    def prove(self, context: SearchContext, share: Share) -> None:
        """Raise the bound on the missing copies as far as time allows, highest priority first; goes on where it stopped before."""
        if not self.columns:
            self.columns = list(first_columns(self.layout))
        for level in range(len(self.least)):
            if share() <= 0:
                return
            self._stage(level, context, share)

    def prove_objective(self, context: SearchContext, share: Share) -> None:
        """A bound on the objective of plans that miss just what is proven to be missing."""
        vector = self.vector()

        def better(bound: int) -> None:
            context.raise_bound(vector, bound, "shortage")

        self._generate(objective_costs(self.compiled, self.layout.classes, self.least), Search(), share, better)

    def vector(self) -> tuple[int, ...]:
        """The lexicographic lower bound on the missing copies of every plan."""
        return tuple(apart + least for apart, least in zip(self.apart, self.least, strict=True))

    def _stage(self, level: int, context: SearchContext, share: Share) -> None:
        search, caps = self._search.setdefault(tuple(self.least[:level]), Search()), self.least[:level]

        def raise_to(copies: int) -> None:
            if copies > self.least[level]:
                # What is proven of the levels below holds for plans within the old cap: with more missing here, less may be missing there.
                self.least[level:] = [copies, *self.forced[level + 1 :]]
                vector = self.vector()
                context.raise_bound(vector, objective_floor(self.compiled, vector), "shortage")

        def enough(search: Search) -> bool:
            """Nothing is gained by a bound between two whole numbers."""
            return search.solution is not None and search.solution.objective <= (self.least[level] + SETTLED) * UNIT

        if share() <= 0 or enough(search):
            return
        costs = level_costs(self.compiled, self.layout.classes, caps)
        master = self._generate(costs, search, share, lambda bound: raise_to(-(-bound // UNIT)), enough)
        if self._reached(context, level) or search.solution is None or not self._own_nodes:
            return
        counts = NodeCounts(self.layout, master, self.pricer, caps, search.solution.groups)
        counts.raise_bound(search.cuts[-KEPT:], context, share.part(COUNTS), raise_to)
        self.columns = master.columns

    def _reached(self, context: SearchContext, level: int) -> bool:
        """Whether the incumbent shows that the bound is the best there is, down to this level."""
        return context.incumbent is not None and context.incumbent.value.missing[: level + 1] == self.vector()[: level + 1]

    def _generate(
        self, costs: Costs, search: Search, share: Share, better: Callable[[int], None], enough: Callable[[Search], bool] = lambda _: False
    ) -> Master:
        master = ContentMaster(self.layout, costs)
        master.add(self.columns)
        generate_columns(master, self.pricer, share, better, search, enough=enough)
        self.columns = master.columns
        return master
