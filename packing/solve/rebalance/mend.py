"""The first answer: what runs now and may stay, stays; what is broken or missing is placed anew, in the room that there is first."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import product

from packing.compile.data import Compiled
from packing.compile.home import Copy, HomeCopy, HomeNode
from packing.solve.greedy.construct import Settings
from packing.solve.greedy.economy import Economy
from packing.solve.node_state import NodeState
from packing.solve.plan import NodePlan, Plan, missing_of
from packing.solve.rebalance.fleet import Fleet, pinned_on


def mend(compiled: Compiled, economy: Economy | None = None) -> Plan:
    """A plan that keeps every rule and as much as possible of what runs now."""
    fleet = kept(compiled, economy or Economy(compiled))
    short = [index for index in range(len(compiled.models)) if fleet.construction.tally.missing(index)]
    fleet.place(sorted(fleet.construction.order(short), key=lambda index: compiled.models[index].level), Settings(lookahead=False))
    fleet.settle()
    drop_useless(fleet, {index for index in short if fleet.construction.tally.missing(index)})
    return fleet.plan()


def kept(compiled: Compiled, economy: Economy) -> Fleet:
    """What runs now, without what breaks a rule or is too much."""
    fleet = Fleet(compiled, economy, staying(compiled))
    fleet.begin()
    spread_out(fleet)
    give_up_surplus(fleet)
    return fleet


def drop_useless(fleet: Fleet, models: set[int]) -> None:
    """Take back copies of these models that were placed and only cost: too slow to make anything less missing."""
    placed = [(node, copy) for node, copies in sorted(fleet.anew.items()) for copy in copies if fleet.compiled.candidates[copy[0]].model in models]
    for node, copy in placed:
        before = fleet.value
        fleet.begin()
        model = fleet.take(node, copy).model
        fleet.settle()
        if not fleet.value < before or not fleet.spread_holds([model]):
            fleet.undo()


def staying(compiled: Compiled) -> list[NodePlan]:
    """The nodes of the current placement with the copies on them that break no rule of the node.

    Where copies cannot all stay, pinned ones come first, then the more important, then those with more to load.
    """
    assert compiled.home is not None
    plans = []
    gone = _beyond_stock(compiled)
    for number, node in enumerate(compiled.home.nodes):
        if number in gone:
            continue
        state = NodeState(compiled, node.pool, node.hosting)
        state.home = number
        for copy in _in_order(compiled, node):
            candidate = compiled.candidates[copy.candidate]
            if state.admits(candidate, copy.accelerators):
                state.add(candidate, copy.accelerators)
        if state.copies:
            plans.append(state.plan())
    return plans


def _beyond_stock(compiled: Compiled) -> set[int]:
    """Nodes that a pool has no stock for any more: those with the least to load go."""
    assert compiled.home is not None
    load, by_pool = compiled.home.load, defaultdict[int, list[tuple[bool, int, int]]](list)
    for number, node in enumerate(compiled.home.nodes):
        by_pool[node.pool].append((any(copy.pinned for copy in node.copies), sum(load[copy.candidate] for copy in node.copies), number))
    return {number for pool, mine in by_pool.items() for *_, number in sorted(mine)[: max(0, len(mine) - compiled.pools[pool].stock)]}


def _in_order(compiled: Compiled, node: HomeNode) -> list[HomeCopy]:
    assert compiled.home is not None
    load, candidates, models = compiled.home.load, compiled.candidates, compiled.models
    return sorted(
        node.copies,
        key=lambda copy: (not copy.pinned, models[candidates[copy.candidate].model].level, -load[copy.candidate], copy.candidate, copy.number),
    )


def spread_out(fleet: Fleet) -> None:
    """Rules `min_zones` and `survive`: where copies are in too few zones, only one of each zone stays, else no more than may be in it.

    The others look for another zone. Pinned copies stay before others.
    """
    tally, models = fleet.construction.tally, fleet.compiled.models
    most = {index: models[index].max_per_zone for index in tally.placed if max(tally.zones[index].values(), default=0) > models[index].max_per_zone}
    most |= {index: 1 for index in tally.placed if len(tally.zones[index]) < min(models[index].min_zones, tally.placed[index])}
    for model, mine in _copies_of(fleet, set(most)).items():
        seen: Counter[int] = Counter()
        for _, node, copy in sorted(mine, key=lambda each: (not _held(fleet, each[1], each[2]), each[1], each[2])):
            zone = fleet.compiled.pools[fleet.state(node).pool].zone
            if seen[zone] >= most[model] and tally.placed[model] > 1:
                fleet.take(node, copy)
            seen[zone] += 1


def _held(fleet: Fleet, node: int, copy: Copy) -> bool:
    """Whether a copy has to stay, since all like it on the node are pinned."""
    state = fleet.state(node)
    return 0 < state.copies.count(copy) <= pinned_on(fleet.home, state)[copy]


def give_up_surplus(fleet: Fleet) -> None:
    """Copies beyond the most that are useful go; and those that only cost. From the emptiest nodes first, pinned ones last."""
    tally, compiled = fleet.construction.tally, fleet.compiled
    more = {
        index
        for index, model in enumerate(compiled.models)
        if tally.placed[index] > model.most
        or (tally.placed[index] and missing_of(model, tally.placed[index] - 1, tally.rate[index] - _slowest(fleet, index)) <= 0)
    }
    for index, mine in _copies_of(fleet, more).items():
        model = compiled.models[index]
        for pinned, (_, node, copy) in product((False, True), sorted(mine)):
            candidate, state = compiled.candidates[copy[0]], fleet.state(node)
            if _held(fleet, node, copy) != pinned or (pinned and tally.placed[index] <= model.most):
                continue
            useless = missing_of(model, tally.placed[index] - 1, tally.rate[index] - candidate.rate) <= 0 and candidate.coefficient > 0
            if tally.placed[index] <= model.most and not useless:
                continue
            zones = tally.zones[index]
            last_of_zone = zones[compiled.pools[state.pool].zone] == 1
            if last_of_zone and len(zones) - 1 < min(model.min_zones, tally.placed[index] - 1):
                continue
            fleet.take(node, copy)


def _slowest(fleet: Fleet, index: int) -> int:
    return min((fleet.compiled.candidates[each].rate for each in fleet.compiled.models[index].candidates), default=0)


def _copies_of(fleet: Fleet, models: set[int]) -> dict[int, list[tuple[int, int, tuple[int, tuple[int, ...]]]]]:
    """(copies on the node, node, copy) of these models."""
    found: dict[int, list[tuple[int, int, tuple[int, tuple[int, ...]]]]] = defaultdict(list)
    if models:
        for node in fleet.open_nodes():
            state = fleet.state(node)
            for copy in state.copies:
                model = fleet.compiled.candidates[copy[0]].model
                if model in models:
                    found[model].append((len(state.copies), node, copy))
    return found
