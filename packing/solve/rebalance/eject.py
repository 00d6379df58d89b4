"""Make room for a missing copy by moving a few others: on some node they leave, and each has a place elsewhere.

Ejection chains (Glover, Discrete Applied Mathematics 65, 1996); what is moved is chosen by what it costs to load.
"""

from __future__ import annotations

from collections.abc import Iterable

from packing.compile.data import Candidate
from packing.compile.home import Copy
from packing.solve.greedy.construct import Settings
from packing.solve.node_state import NodeState
from packing.solve.rebalance.fleet import Fleet, pinned_on
from packing.solve.rebalance.limits import Limits

MOST_EJECTED = 6
LOOK_AT, TRY = 60, 8
"""Nodes that are looked at for one copy (those with the most room first), and those that are tried."""
ENOUGH = 16
"""Ways after which no more are looked for."""
TRY_DEEP = 3
"""Nodes that are tried further down the chain."""
OPTIONS = 6
"""Candidates of a model that are looked at."""
DEPTH = 2
"""Links of a chain: what is moved out of the way may move others in turn."""
ROOM_ONLY = Settings(lookahead=False, room_price=0.0, fresh=False)


def eject_for(fleet: Fleet, model: int, limits: Limits, effort: tuple[int, int, int]) -> bool:
    """Place one missing copy of a model by moving others. Returns whether fewer copies are missing now.

    `effort`: (copies that leave a node at most, links of a chain, nodes that are looked at).
    """
    most, depth, look = effort
    before = fleet.value
    fleet.begin()
    if squeeze_in(fleet, model, depth, set(), most, look):
        fleet.settle()
        if fleet.value.missing < before.missing and limits.hold(fleet):
            return True
    fleet.undo()
    return False


def preempt_for(fleet: Fleet, model: int, limits: Limits) -> bool:
    """Place one missing copy of a model where less important ones are, which are then missing if there is no other room for them."""
    before, level = fleet.value, fleet.compiled.models[model].level
    ways = [way for way in _ways(fleet, model, set(), MOST_EJECTED, 0) if all(_level(fleet, copy) > level for copy in way[3])]
    for _, node, candidate, leaving in sorted(ways, key=lambda way: way[:2])[:TRY]:
        fleet.begin()
        evicted = sorted({fleet.take(node, copy).model for copy in leaving})
        spot = fleet.state(node).fits(candidate)
        if spot is not None and fleet.put(node, (candidate.index, spot)):
            fleet.place(evicted, ROOM_ONLY)
            fleet.settle()
            if fleet.value.missing < before.missing and limits.hold(fleet) and fleet.spread_holds([model, *evicted]):
                return True
        fleet.undo()
    return False


def _level(fleet: Fleet, copy: Copy) -> int:
    return fleet.compiled.models[fleet.compiled.candidates[copy[0]].model].level


def squeeze_in(fleet: Fleet, model: int, depth: int, taboo: set[int], most: int = MOST_EJECTED, look: int = LOOK_AT) -> bool:
    """Place one missing copy of a model on a node outside of `taboo`, with others leaving it that all find a place."""
    ways = sorted(_ways(fleet, model, taboo, most, depth, look), key=lambda way: way[:2])
    for _, node, candidate, leaving in ways[: TRY if depth == DEPTH else TRY_DEEP]:
        mark = fleet.mark()
        evicted = [fleet.take(node, copy).model for copy in leaving]
        spot = fleet.state(node).fits(candidate)
        if spot is not None and fleet.put(node, (candidate.index, spot)) and _all_find_room(fleet, evicted, depth - 1, taboo | {node}):
            return True
        fleet.undo(mark)
    return False


def _all_find_room(fleet: Fleet, models: Iterable[int], depth: int, taboo: set[int]) -> bool:
    """Place what is missing of these models without opening a node, by moving others where that is needed and allowed."""
    tally, data, share = fleet.construction.tally, fleet.compiled.models, fleet.construction.economy.share
    chosen = sorted(set(models), key=lambda each: (data[each].level, -min((share[way] for way in data[each].candidates), default=0), each))
    for model in chosen:
        fleet.place([model], ROOM_ONLY)
        while tally.missing(model) and tally.placed[model] < data[model].most:  # one at its own maximum is missed by what it may not have
            if depth <= 0 or not squeeze_in(fleet, model, depth, taboo):
                return False
    return True


def dissolve(fleet: Fleet, node: int, limits: Limits) -> bool:
    """Close a node whose copies all find room elsewhere, if that gains more than the moves cost. Returns whether it did."""
    state = fleet.state(node)
    if pinned_on(fleet.home, state).total():
        return False
    before = fleet.value
    fleet.begin()
    models = [fleet.take(node, copy).model for copy in list(state.copies)]
    fleet.close(node)
    if _all_find_room(fleet, models, DEPTH, set()):
        fleet.settle()
        if fleet.value < before and limits.hold(fleet) and fleet.spread_holds(models):
            return True
    fleet.undo()
    return False


