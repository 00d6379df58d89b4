"""Column generation: master and pricing in turn, with smoothed duals, until nothing improves or time is up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from packing.compile.data import Compiled
from packing.domain.words import Hosting
from packing.solve.context import Share
from packing.solve.node_state import CONTAINER, INSTANCE
from packing.solve.patterns.layout import ANYONE, Group, Layout
from packing.solve.patterns.master import Column, Duals, Master, Solution
from packing.solve.patterns.pricing import Cut, Effort, Pricer, blend, prices_of, worth
from packing.solve.plan import NodePlan

LEAST, MOST, STEP = 0.1, 0.9, 0.1
"""Weight of the best prices so far (Wentges, 1997), and by how much it changes (in the manner of Pessoa et al., 2018)."""
MORE = 120
"""Further columns of each bin and round, without items in common."""
PATIENCE = 4
"""Rounds without a better bound after which proofs get sharper."""
THOROUGH = Effort(200_000, 50_000, 15)
"""How the knapsack search goes when nothing else improves."""
EFFORTS = ((0.01, Effort(2_000, 4_000, 10)), (0.001, Effort(8_000, 12_000, 12)), (0.0, Effort(20_000, 25_000, 13)))
"""(gap from which on, effort): far from the optimum, proofs need not be sharp."""


@dataclass
class Search:
    """What column generation has found in one stage."""

    bound: int | None = None
    centre: Duals | None = None
    cuts: list[Cut] = field(default_factory=list)
    solution: Solution | None = None
    smoothing: float = 0.5
    stalled: int = 0
    """Rounds since the bound rose."""
    level: int = 0
    """Of `EFFORTS`, at least."""
    converged: bool = False
    rounds: int = 0

    def effort(self) -> Effort:
        """What the gap between program and bound asks for, or more if the bound does not rise any more."""
        if self.bound is None or self.solution is None:
            return EFFORTS[0][1]
        gap = (self.solution.objective - self.bound) / max(1.0, abs(self.solution.objective))
        level = next((number for number, (least, _) in enumerate(EFFORTS) if gap > least), len(EFFORTS) - 1)
        return EFFORTS[max(level, self.level)][1]

    def heed(self, *, better: bool) -> None:
        """After a round: whether the bound rose. It is concave along the way from the centre to the master's duals: no rise means too far."""
        self.smoothing = max(LEAST, self.smoothing - STEP) if better else min(MOST, self.smoothing + STEP)
        self.stalled = 0 if better else self.stalled + 1
        if self.stalled >= PATIENCE and self.level < len(EFFORTS) - 1:
            # Perhaps it is the proof that is not sharp enough.
            self.level, self.stalled = self.level + 1, 0


def generate_columns(
    master: Master,
    pricer: Pricer,
    share: Share,
    on_bound: Callable[[int], None],
    search: Search,
    start: Duals | None = None,
    gap: float = 2e-6,
    enough: Callable[[Search], bool] = lambda _: False,
) -> None:
    """Rounds of column generation, until program and bound are this close, or what is found is enough; `on_bound` hears of every better bound."""
    search.converged = False
    if start is not None and search.bound is None:
        master.add(_evaluate(master, pricer, start, EFFORTS[0][1], search, on_bound, share))
    while share() > 0 and not enough(search):
        solution = master.solve(share)
        if solution is None:
            return
        search.solution = solution
        search.rounds += 1
        master.purge(solution)
        assert solution.duals is not None
        if search.bound is not None and solution.objective - search.bound <= max(1.0, gap * abs(solution.objective)):
            search.converged = True
            return
        weight = search.smoothing if search.centre is not None else 0.0
        before = search.bound
        while True:
            smooth = solution.duals if search.centre is None or weight == 0 else blend(search.centre, solution.duals, weight)
            effort = search.effort() if weight else THOROUGH
            columns = _evaluate(master, pricer, smooth, effort, search, on_bound, share)
            improving = [column for column in columns if column_improves(master, column, solution.duals)]
            added = master.add(improving)
            if added or not weight:
                break
            weight = 0.0 if weight < 0.3 else weight / 2
            if share() <= 0 or enough(search):
                return
        search.heed(better=search.bound is not None and (before is None or search.bound > before))
        if not added:
            search.converged = True
            return


