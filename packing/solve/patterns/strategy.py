"""Strategy `patterns`: relax each part, count its nodes, make whole numbers of it, and compose a plan.

1. Column generation for each independent part: a bound, and columns.
2. Whole nodes: cuts in the space of node counts, part by part, then all parts at once if they compete for stock.
3. An integer program over the columns, with these counts; composition into nodes; repair of what is left over.
4. Small parts whose composition is not as good as their bound: the exact formulation, on just these nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from packing.compile.data import Compiled
from packing.solve.bounds.forced import forced_vector
from packing.solve.context import SearchContext
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.strategy import greedy
from packing.solve.patterns.classes import classes_of
from packing.solve.patterns.compose import Composer
from packing.solve.patterns.costs import complete_constant
from packing.solve.patterns.counts import Counts, node_counts
from packing.solve.patterns.exact import exact_nodes
from packing.solve.patterns.integers import whole_solution
from packing.solve.patterns.layout import independent_parts
from packing.solve.patterns.parts import PROOF, Part
from packing.solve.plan import NodePlan, Plan, make_plan

RELAX, COUNT = 0.45, 0.6
"""Shares of the remaining time for column generation and, of what is then left, for counting nodes."""
RIVALS = 400
"""Copies up to which tenants in conflict are told apart from the start."""
EXACT = 250
"""Copies up to which a part is also composed by the exact formulation."""


def patterns(compiled: Compiled, context: SearchContext) -> None:
    """Improve the incumbent (greedy's, if there is none) and raise the bound for plans that miss only what they must."""
    if context.incumbent is None:
        greedy(compiled, context)
    if context.limit() is not None:
        return
    _Run(compiled, context).run()


class _Run:
    """One run of the strategy."""

    def __init__(self, compiled: Compiled, context: SearchContext) -> None:
        self.compiled, self.context = compiled, context
        self.forced = forced_vector(compiled)
        self.constant = complete_constant(compiled)
        small = sum(model.fewest for model in compiled.models) <= RIVALS
        classes = classes_of(compiled, by_rival=small)
        self.parts = [Part(compiled, each) for each in independent_parts(compiled, classes)]
        # Small parts first: each needs little, and the bound needs all of them.
        self.parts.sort(key=lambda part: (len(part.layout.items), part.layout.classes[0].members))
        assert context.incumbent is not None
        for part in self.parts:
            part.learn(context.incumbent)

    def run(self) -> None:
        """All steps, as far as time allows."""
        if not self.parts or not self._relax():
            return
        while self.context.limit() is None:
            before = self._known()
            chosen = self._count()
            if self.context.limit() is None:
                self._compose(chosen)
            if self._known() == before:
                break  # nothing new was learned: more of the same teaches no more

    def _known(self) -> tuple[object, ...]:
        """What another round could change."""
        plan = self.context.incumbent
        complete = plan is not None and plan.value.missing == self.forced
        return (plan and plan.value, self.context.bound, sum(len(part.cuts) for part in self.parts) if complete else 0)

    def _until(self, share: float) -> Callable[[], float]:
        """Seconds left of a share of the remaining time; 0 as soon as the search should stop."""
        end = self.context.elapsed() + share * self.context.remaining()
        return lambda: 0.0 if self.context.limit() is not None else end - self.context.elapsed()

    def _relax(self) -> bool:
        """Column generation for all parts. Returns whether every part has a bound."""
        seconds = self._until(RELAX)
        for part in self.parts:
            part.relax(seconds, self._report)
        return all(part.bound is not None for part in self.parts)

    def _report(self) -> None:
        """The bound of the whole: that of the parts together."""
        bounds = [part.bound for part in self.parts]
        if all(bound is not None for bound in bounds):
            self.context.raise_bound(self.forced, self.constant + sum(bound for bound in bounds if bound is not None), "patterns")

    def _count(self) -> list[list[int] | None]:
        """Nodes by part and group: the cheapest counts that no cut rules out."""
        context, compiled = self.context, self.compiled
        seconds = self._until(COUNT)
        chosen: list[Counts | None] = []
        for part in self.parts:
            found = part.count(compiled, seconds, context)
            chosen.append(found)
            self._report()
        used: Counter[int] = Counter()
        for found in chosen:
            for pool, count in enumerate(found.pools if found else ()):
                used[pool] += count
        if all(used[pool] <= compiled.pools[pool].stock for pool in used):
            return [found.groups[0] if found else None for found in chosen]
        return self._count_together(seconds)

    def _count_together(self, seconds: Callable[[], float]) -> list[list[int] | None]:
        """Counts of all parts at once, since they compete for stock."""
        context = self.context
        best: Counts | None = None
        seen: set[tuple[object, ...]] = set()
        layouts = [part.layout for part in self.parts]
        proof = PROOF * seconds()
        while seconds() > proof:
            found = node_counts(self.compiled, layouts, [part.cuts for part in self.parts], seconds(), context, exact=False)
            if found is None:
                break
            best = found
            key = (*map(tuple, found.groups), *found.paid)
            if key in seen:
                break
            seen.add(key)
            cut = [part.examine(counts, paid, seconds) for part, counts, paid in zip(self.parts, found.groups, found.paid, strict=True)]
            if not any(cut):
                break
        proven = node_counts(self.compiled, layouts, [part.cuts for part in self.parts], max(0.1, seconds()), context, exact=True, start=best)
        if proven is not None and proven.bound is not None:
            context.raise_bound(self.forced, self.constant + proven.bound, "patterns")
        best = best or proven
        return list(best.groups) if best else [None] * len(self.parts)

    def _compose(self, chosen: Sequence[list[int] | None]) -> None:
        """Whole numbers, part by part, then one plan of all of them."""
        compiled, context = self.compiled, self.context
        composer = Composer(compiled, Economy(compiled))
        todo = len(self.parts)
        for part, counts in zip(self.parts, chosen, strict=True):
            if context.limit() is not None:
                break
            if counts is not None and not part.agreed(counts) and sum(each.copies for each in part.layout.classes) > EXACT:
                counts = None  # noqa: PLW2901 - no longer wanted: the linear program may well not agree
            seconds = max(0.2, context.remaining() * (0.5 if todo == 1 else 0.5 / todo**0.5))
            todo -= 1
            solution = whole_solution(part, counts, seconds, context.workers)
            if counts is not None and (solution is None or sum(solution.missing) > sum(each.forced for each in part.layout.classes) + 0.5):
                solution = whole_solution(part, None, seconds, context.workers) or solution
            if solution is not None:
                composer.add(part.layout, part.master.columns, solution)
        plan = composer.finish()
        context.offer(plan, "patterns")
        if context.limit() is None:
            self._exact(plan, chosen)

    def _exact(self, plan: Plan, chosen: Sequence[list[int] | None]) -> None:
        """Small parts on just the nodes that were counted, by the exact formulation."""
        compiled, context = self.compiled, self.context
        owner = {member: number for number, part in enumerate(self.parts) for each in part.layout.classes for member in each.members}
        nodes: list[list[NodePlan]] = [[] for _ in self.parts]
        for node in plan.nodes:
            nodes[owner[compiled.candidates[node.copies[0][0]].model]].append(node)
        for number, (part, counts) in enumerate(zip(self.parts, chosen, strict=True)):
            if context.limit() is not None:
                break
            small = sum(each.copies for each in part.layout.classes) <= EXACT
            if small and counts is not None and not self._as_good(part, nodes[number]):
                used = Counter(node.pool for other, mine in enumerate(nodes) if other != number for node in mine)
                better = exact_nodes(compiled, context, part, counts, nodes[number], used, context.remaining() / 2)
                if better is not None:
                    nodes[number] = better
                    context.offer(make_plan(compiled, [node for mine in nodes for node in mine]), "patterns")

    def _as_good(self, part: Part, nodes: Sequence[NodePlan]) -> bool:
        """Whether the part is complete and costs no more than its bound."""
        compiled = self.compiled
        value = make_plan(compiled, nodes).value
        others = [model for index, model in enumerate(compiled.models) if index not in part.layout.class_of]
        apart = compiled.constant + sum(model.missing_coefficient * model.fewest for model in others)
        missing = sum(value.missing) - sum(model.fewest for model in others)
        cost = value.objective - apart
        return missing <= sum(each.forced for each in part.layout.classes) and part.bound is not None and cost <= part.bound
