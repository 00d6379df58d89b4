"""Make room for a missing copy by moving a few others: on some node they leave, and each has a place elsewhere.

An ejection chain of depth one (Glover, Discrete Applied Mathematics 65, 1996); what is moved is chosen by what it costs to load.
"""

from __future__ import annotations

from packing.compile.data import Candidate
from packing.compile.home import Copy
from packing.solve.greedy.construct import Settings
from packing.solve.node_state import state_of
from packing.solve.rebalance.fleet import Fleet, pinned_on
from packing.solve.rebalance.limits import Limits

MOST_EJECTED = 6
LOOK_AT, TRY = 60, 8
"""Nodes that are looked at for one copy (those with the most room first), and those that are tried."""
OPTIONS = 6
"""Candidates of a model that are looked at."""
INTO_ROOM = Settings(lookahead=False, room_price=0.0)


def eject_for(fleet: Fleet, model: int, limits: Limits) -> bool:
    """Place one missing copy of a model by moving others. Returns whether fewer copies are missing now."""
    before = fleet.value
    ways = sorted(_ways(fleet, model), key=lambda way: way[:2])
    for _, node, candidate, leaving in ways[:TRY]:
        fleet.begin()
        evicted = [fleet.take(node, copy).model for copy in leaving]
        spot = fleet.state(node).fits(candidate)
        if spot is not None and fleet.put(node, (candidate.index, spot)):
            fleet.place(sorted(set(evicted), key=lambda each: (fleet.compiled.models[each].level, each)), INTO_ROOM)
            fleet.settle()
            if fleet.value.missing < before.missing and limits.hold(fleet):
                return True
        fleet.undo()
    return False


def _ways(fleet: Fleet, model: int) -> list[tuple[int, int, Candidate, list[Copy]]]:
    """(price of the loads, node, candidate, copies that leave)."""
    compiled = fleet.compiled
    found = []
    for index in fleet.construction.economy.ranking(model)[:OPTIONS]:
        candidate = compiled.candidates[index]
        nodes = fleet.construction.nodes.of(candidate)
        if len(nodes) > LOOK_AT:
            nodes = sorted(nodes, key=lambda node: fleet.state(node).room(), reverse=True)[:LOOK_AT]
        for node in nodes:
            leaving = leavers(fleet, node, candidate)
            if leaving:
                found.append((sum(fleet.home.load[each] for each, _ in leaving), node, candidate, leaving))
    return found


def leavers(fleet: Fleet, node: int, candidate: Candidate) -> list[Copy] | None:
    """Few and cheap copies without which the candidate fits on the node; None if none will do.

    Copies go in the order of what they cost to load until it fits; then each is taken back for which there is room after all,
    the dearest first.
    """
    state = state_of(fleet.compiled, fleet.state(node).plan())
    pinned = pinned_on(fleet.home, state)
    load, models = fleet.home.load, fleet.compiled.models
    important = models[candidate.model].level
    gone: list[Copy] = []
    for copy in sorted(state.copies, key=lambda each: (load[each[0]], each)):
        if pinned[copy] > 0:
            pinned[copy] -= 1
            continue
        owner = fleet.compiled.candidates[copy[0]]
        if models[owner.model].level < important:
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
