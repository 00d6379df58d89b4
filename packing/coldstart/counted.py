"""From the log of a simulation to the figures that a prediction has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from packing.coldstart.answer import ColdStarts, ModelColdStarts, ModelFigures, Waits
from packing.coldstart.arrays import Floats, Numbers
from packing.coldstart.noticed import fastest_load, notices
from packing.coldstart.summed import HOUR, all_slots, node_figures

if TYPE_CHECKING:
    from packing.coldstart.endpoint import SharedNode
    from packing.coldstart.simulate import Log

POINTS = 400
"""Points of an empirical distribution; its largest ones are all kept."""


def counted(node: SharedNode, log: Log, blocks: list[tuple[Any, Any]], begin: float, rounds: int, seed: int) -> ColdStarts:
    """Figures of what came after the warm-up.

    Parameters
    ----------
    blocks : arrivals (seconds since the beginning of the block) and members of all requests that count.
    begin : seconds at which the warm-up ends.
    rounds : of the slots, in all blocks.
    """
    slots, count = node.slots, len(node.members)
    asked = np.zeros((count, slots))
    for times, who in blocks:
        slot = _slot(times, node)
        asked += np.bincount(who * slots + slot, minlength=count * slots).reshape(count, slots)
    delayed = _array(log.delayed, 3)
    delayed = delayed[delayed[:, 1] >= begin]
    late = (delayed[:, 0].astype(np.intp), _slot(delayed[:, 1], node), delayed[:, 2])
    loads = _array(log.loads, 4)
    seconds = node.slot_s * rounds
    counting = loads[loads[:, 1] >= begin]
    cold = np.zeros((count, slots))
    np.add.at(cold, (counting[:, 0].astype(np.intp), _slot(counting[:, 1], node)), 1)
    models = tuple(_model(node, at, asked[at], cold[at], late, seconds) for at in range(count))
    busy = _busy(loads[loads[:, 3] > begin], node, begin, rounds)
    limit = node.loading_limit
    figures = tuple(node_figures([(model.size, model.slots[slot]) for model in models], float(busy[slot]), limit) for slot in range(slots))
    said = (*notices(node), f"Simulated: {int(asked.sum()):,} requests in {rounds:,} rounds of the slots, seed {seed}.")
    return ColdStarts(node.name, "simulated", node.over_commit, all_slots(figures, limit), figures, models, fastest_load(node), said)


def _array(rows: list[Any], width: int) -> Floats:
    return np.array(rows, dtype=float).reshape(-1, width)


def _slot(times: Floats, node: SharedNode) -> Numbers:
    return np.minimum(((times % (node.slot_s * node.slots)) / node.slot_s).astype(np.intp), node.slots - 1)


def _model(node: SharedNode, at: int, asked: Any, cold: Any, late: tuple[Any, Any, Any], seconds: float) -> ModelColdStarts:
    member = node.members[at]
    mine = late[0] == at
    slot, waits = late[1][mine], late[2][mine]
    parts = tuple(_figures(member.load_s, asked[k], cold[k], waits[slot == k], seconds) for k in range(node.slots))
    total = _figures(member.load_s, asked.sum(), cold.sum(), waits, seconds * node.slots)
    return ModelColdStarts(member.name, member.size, member.load_s, total, parts)


def _figures(load_s: float | None, asked: float, cold: float, waits: Any, seconds: float) -> ModelFigures:
    if not asked:
        return ModelFigures(0.0, None, 0.0, None, 0)
    asked, cold = float(asked), float(cold)
    hit = 1 - len(waits) / asked
    # A load and the requests that wait for it stand and fall together: the error of a ratio over such clusters, taken as equally large.
    cluster = len(waits) / cold if cold else 1.0
    error = (len(waits) * cluster * hit**2 + (asked - len(waits)) * (1 - hit) ** 2) ** 0.5 / asked
    return ModelFigures(asked / seconds, hit, cold / seconds * HOUR, _waits(waits, asked) if load_s is not None else None, int(asked), error)


def _waits(waits: Any, asked: float) -> Waits:
    """Empirical distribution: steps, so that quantiles are waits that were seen."""
    ordered = np.sort(waits)
    count = len(ordered)
    if not count:
        return Waits((0.0,), (0.0,))
    rank = (
        np.arange(count)
        if count <= 2 * POINTS
        else np.unique(np.concatenate([np.linspace(0, count - 1, POINTS).astype(int), np.arange(count - POINTS, count)]))
    )
    at, after = ordered[rank], (count - 1 - rank) / asked
    before = np.concatenate([[count / asked], after[:-1]])
    if count > 2 * POINTS:  # what lies between two kept points is spread evenly
        return Waits((0.0, *at.tolist()), (count / asked, *after.tolist()))
    return Waits((0.0, *np.repeat(at, 2).tolist()), (count / asked, *np.column_stack([before, after]).ravel().tolist()))


def _busy(loads: Any, node: SharedNode, begin: float, rounds: int) -> Floats:
    """Share of each slot spent loading: from the loading time before each edge of a slot."""
    edges = begin + np.arange(rounds * node.slots + 1) * node.slot_s
    starts, ends = loads[:, 2], loads[:, 3]
    done = np.concatenate([[0.0], np.cumsum(ends - starts)])
    begun = np.searchsorted(starts, edges, side="right")
    before = done[begun]
    last = np.maximum(begun - 1, 0)
    if len(starts):
        before = before - np.where(begun > 0, np.maximum(ends[last] - edges, 0.0), 0.0)
    spent = np.diff(before).reshape(rounds, node.slots)
    share: Floats = spent.mean(axis=0) / node.slot_s
    return share
