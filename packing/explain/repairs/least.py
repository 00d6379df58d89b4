"""The smallest change of one condition that is enough, the others as given."""

from __future__ import annotations

from collections.abc import Sequence

from packing.explain.conditions import KINDS, Change, Condition
from packing.explain.oracle import Oracle


def least_change(oracle: Oracle, condition: Condition, others: Sequence[Change]) -> tuple[Change, bool | None] | None:
    """(the change, whether it is proven that the one before it is not enough); None where even dropping it is not known to be."""
    kind = KINDS[condition.kind]
    steps = [Change(condition.kind, condition.target, condition.value, value) for value in kind.steps(oracle.expanded, condition)]
    enough = [None] * len(steps) if oracle.decide([*others, steps[-1]]).complete is not True else []
    if enough:
        return None
    if not kind.ordered:
        return next((step, True) for step in steps if oracle.decide([*others, step]).complete)
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        if oracle.decide([*others, steps[middle]]).complete:
            high = middle
        else:
            low = middle + 1
    proven = high == 0 or oracle.decide([*others, steps[high - 1]]).complete is False
    return steps[high], True if proven else None


def least_changes(oracle: Oracle, conditions: Sequence[Condition]) -> tuple[tuple[Change, ...], bool | None] | None:
    """Of several conditions together: the first ones as little as possible while the later ones are dropped, and so on."""
    made = {condition: oracle.drops[condition] for condition in conditions}
    proven: bool | None = True
    for condition in conditions:
        others = [change for other, change in made.items() if other != condition]
        found = least_change(oracle, condition, others)
        if found is None:
            return None
        made[condition] = found[0]
        proven = proven and found[1]
    return tuple(made.values()), proven
