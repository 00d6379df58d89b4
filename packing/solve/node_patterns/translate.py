"""From a compiled problem to bins and items: a part's classes and groups of nodes become demands and bins."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from packing.compile.data import Compiled
from packing.domain.words import Hosting, Sharing
from packing.solve.node_patterns.problem import Bin, Column, Demand, Item, Pool, Problem
from packing.solve.patterns.classes import ModelClass
from packing.solve.patterns.layout import Layout, independent_parts
from packing.solve.plan import Plan


def supports(compiled: Compiled) -> str | None:
    """None if a node's content is a vector of needs; else why not.

    So it is where nodes have one accelerator or none, or where a copy has its accelerators to itself.
    """
    used = {candidate.kind for candidate in compiled.candidates if candidate.hosting is not Hosting.SINGLE_MODEL}
    for index, kind in enumerate(compiled.kinds):
        if index in used and kind.accelerators > 1 and kind.sharing is not Sharing.EXCLUSIVE:
            return f"copies share the {kind.accelerators} accelerators of {kind.name}: its nodes are not single bins"
    return None


def parts_of(compiled: Compiled, classes: list[ModelClass]) -> list[Layout]:
    """Parts of the problem that nothing connects, small ones first: no node, and no pool that could run out."""
    from networkx.utils import UnionFind

    layouts = [Layout(compiled, each) for each in independent_parts(compiled, classes)]
    ties = UnionFind(range(len(layouts)))
    users: defaultdict[int, list[int]] = defaultdict(list)
    appetite: Counter[int] = Counter()
    for number, layout in enumerate(layouts):
        for pool in {pool for group in layout.groups for pool in compiled.kinds[group.kind].pools}:
            users[pool].append(number)
            appetite[pool] += sum(each.most for each in layout.classes)
    for pool, mine in users.items():
        if appetite[pool] > compiled.pools[pool].stock:
            ties.union(*mine)
    together: defaultdict[int, list[Layout]] = defaultdict(list)
    for number, layout in enumerate(layouts):
        together[ties[number]].append(layout)
    joined = [mine[0] if len(mine) == 1 else Layout(compiled, [each for layout in mine for each in layout.classes]) for mine in together.values()]
    return sorted(joined, key=lambda layout: (len(layout.items), layout.classes[0].members))


def problem_of(layout: Layout) -> Problem:
    """Demands are the layout's classes, bins its bins, items its items, with the same indices; pools are the compiled ones.

    What is missing in every plan is not demanded, so that the cost is that of plans that miss nothing else.
    """
    compiled = layout.compiled
    items = tuple(
        Item(item.owner, item.bin, item.weights, item.limit, item.candidate.coefficient, item.candidate.rate, item.candidate.size)
        for item in layout.items
    )
    bins = tuple(Bin(layout.groups[each.group].kind, each.capacity, each.ratio, tuple(each.items)) for each in layout.bins)
    kinds = {each.kind for each in bins}
    pools = tuple(Pool(pool.coefficient, pool.stock if pool.kind in kinds else 0) for pool in compiled.pools)
    return Problem(items, bins, pools, tuple(kind.pools for kind in compiled.kinds), tuple(map(_demand, layout.classes)))


def _demand(each: ModelClass) -> Demand:
    return Demand(max(each.copies - each.forced, each.least, 0), max(0, each.peak - each.forced * each.first.fastest))


def columns_of(layout: Layout, plan: Plan) -> Iterator[Column]:
    """The contents of a plan's nodes, as far as all copies of a node are items of one bin."""
    compiled = layout.compiled
    places: defaultdict[tuple[int, int, int, Hosting], dict[int, int]] = defaultdict(dict)
    for item in layout.items:
        group = layout.groups[item.group]
        places[item.owner, item.way, group.kind, group.hosting][item.bin] = item.index
    for node in plan.nodes:
        kind = compiled.pools[node.pool].kind
        options: list[dict[int, int]] = []
        for index, _ in node.copies:
            model = compiled.candidates[index].model
            way = compiled.models[model].candidates.index(index)
            options.append(places.get((layout.class_of.get(model, -1), way, kind, node.hosting), {}))
        common = set.intersection(*map(set, options)) if options else set()
        if common:
            number = min(common)
            yield number, tuple(sorted(Counter(option[number] for option in options).items()))
