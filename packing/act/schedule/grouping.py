"""Which slots share a placement: dynamic programming over consecutive slots, on estimates."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packing.act.schedule.switches import Prices, effort
from packing.domain.demand import base_copies, counted_micro, throughput_in_force
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.units import exact

if TYPE_CHECKING:
    from numpy import ndarray

MOST_CELLS = 48
"""Runs of slots that the dynamic programming looks at; with more slots, those that differ least are joined first."""
LEAD_H = 0.15
"""Hours that a copy more is estimated to be paid for before it serves."""

WORTHWHILE = 1e-4
"""Part of the cost of a day that one group more has to save."""


@dataclass(frozen=True, slots=True)
class _Estimate:
    """USD per hour that each model is worth, by slot (slots × models); its lengths in slots; USD that loading all of a model counts for."""

    worth: ndarray
    lengths: list[int]
    load: ndarray
    hours: float


def groups_of(problem: Problem, placement: Placement, prices: Prices, most: int, move_weight: float) -> list[tuple[int, int]]:
    """(first slot, number of slots) of each group, in the order of their slots.

    Parameters
    ----------
    problem : expanded.
    placement : of the whole day: what a model's copies take of its nodes is what it is worth.
    most : groups, at most.
    """
    if problem.slots == 1 or most == 1:
        return [(0, problem.slots)]
    found = _joined(_estimate(problem, placement, prices, move_weight))
    starts = [0]
    for length in found.lengths:
        starts.append(starts[-1] + length)
    cuts = sorted(starts[cell] for cell in _cuts(found, most))
    if not cuts:
        return [(0, problem.slots)]
    ends = [*cuts[1:], cuts[0] + problem.slots]
    return [(cut, end - cut) for cut, end in zip(cuts, ends, strict=True)]


def _estimate(problem: Problem, placement: Placement, prices: Prices, move_weight: float) -> _Estimate:
    """Every copy takes its part of its node, by size; of a model as much as its traffic needs in a slot."""
    import numpy as np

    sizes: Counter[str] = Counter()
    for copy in placement.copies:
        sizes[copy.node] += max(1, copy.mode.size)
    hourly = {node.id: prices.hourly(node.pool) / 1e6 for node in placement.nodes}
    share, count, rate, weight = (defaultdict[str, float](float) for _ in range(4))
    models = {model.name: model for model in problem.models}
    for copy in placement.copies:
        share[copy.model] += hourly[copy.node] * max(1, copy.mode.size) / sizes[copy.node]
        count[copy.model] += 1
        rate[copy.model] += counted_micro(models[copy.model], copy.mode)
        weight[copy.model] += effort(copy)
    names = sorted(share)
    needed = np.ones((problem.slots, len(names)))
    for column, name in enumerate(names):
        model = models[name]
        rates = model.rate_micro(problem.slots)
        if rates is None:
            continue
        per_copy, base = rate[name] / count[name], base_copies(model)
        for slot, wanted in enumerate(rates):
            least = 0 if wanted == 0 and model.cold_start_s > 0 else base
            asked = -(-wanted // per_copy) if throughput_in_force(model) and per_copy else 0
            needed[slot, column] = min(1.0, max(least, asked) / count[name])
    whole = sum(weight.values()) or 1.0
    load = np.array([move_weight * weight[name] / whole * prices.reference / 1e6 for name in names])
    return _Estimate(needed * np.array([share[name] for name in names]), [1] * problem.slots, load, float(exact(problem.slot_hours)))


def _joined(given: _Estimate) -> _Estimate:
    """Neighbouring slots that differ least are joined, round by round, until few enough cells are left."""
    import numpy as np

    worth, lengths = given.worth, np.array(given.lengths)
    while len(lengths) > MOST_CELLS:
        both = np.maximum(worth[:-1], worth[1:])
        more = both.sum(1) * (lengths[:-1] + lengths[1:]) - worth[:-1].sum(1) * lengths[:-1] - worth[1:].sum(1) * lengths[1:]
        wanted, taken = max(1, min(len(lengths) - MOST_CELLS, len(lengths) // 4)), set[int]()
        for pair in np.argsort(more, kind="stable"):
            if len(taken) >= wanted:
                break
            if not taken & {int(pair) - 1, int(pair) + 1}:
                taken.add(int(pair))
        keep = [cell for cell in range(len(lengths)) if cell - 1 not in taken]
        lengths = np.array([lengths[cell] + (lengths[cell + 1] if cell in taken else 0) for cell in keep])
        worth = np.array([both[cell] if cell in taken else worth[cell] for cell in keep])
    return _Estimate(worth, [int(each) for each in lengths], given.load, given.hours)


def _cuts(given: _Estimate, most: int) -> list[int]:
    """Cells with which a group begins, in the cheapest plan by the estimate; none: one group for all."""
    import numpy as np

    cells = len(given.lengths)
    rise = given.worth - np.roll(given.worth, 1, axis=0)
    grown = np.maximum(rise, 0)
    parts = grown / np.maximum(given.worth.max(0), 1e-12)
    day = float((given.worth.sum(1) * np.array(given.lengths)).sum()) * given.hours
    switch = grown.sum(1) * LEAD_H + parts @ given.load + day * WORTHWHILE
    inside = np.empty((cells, cells + 1))  # [a, n]: cost of the n cells from a
    for a in range(cells):
        running, length = given.worth[a], 0
        for n in range(1, cells + 1):
            cell = (a + n - 1) % cells
            running, length = np.maximum(running, given.worth[cell]), length + given.lengths[cell]
            inside[a, n] = running.sum() * length * given.hours
    best, chosen = float(inside[0, cells]), list[int]()
    for first in range(cells):
        cost, cuts = _from(first, cells, min(most, cells), inside, switch)
        if cost < best * (1 - 1e-9):
            best, chosen = cost, cuts
    return chosen


def _from(first: int, cells: int, most: int, inside: ndarray, switch: ndarray) -> tuple[float, list[int]]:
    """The cheapest groups of which one begins with the cell `first`, two of them at least."""
    import numpy as np

    order = [(first + number) % cells for number in range(cells)]
    cost = np.full((most + 1, cells + 1), np.inf)
    cost[0, 0] = 0.0
    back = np.zeros((most + 1, cells + 1), dtype=int)
    # [start, end): cost of a group over these positions, the switch into it included
    table = np.array(
        [[inside[order[start], end - start] + switch[order[start]] if end > start else np.inf for end in range(cells + 1)] for start in range(cells)]
    )
    for groups in range(1, most + 1):
        whole = cost[groups - 1, :cells, None] + table
        cost[groups], back[groups] = whole.min(0), whole.argmin(0)
    groups = int(cost[2:, cells].argmin()) + 2 if most >= 2 else 1
    found, end, left = list[int](), cells, groups
    while left:
        end = int(back[left, end])
        found.append(order[end])
        left -= 1
    return float(cost[groups, cells]), found