def _ways(fleet: Fleet, model: int, taboo: set[int], most: int, depth: int, look: int = LOOK_AT) -> list[tuple[int, int, Candidate, list[Copy]]]:
    """(price of the loads, node, candidate, copies that leave)."""
    compiled = fleet.compiled
    found: list[tuple[int, int, Candidate, list[Copy]]] = []
    for index in fleet.construction.economy.ranking(model)[:OPTIONS]:
        candidate = compiled.candidates[index]
        for node in fleet.construction.nodes.roomiest(candidate, look):
            if len(found) >= ENOUGH:
                break
            leaving = leavers(fleet, node, candidate, most, depth) if node not in taboo else None
            if leaving:
                found.append((sum(fleet.home.load[each] for each, _ in leaving), node, candidate, leaving))
    return found


def leavers(fleet: Fleet, node: int, candidate: Candidate, most: int, depth: int) -> list[Copy] | None:
    """No more than `most` cheap copies without which the candidate fits on the node; None if none will do.

    It is tried out on the node itself, which ends as it was but for the order of its copies. One alone where that is enough.
    Else copies that take less than the candidate go in the order of what they cost to load until it fits; then each is taken
    back for which there is room after all, the dearest first.
    """
    state = fleet.state(node)
    evictable = _evictable(fleet, state, candidate)
    if depth == 1:
        # Without a chain only what finds room as things are can leave: where a fleet is full, that is little.
        evictable = [copy for copy in evictable if fleet.has_room(fleet.compiled.candidates[copy[0]].model)]
    return _few(fleet, state, evictable, candidate, most) if evictable else None


def _evictable(fleet: Fleet, state: NodeState, candidate: Candidate) -> list[Copy]:
    """Copies that may leave for the candidate, the cheapest to load first: none that is pinned, larger or more important."""
    pinned = pinned_on(fleet.home, state)
    load, models, share = fleet.home.load, fleet.compiled.models, fleet.construction.economy.share
    found = []
    for copy in sorted(state.copies, key=lambda each: (load[each[0]], each)):
        owner = fleet.compiled.candidates[copy[0]]
        if pinned[copy] > 0:
            pinned[copy] -= 1
        elif models[owner.model].level >= models[candidate.model].level and share[owner.index] < share[candidate.index]:
            found.append(copy)
    return found


def _few(fleet: Fleet, state: NodeState, evictable: list[Copy], candidate: Candidate, most: int) -> list[Copy] | None:
    candidates = fleet.compiled.candidates
    node, accelerators = state.lacks(candidate)
    seen: set[Copy] = set()
    for copy in evictable:
        owner = candidates[copy[0]]
        helps = owner.width >= accelerators and all(has >= short for has, short in zip(owner.node_demand, node, strict=True))
        if helps and copy not in seen:
            seen.add(copy)
            state.remove(state.copies.index(copy))
            fits = state.fits(candidate) is not None
            state.add(candidates[copy[0]], copy[1])
            if fits:
                return [copy]
    if most < 2 or len(evictable) < 2:
        return None
    widths = sorted((candidates[index].width for index, _ in evictable), reverse=True)[:most]
    demands = [
        sorted((candidates[index].node_demand[row] for index, _ in evictable), reverse=True)[:most] if short else [] for row, short in enumerate(node)
    ]
    enough = sum(widths) >= accelerators and all(sum(has) >= short for has, short in zip(demands, node, strict=True))
    return _several(fleet, state, evictable, candidate, most) if enough else None


def _several(fleet: Fleet, state: NodeState, evictable: list[Copy], candidate: Candidate, most: int) -> list[Copy] | None:
    candidates, load = fleet.compiled.candidates, fleet.home.load
    gone: list[Copy] = []
    spot = None
    for copy in evictable:
        state.remove(state.copies.index(copy))
        gone.append(copy)
        spot = state.fits(candidate)
        if spot is not None:
            break
    away = list(gone)
    if spot is not None:
        state.add(candidate, spot)
        for copy in sorted(gone, key=lambda each: (-load[each[0]], each)):
            if state.admits(candidates[copy[0]], copy[1]):
                state.add(candidates[copy[0]], copy[1])
                away.remove(copy)
        last = len(state.copies) - 1 - state.copies[::-1].index((candidate.index, spot))
        state.remove(last)
    for copy in away:
        state.add(candidates[copy[0]], copy[1])
    return away if spot is not None and len(away) <= most else None
