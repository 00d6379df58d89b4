"""A task: some models to be placed with some stock. A whole problem, an independent part, or a neighbourhood."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packing.compile.data import UNLIMITED, Compiled
from packing.domain.words import Hosting
from packing.solve.bounds.forced import forced_missing
from packing.solve.node_state import INSTANCE
from packing.solve.plan import NodePlan, missing_of


@dataclass(frozen=True, slots=True)
class Demand:
    """What is still asked of one model, beyond copies that stay where they are."""

    model: int
    base: int
    peak: int
    most: int
    zones: frozenset[int]
    """Zones in which copies of it stay."""
    kept: int = 0
    """Copies of it that stay."""
    kept_in: tuple[tuple[int, int], ...] = ()
    """How many of them by zone, where no zone may have too many (rule `survive`)."""


@dataclass(frozen=True, slots=True)
class Task:
    """Place these demands on these pools.

    `stock` is what is left of each pool; `missing` the copies that may be missing, by model (absent: none).
    """

    demands: tuple[Demand, ...]
    stock: tuple[int, ...]
    missing: dict[int, int]
    homes: tuple[int, ...] = ()
    """Nodes of the current placement that it may use, by index into `Home.nodes`."""

    @property
    def models(self) -> tuple[int, ...]:
        """Indices of the models concerned."""
        return tuple(demand.model for demand in self.demands)


def whole_task(compiled: Compiled, models: Sequence[int] | None = None) -> Task:
    """All of the problem, or the part with these models; only forced copies may be missing."""
    chosen = range(len(compiled.models)) if models is None else models
    demands = tuple(
        Demand(index, compiled.models[index].base, compiled.models[index].peak, compiled.models[index].most, frozenset()) for index in chosen
    )
    forced = {index: forced_missing(compiled, compiled.models[index]) for index in chosen}
    missing = {index: count for index, count in forced.items() if count}
    return Task(demands, tuple(pool.stock for pool in compiled.pools), missing, _homes_of(compiled, set(chosen), set()))


def _homes_of(compiled: Compiled, models: set[int], taken: set[int]) -> tuple[int, ...]:
    """Nodes of the current placement that run one of these models, and are not taken."""
    if compiled.home is None:
        return ()
    candidates = compiled.candidates
    return tuple(
        number
        for number, node in enumerate(compiled.home.nodes)
        if number not in taken and any(candidates[copy.candidate].model in models for copy in node.copies)
    )


def task_around(compiled: Compiled, plan_nodes: Sequence[NodePlan], free: Iterable[int]) -> Task:
    """Empty these nodes (positions) and place their models anew; everything else stays.

    Copies that are missing may stay missing, but no more of them.
    """
    emptied = set(free)
    placed: Counter[int] = Counter()
    rates: Counter[int] = Counter()
    all_placed: Counter[int] = Counter()
    all_rates: Counter[int] = Counter()
    zones: defaultdict[int, Counter[int]] = defaultdict(Counter)
    concerned: set[int] = set()
    used: Counter[int] = Counter()
    for position, node in enumerate(plan_nodes):
        if position not in emptied:
            used[node.pool] += 1
        for index, _ in node.copies:
            candidate = compiled.candidates[index]
            all_placed[candidate.model] += 1
            all_rates[candidate.model] += candidate.rate
            if position in emptied:
                concerned.add(candidate.model)
            else:
                placed[candidate.model] += 1
                rates[candidate.model] += candidate.rate
                zones[candidate.model][compiled.pools[node.pool].zone] += 1
    demands = []
    missing: dict[int, int] = {}
    for index in sorted(concerned):
        model = compiled.models[index]
        short = missing_of(model, all_placed[index], all_rates[index])
        if short:
            missing[index] = short
        demand = Demand(
            index,
            max(0, model.base - placed[index]),
            max(0, model.peak - rates[index]),
            model.most - placed[index],
            frozenset(zones[index]),
            placed[index],
            tuple(sorted(zones[index].items())) if model.max_per_zone < UNLIMITED else (),
        )
        demands.append(demand)
    stock = tuple(pool.stock - used[index] for index, pool in enumerate(compiled.pools))
    kept = {node.home for position, node in enumerate(plan_nodes) if position not in emptied}
    return Task(tuple(demands), stock, missing, _homes_of(compiled, concerned, kept))


def independent_parts(compiled: Compiled) -> list[list[int]]:
    """Models in groups that cannot influence one another: they share no node, and stock suffices for all of them.

    Two models are tied if they may be on one node; and if they compete for a pool that could run out.
    """
    from networkx.utils import UnionFind

    ties = UnionFind(range(len(compiled.models)))
    for members in _meeting_places(compiled).values():
        ties.union(*members)
    for node in compiled.home.nodes if compiled.home is not None else ():
        # Models that may not be on one node any more may be on one now.
        ties.union(*{compiled.candidates[copy.candidate].model for copy in node.copies})
    while True:
        appetite: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for index, model in enumerate(compiled.models):
            for kind in {compiled.candidates[each].kind for each in model.candidates}:
                for pool in compiled.kinds[kind].pools:
                    appetite[pool][ties[index]] += model.most
        rivals = [list(parts) for pool, parts in appetite.items() if len(parts) > 1 and sum(parts.values()) > compiled.pools[pool].stock]
        if not rivals:
            break
        for parts in rivals:
            ties.union(*parts)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for index in range(len(compiled.models)):
        groups[ties[index]].append(index)
    return list(groups.values())


def _meeting_places(compiled: Compiled) -> dict[tuple[object, ...], list[int]]:
    """Models by where they could meet another model: the instance type and hosting option, and whose the node is."""
    places: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, model in enumerate(compiled.models):
        for place in {
            (compiled.candidates[each].hosting, compiled.candidates[each].kind)
            for each in model.candidates
            if compiled.candidates[each].hosting is not Hosting.SINGLE_MODEL
        }:
            places[(*place, "tenant", model.tenant)].append(index)
            if model.isolation < INSTANCE:
                places[(*place, "shared")].append(index)
    return dict(places)
