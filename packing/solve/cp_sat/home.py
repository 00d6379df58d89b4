"""Nodes of the current placement in the formulation: hints for them, and reading them, copy by copy.

Elsewhere copies and accelerators are only counted. Here a copy that stays keeps its accelerators, and the others share the rest.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from packing.compile.data import Compiled
from packing.domain.words import Sharing
from packing.solve.cp_sat.variables import NodeVars
from packing.solve.plan import Copy, NodePlan


def hint_home(place: NodeVars, node: NodePlan, values: dict[int, int]) -> None:
    """Values of the variables of a node that runs already, as a plan has it."""
    values[place.open.index] = 1
    left = Counter(node.copies)
    for copy, stays in place.stays:
        if left[copy.candidate, copy.accelerators] > 0:
            left[copy.candidate, copy.accelerators] -= 1
            values[stays.index] = 1
    for index, accelerators in node.copies:
        if index in place.copies:
            values[place.copies[index].index] += 1
        for accelerator in accelerators if index in place.on else ():
            values[place.on[index][accelerator].index] += 1


def read_home(compiled: Compiled, node: NodeVars, value: Any) -> NodePlan:
    """The node in a solution: those that stay where they are, the others on what is left."""
    kind = compiled.kinds[compiled.pools[node.pool].kind]
    staying: list[Copy] = [(copy.candidate, copy.accelerators) for copy, stays in node.stays if value(stays)]
    kept = Counter(index for index, _ in staying)
    taken = Counter((index, accelerator) for index, accelerators in staying for accelerator in accelerators)
    copies = list(staying)
    free = sorted(set(range(kind.accelerators)) - {accelerator for _, accelerator in taken})
    exclusive = kind.sharing is Sharing.EXCLUSIVE and kind.accelerators > 1
    for index, variable in node.copies.items():
        count, width = value(variable) - kept[index], compiled.candidates[index].width
        if count <= 0:
            continue
        if index in node.on:
            used = [each for each, z in enumerate(node.on[index]) for _ in range(value(z) - taken[index, each])]
        elif exclusive:
            used, free = free[: width * count], free[width * count :]
        else:
            used = [0] * (width * count)
        copies += deal(index, used, count)
    return NodePlan(node.pool, node.hosting, tuple(sorted(copies)), node.home)


def deal(index: int, used: list[int], count: int) -> list[Copy]:
    """Deal accelerators, each listed as often as it is used (at most `count` times), to `count` copies.

    Copy j takes every count-th entry from j on. Equal entries stand together in the sorted list and are no more
    than `count`, so that no copy takes the same accelerator twice (McNaughton's wrap-around rule).
    """
    used = sorted(used)
    return [(index, tuple(sorted(used[position::count]))) for position in range(count)]
