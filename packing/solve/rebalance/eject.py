"""Make room for a missing copy by moving a few others: on some node they leave, and each has a place elsewhere.

Ejection chains (Glover, Discrete Applied Mathematics 65, 1996); what is moved is chosen by what it costs to load.
"""

from __future__ import annotations

from collections.abc import Iterable

from packing.compile.data import Candidate
from packing.compile.home import Copy
from packing.solve.greedy.construct import Settings
from packing.solve.node_state import state_of
from packing.solve.rebalance.fleet import Fleet, pinned_on
from packing.solve.rebalance.limits import Limits

MOST_EJECTED = 6
LOOK_AT, TRY = 60, 8
"""Nodes that are looked at for one copy (those with the most room first), and those that are tried."""
TRY_DEEP = 3
"""Nodes that are tried further down the chain."""
OPTIONS = 6
"""Candidates of a model that are looked at."""
DEPTH = 2
"""Links of a chain: what is moved out of the way may move others in turn."""
ROOM_ONLY = Settings(lookahead=False, room_price=0.0, fresh=False)


def eject_for(fleet: Fleet, model: int, limits: Limits) -> bool:
    """Place one missing copy of a model by moving others. Returns whether fewer copies are missing now."""
    before = fleet.value
    fleet.begin()
    if squeeze_in(fleet, model, DEPTH, set()):
        fleet.settle()
        if fleet.value.missing < before.missing and limits.hold(fleet):
            return True
    fleet.undo()
    return False


def squeeze_in(fleet: Fleet, model: int, depth: int, taboo: set[int]) -> bool:
    """Place one missing copy of a model on a node outside of `taboo`, with others leaving it that all find a place."""
    ways = sorted(_ways(fleet, model, taboo), key=lambda way: way[:2])
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
    tally, data, room = fleet.construction.tally, fleet.compiled.models, fleet.construction.economy.room
    chosen = sorted(set(models), key=lambda each: (data[each].level, -min((room[way] for way in data[each].candidates), default=0), each))
    for model in chosen:
        fleet.place([model], ROOM_ONLY)
        while tally.missing(model):
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


def _ways(fleet: Fleet, model: int, taboo: set[int]) -> list[tuple[int, int, Candidate, list[Copy]]]:
    """(price of the loads, node, candidate, copies that leave)."""
    compiled = fleet.compiled
    found = []
    for index in fleet.construction.economy.ranking(model)[:OPTIONS]:
        candidate = compiled.candidates[index]
        for node in fleet.construction.nodes.roomiest(candidate, LOOK_AT):
            leaving = leavers(fleet, node, candidate) if node not in taboo else None
            if leaving:
                found.append((sum(fleet.home.load[each] for each, _ in leaving), node, candidate, leaving))
    return found


def leavers(fleet: Fleet, node: int, candidate: Candidate) -> list[Copy] | None:
    """Few and cheap copies without which the candidate fits on the node; None if none will do.

    Copies that take less than the candidate go in the order of what they cost to load until it fits; then each is taken
    back for which there is room after all, the dearest first.
    """
    state = state_of(fleet.compiled, fleet.state(node).plan())
    pinned = pinned_on(fleet.home, state)
    load, models, room = fleet.home.load, fleet.compiled.models, fleet.construction.economy.room
    important = models[candidate.model].level
    gone: list[Copy] = []
    for copy in sorted(state.copies, key=lambda each: (load[each[0]], each)):
        if pinned[copy] > 0:
            pinned[copy] -= 1
            continue
        owner = fleet.compiled.candidates[copy[0]]
        if models[owner.model].level < important or room[owner.index] >= room[candidate.index]:
            continue
        state.remove(state.copies.index(copy))
        gone.append(copy)
        if state.fits(candidate) is not None:
            break
    spot = state.fits(candidate)
    if spot is None:
        return None
    state.add(candidate, spot)
    for copy in sorted(gone, key=lambda each: (-load[each[0]], each)):
        owner = fleet.compiled.candidates[copy[0]]
        if state.admits(owner, copy[1]):
            state.add(owner, copy[1])
            gone.remove(copy)
    return gone if len(gone) <= MOST_EJECTED else None
