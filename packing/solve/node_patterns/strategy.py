"""Strategy `node_patterns`: column generation over whole nodes, for problems whose nodes are single bins.

What holds on one node holds in every content: needs slot by slot, isolation, size ratio, most copies per node of a class. Relaxed in the
bound, and repaired in the plan, are `min_zones`, most copies per node where equal models are one class, modes mixed on a
single-model node with several shared accelerators, and conflicts beyond what `patterns/conflicts.py` tells apart.
"""

from __future__ import annotations

from packing.compile.data import Compiled
from packing.solve.bounds.forced import forced_vector
from packing.solve.context import SearchContext
from packing.solve.node_patterns.compose import Composer
from packing.solve.node_patterns.problem import Column
from packing.solve.node_patterns.solve import solve
from packing.solve.node_patterns.translate import columns_of, parts_of, problem_of, supports
from packing.solve.patterns.classes import RIVALS, classes_of
from packing.solve.patterns.costs import complete_constant
from packing.solve.patterns.layout import Layout
from packing.solve.plan import Plan

__all__ = ["node_patterns", "supports"]


def node_patterns(compiled: Compiled, context: SearchContext) -> None:
    """Improve the incumbent, and raise the bound for plans that miss only what they must."""
    if supports(compiled) is not None or context.incumbent is None or context.limit() is not None:
        return
    layouts = parts_of(compiled, classes_of(compiled, by_rival=compiled.copies <= RIVALS))
    if layouts:
        _Run(compiled, context, layouts).run()


class _Run:
    """One run: part by part, then one plan of all of them."""

    def __init__(self, compiled: Compiled, context: SearchContext, layouts: list[Layout]) -> None:
        assert context.incumbent is not None
        self.compiled, self.context, self.layouts = compiled, context, layouts
        self.forced, self.constant = forced_vector(compiled), complete_constant(compiled)
        self.start: Plan = context.incumbent
        self.problems = [problem_of(layout) for layout in layouts]
        self.found: dict[int, tuple[Column, ...]] = {}
        """By part, the best columns so far."""
        self.bounds: list[int] = [problem.constant for problem in self.problems]

    def run(self) -> None:
        """All parts, the large ones last, each with its share of the work left."""
        for number, layout in enumerate(self.layouts):
            self._solve(number, layout)
            if self.context.limit() is not None:
                break
        self._compose()

    def _solve(self, number: int, layout: Layout) -> None:
        context, problem = self.context, self.problems[number]
        columns = list(columns_of(layout, self.start))
        share = context.share(1 / (len(self.layouts) - number) ** 0.5)

        def better(bound: int) -> None:
            self.bounds[number] = max(self.bounds[number], bound)
            context.raise_bound(self.forced, self.constant + sum(self.bounds), "node_patterns")

        def solved(columns: tuple[Column, ...]) -> None:
            self.found[number] = columns
            if number == len(self.layouts) - 1:
                self._compose()

        solve(problem, share, seed=context.seed, columns=columns, upper=self._upper(), on_bound=better, on_columns=solved)

    def _upper(self) -> int | None:
        """What the incumbent pays, if it is complete and the problem is all there is."""
        if len(self.layouts) > 1 or self.start.value.missing != self.forced:
            return None
        return self.start.value.objective - self.constant

    def _compose(self) -> None:
        """Named copies on nodes of pools; parts without a solution are left to the greedy's repair."""
        if not self.found:
            return
        composer = Composer(self.compiled)
        for number, columns in sorted(self.found.items()):
            composer.add(self.layouts[number], columns)
        self.context.offer(composer.finish(), "node_patterns")