def _evaluate(
    master: Master, pricer: Pricer, duals: Duals, effort: Effort, search: Search, on_bound: Callable[[int], None], share: Share
) -> list[Column]:
    prices = prices_of(duals)
    values, columns = pricer.contents(prices, effort, MORE, duals.room, share)
    search.cuts.append(pricer.cut(master.costs, prices, values))
    bound = pricer.bound(master.costs, prices, values)
    if search.bound is None or bound > search.bound:
        search.bound, search.centre = bound, duals
        on_bound(bound)
    return columns


def column_improves(master: Master, column: Column, duals: Duals) -> bool:
    """Whether the column has negative reduced cost, by more than noise."""
    room = duals.room[master.layout.bins[column[0]].group]
    return worth(column, duals.item) > room + 1e-7 * (master.unit + room)


def first_columns(layout: Layout) -> Iterator[Column]:
    """Each item by itself, as often as it fits: every class has a way."""
    for each in layout.bins:
        for index in each.items:
            item = layout.items[index]
            fits = min([room // need for need, room in zip(item.weights, each.capacity, strict=True) if need], default=item.limit)
            if min(fits, item.limit) > 0:
                yield each.index, ((index, min(fits, item.limit)),)


def columns_of_nodes(compiled: Compiled, layout: Layout, nodes: Sequence[NodePlan]) -> Iterator[Column]:
    """The contents of these nodes' bins, as far as they are patterns of this layout."""
    groups: dict[tuple[object, ...], list[Group]] = defaultdict(list)
    for group in layout.groups:
        groups[group.kind, group.hosting, group.tenant, group.framework].append(group)
    bins = {(each.group, each.tenant): each.index for each in layout.bins}
    for node in nodes:
        kind = compiled.pools[node.pool].kind
        models = [compiled.models[compiled.candidates[index].model] for index, _ in node.copies]
        level, tenant = max(model.isolation for model in models), models[0].tenant
        keys = [(kind, Hosting.INFERENCE_COMPONENT, tenant if level >= INSTANCE else ANYONE, -1)]
        if node.hosting is Hosting.SINGLE_MODEL:
            keys.insert(0, (kind, node.hosting, layout.class_of.get(compiled.candidates[node.copies[0][0]].model, -2), -1))
        if node.hosting is Hosting.MULTI_MODEL:
            keys.insert(0, (kind, node.hosting, tenant if level >= CONTAINER else ANYONE, compiled.candidates[node.copies[0][0]].container))
        for group in (group for key in keys for group in groups.get(key, ())):
            for content in _contents(node, group.bins_per_node):
                owners = {compiled.models[compiled.candidates[index].model].isolation for index, accelerators in content if accelerators}
                owner = tenant_of(compiled, content) if max(owners, default=0) >= CONTAINER else ANYONE
                number = bins.get((group.index, owner), bins.get((group.index, ANYONE)))
                column = _column(compiled, layout, group.index, number, [index for index, _ in content])
                if column is not None:
                    yield column


def tenant_of(compiled: Compiled, content: list[tuple[int, tuple[int, ...]]]) -> int:
    """The tenant of the first copy that has accelerators."""
    return next(compiled.models[compiled.candidates[index].model].tenant for index, accelerators in content if accelerators)


def _contents(node: NodePlan, bins_per_node: int) -> Iterator[list[tuple[int, tuple[int, ...]]]]:
    if bins_per_node == 1:
        yield list(node.copies)
        return
    for accelerator in range(bins_per_node):
        yield [copy for copy in node.copies if accelerator in copy[1]]


def _column(compiled: Compiled, layout: Layout, group: int, number: int | None, content: list[int]) -> Column | None:
    """The content as a column, if each of its copies is an item of the bin."""
    if number is None or not content:
        return None
    counts: dict[int, int] = {}
    for index in content:
        model = compiled.candidates[index].model
        owner = layout.class_of.get(model)
        if owner is None:
            return None
        way = compiled.models[model].candidates.index(index)
        item = layout.place.get((owner, way, group, number))
        if item is None:
            # Re-hosted: the single-model candidate's twin as a component.
            item = _twin(compiled, layout, owner, index, group, number)
        if item is None:
            return None
        counts[item] = counts.get(item, 0) + 1
    return number, tuple(sorted(counts.items()))


def _twin(compiled: Compiled, layout: Layout, owner: int, index: int, group: int, number: int) -> int | None:
    candidate = compiled.candidates[index]
    for other in layout.by_class[owner]:
        item = layout.items[other]
        if item.group == group and item.bin == number and item.candidate.mode == candidate.mode:
            return other
    return None
