"""Strategy `patterns`: relax each part, count its nodes, make whole numbers of it, and compose a plan.

1. Column generation for each independent part: a bound, and columns.
2. Whole nodes: cuts in the space of node counts, part by part, then all parts at once if they compete for stock.
3. An integer program over the columns, with these counts; composition into nodes; repair of what is left over.
4. Small parts whose composition is not as good as their bound: the exact formulation, on just these nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from packing.compile.data import Compiled
from packing.solve.bounds.forced import forced_vector
from packing.solve.bounds.prices import Prices
from packing.solve.bounds.run import linear_bound
from packing.solve.context import SearchContext, Share
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.strategy import greedy
from packing.solve.patterns.classes import RIVALS, classes_of
from packing.solve.patterns.compose import Composer
from packing.solve.patterns.costs import complete_constant
from packing.solve.patterns.counts import Counts, node_counts
from packing.solve.patterns.exact import exact_nodes
from packing.solve.patterns.integers import whole_solution
from packing.solve.patterns.layout import independent_parts
from packing.solve.patterns.parts import PROOF, Part
from packing.solve.plan import NodePlan, Plan, make_plan
from packing.solve.shortage.repair import repair

MEND = 0.3
"""Share of the work left for making room for copies that are missing."""
RELAX, BOUND_ONLY, COUNT = 0.5, 0.85, 0.1
"""Shares of the remaining work for column generation (more where it is for the bound alone) and, of what is then left, for counting nodes."""
ONE = 0.5
"""Share of the work left for one part by the exact formulation."""
EXACT = 250
"""Copies up to which a part is also composed by the exact formulation."""
COUNTED = 2_000
"""Copies up to which the nodes of a part are counted: above, whole nodes hardly raise the bound."""
SETTLE, WORK = 0.05, 1.0
"""Share of the work left for bounds of small parts in whole nodes, and units of work for one of them at most."""


def patterns(compiled: Compiled, context: SearchContext) -> None:
    """Improve the incumbent (greedy's, if there is none) and raise the bound for plans that miss only what they must."""
    if context.incumbent is None:
        greedy(compiled, context)
    prices = linear_bound(compiled, context) if context.limit() is None else None
    _mend(compiled, context)  # before what may take all the time: who is served comes before what it costs
    if context.limit() is None:
        improve(compiled, context, prices)
    _mend(compiled, context)  # contents know nothing of priorities: the missing copies may be those that matter most


def _mend(compiled: Compiled, context: SearchContext) -> None:
    """Make room for copies that are missing and need not be, the most important first."""
    least = forced_vector(compiled)
    if context.limit() is None and context.incumbent is not None and context.incumbent.value.missing > least:
        repair(compiled, context, context.incumbent, least, context.share(MEND))


def improve(compiled: Compiled, context: SearchContext, prices: Prices | None) -> tuple[list[float], Plan | None]:
    """The same, from the linear relaxation's prices, for others to go on from.

    Returns what a copy of each model costs at least (objective units), and the plan, even if the incumbent is better.
    """
    run = _Run(compiled, context, prices)
    run.run()
    return run.worth(), run.plan


class _Run:
    """One run of the strategy."""

    def __init__(self, compiled: Compiled, context: SearchContext, prices: Prices | None) -> None:
        self.compiled, self.context, self.prices = compiled, context, prices
        self.forced = forced_vector(compiled)
        self.constant = complete_constant(compiled)
        classes = classes_of(compiled, by_rival=compiled.copies <= RIVALS)
        self.parts = [Part(compiled, each) for each in independent_parts(compiled, classes)]
        # Small parts first: each needs little, and the bound needs all of them.
        self.parts.sort(key=lambda part: (len(part.layout.items), part.layout.classes[0].members))
        self.owner = {member: number for number, part in enumerate(self.parts) for member in part.layout.class_of}
        assert context.incumbent is not None
        self.nodes = self._by_part(context.incumbent.nodes)
        """The incumbent's nodes, by part."""
        self.plan: Plan | None = None
        """What was composed last."""
        self.settled: set[int] = set()
        """Parts whose nodes in the incumbent cost no more than their bound."""

    def run(self) -> None:
        """All steps, as far as time allows."""
        self._settle()
        for number in self._open():
            self.parts[number].learn(self.nodes[number])
        if not self.parts or not self._relax():
            return
        while self.context.limit() is None and self._open():
            before = self._known()
            chosen = self._count()
            if self.context.limit() is None:
                self._compose(chosen)
            if self._known() == before:
                break  # nothing new was learned: more of the same teaches no more

    def worth(self) -> list[float]:
        """What a copy of each model costs at least, at the prices of the best bounds of the parts (objective units)."""
        worth = [float("inf")] * len(self.compiled.models)
        for number in self._open():
            for member, amount in self.parts[number].worth().items():
                worth[member] = amount
        return worth

    def _open(self) -> list[int]:
        """Parts that are not settled."""
        return [number for number in range(len(self.parts)) if number not in self.settled]

    def _by_part(self, nodes: Sequence[NodePlan]) -> list[list[NodePlan]]:
        found: list[list[NodePlan]] = [[] for _ in self.parts]
        for node in nodes:
            found[self.owner[self.compiled.candidates[node.copies[0][0]].model]].append(node)
        return found

    def _settle(self) -> None:
        """Small parts: bounds in whole nodes, which most of the incumbent's parts reach already."""
        small = [number for number, part in enumerate(self.parts) if part.copies <= EXACT]
        work = min(WORK, SETTLE * self.context.work_left() / max(1, len(small)))
        for number in small:
            if self.context.limit() is not None:
                return
            self.parts[number].whole_nodes(self.compiled, self.context, work)
            if self.parts[number].settled_by(self.compiled, self.nodes[number]):
                self.settled.add(number)

    def _known(self) -> tuple[object, ...]:
        """What another round could change."""
        plan = self.context.incumbent
        complete = plan is not None and plan.value.missing == self.forced
        return (plan and plan.value, self.context.bound, sum(len(part.cuts) for part in self.parts) if complete else 0)

    def _relax(self) -> bool:
        """Column generation for all parts. Returns whether every part has a bound."""
        large = max(self._open(), key=lambda number: self.parts[number].copies, default=0)
        share = self.context.share(RELAX if self.parts[large].composable else BOUND_ONLY)
        self._report()
        for number in self._open():
            self.parts[number].relax(share, self._report, self.prices)
        return all(part.bound is not None for part in self.parts)

    def _report(self) -> None:
        """The bound of the whole: that of the parts together."""
        bounds = [part.bound for part in self.parts]
        if all(bound is not None for bound in bounds):
            self.context.raise_bound(self.forced, self.constant + sum(bound for bound in bounds if bound is not None), "patterns")

    def _count(self) -> list[list[int] | None]:
        """Nodes by part and group: the cheapest counts that no cut rules out."""
        context, compiled = self.context, self.compiled
        share = context.share(COUNT)
        chosen: dict[int, Counts | None] = {}
        for number in self._open():
            if self.parts[number].copies <= COUNTED:
                chosen[number] = self.parts[number].count(compiled, share, context)
                self._report()
        used = Counter(node.pool for number in self.settled for node in self.nodes[number])
        for found in chosen.values():
            for pool, count in enumerate(found.pools if found else ()):
                used[pool] += count
        if len(chosen) < len(self._open()) or all(used[pool] <= compiled.pools[pool].stock for pool in used):
            counts = {number: found.groups[0] if found else None for number, found in chosen.items()}
            return [counts.get(number) for number in range(len(self.parts))]
        return self._count_together(share)

    def _count_together(self, share: Share) -> list[list[int] | None]:
        """Counts of all open parts at once, since they compete for stock."""
        context, numbers = self.context, self._open()
        parts = [self.parts[number] for number in numbers]
        best: Counts | None = None
        seen: set[tuple[object, ...]] = set()
        layouts = [part.layout for part in parts]
        guess = share.but(PROOF * share())
        while guess() > 0:
            found = node_counts(self.compiled, layouts, [part.cuts for part in parts], guess, context, exact=False)
            if found is None:
                break
            best = found
            key = (*map(tuple, found.groups), *found.paid)
            if key in seen:
                break
            seen.add(key)
            cut = [part.examine(counts, paid, share) for part, counts, paid in zip(parts, found.groups, found.paid, strict=True)]
            if not any(cut):
                break
        proven = node_counts(self.compiled, layouts, [part.cuts for part in parts], share, context, exact=True, start=best)
        if proven is not None and proven.bound is not None:
            apart = sum(self.parts[number].bound or 0 for number in self.settled)
            context.raise_bound(self.forced, self.constant + apart + proven.bound, "patterns")
        best = best or proven
        counts = dict(zip(numbers, best.groups, strict=True)) if best else {}
        return [counts.get(number) for number in range(len(self.parts))]

    def _compose(self, chosen: Sequence[list[int] | None]) -> None:
        """Whole numbers, part by part, then one plan of all of them."""
        compiled, context = self.compiled, self.context
        self._refresh()
        composer = Composer(compiled, Economy(compiled))
        wanted = [number for number in self._open() if self.parts[number].composable]
        composer.adopt(node for number, mine in enumerate(self.nodes) if number not in wanted for node in mine)
        todo = len(wanted)
        for number in wanted:
            if context.limit() is not None:
                break
            part, counts = self.parts[number], chosen[number]
            if counts is not None and not part.agreed(counts) and part.copies > EXACT:
                counts = None  # no longer wanted: the linear program may well not agree
            share = 0.5 if todo == 1 else 0.5 / todo**0.5
            todo -= 1
            solution = whole_solution(part, counts, context.share(share), context.workers)
            if counts is not None and (solution is None or sum(solution.missing) > part.least_missing + 0.5):
                solution = whole_solution(part, None, context.share(share), context.workers) or solution
            if solution is not None:
                composer.add(part.layout, part.master.columns, solution)
        plan = composer.finish()
        context.offer(plan, "patterns")
        nodes = self._by_part(plan.nodes)
        self._keep_better(nodes)
        self.plan = self._composed(nodes)
        if context.limit() is None:
            self._exact(chosen)

    def _refresh(self) -> None:
        """Take over what somebody else has found meanwhile."""
        if self.context.incumbent is not None:
            self._keep_better(self._by_part(self.context.incumbent.nodes))

    def _keep_better(self, nodes: Sequence[Sequence[NodePlan]]) -> None:
        """Of each open part the better nodes, those so far or these, as far as stock allows."""
        compiled = self.compiled
        for number in self._open():
            better = make_plan(compiled, nodes[number]).value < make_plan(compiled, self.nodes[number]).value
            if better and self._in_stock([nodes[number] if other == number else mine for other, mine in enumerate(self.nodes)]):
                self.nodes[number] = list(nodes[number])
                if self.parts[number].settled_by(compiled, self.nodes[number]):
                    self.settled.add(number)
        self.context.offer(make_plan(compiled, [node for mine in self.nodes for node in mine]), "patterns")

    def _in_stock(self, nodes: Sequence[Sequence[NodePlan]]) -> bool:
        used = Counter(node.pool for mine in nodes for node in mine)
        return all(count <= self.compiled.pools[pool].stock for pool, count in used.items())

    def _composed(self, nodes: Sequence[Sequence[NodePlan]]) -> Plan | None:
        """Large parts as they were composed, even where the nodes so far are better; small ones as good as they are known."""
        mixed = [made if part.copies > EXACT else known for part, made, known in zip(self.parts, nodes, self.nodes, strict=True)]
        return make_plan(self.compiled, [node for mine in mixed for node in mine]) if self._in_stock(mixed) else None

    def _exact(self, chosen: Sequence[list[int] | None]) -> None:
        """Small parts on just the nodes that were counted, by the exact formulation."""
        compiled, context = self.compiled, self.context
        for number in self._open():
            part, counts = self.parts[number], chosen[number]
            if context.limit() is not None:
                break
            if part.copies <= EXACT and counts is not None:
                used = Counter(node.pool for other, mine in enumerate(self.nodes) if other != number for node in mine)
                with context.part(ONE):
                    better = exact_nodes(compiled, context, part, counts, self.nodes[number], used)
                if better is not None:
                    self._keep_better([better if other == number else mine for other, mine in enumerate(self.nodes)])
