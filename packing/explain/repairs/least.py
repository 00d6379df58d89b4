"""The smallest change of one condition that is enough, the others as given."""

from __future__ import annotations

from collections.abc import Sequence

from packing.explain.conditions import KINDS, Change, Condition
from packing.explain.oracle import Oracle

MOST_PROVEN = 12
"""Smaller steps that are refuted one by one, where that the next smaller one is not enough says nothing of the others."""


def least_change(oracle: Oracle, condition: Condition, others: Sequence[Change], known: Change | None = None) -> tuple[Change, bool | None] | None:
    """(the change, whether it is proven that no smaller one is enough); None where even dropping it is not known to be.

    `known` : a step that is enough already.
    """
    kind = KINDS[condition.kind]
    steps = [Change(condition.kind, condition.target, condition.value, value) for value in kind.steps(oracle.expanded, condition)]
    if known is None and oracle.decide([*others, steps[-1]]).complete is not True:
        return None
    low, high = 0, len(steps) - 1 if known is None else steps.index(known)
    if not kind.ordered:
        high = next(index for index, step in enumerate(steps) if index == high or oracle.decide([*others, step]).complete)
    elif known is not None and high and not oracle.decide([*others, steps[high - 1]]).complete:
        low = high
    while low < high and kind.ordered:
        middle = (low + high) // 2
        if oracle.decide([*others, steps[middle]]).complete:
            high = middle
        else:
            low = middle + 1
    return steps[high], _proven(oracle, condition, steps[:high], others)


def _proven(oracle: Oracle, condition: Condition, smaller: Sequence[Change], others: Sequence[Change]) -> bool | None:
    """True if no smaller step is enough: by the largest of them where the smaller ones ask for at least as much, otherwise by each of them."""
    if monotone(oracle, condition):
        smaller = smaller[-1:]
    if len(smaller) > MOST_PROVEN:
        return None
    return True if all(oracle.decide([*others, step]).complete is False for step in smaller) else None


def monotone(oracle: Oracle, condition: Condition) -> bool:
    """Whether every placement that a step allows is allowed by the next one: not so where the model's modes are derived anew for each."""
    kind = KINDS[condition.kind]
    given = any(model.name == condition.target and model.modes for model in oracle.expanded.described.models)
    return kind.ordered and (given or not kind.rederives)


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
