"""Single changes that anybody would try first: more of one pool, or one demand less of a model that is short.

They are tried by greedy passes alone, in a fixed order: what is found depends on no clock, and is known before conflicts are looked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.placement import Placement
from packing.explain.conditions import KINDS, Change, Condition
from packing.explain.oracle import Oracle

MOST = 48
"""Conditions that are tried."""


def obvious_changes(oracle: Oracle, partial: Placement) -> list[Change]:
    """The smallest single changes after which a greedy pass places everything; what gives up less comes first."""
    found = []
    for condition in _likely(oracle, partial)[:MOST]:
        if oracle.out_of_time:
            break
        change = _smallest(oracle, condition)
        if change is not None:
            found.append(change)
    return found


def _likely(oracle: Oracle, partial: Placement) -> list[Condition]:
    """Stocks, what the models that are short ask for, and what holds for all; the mildest first."""
    short = [left.model for left in partial.unplaced]
    tenants = {model.tenant for model in oracle.expanded.problem.models if model.name in short}

    def concerns(condition: Condition) -> bool:
        return condition.kind in {"stock", "pools", "resource", "framework", "size_ratio"} or condition.target in short or condition.target in tenants

    likely = [each for each in oracle.conditions if concerns(each)]
    return sorted(likely, key=lambda each: (KINDS[each.kind].grade, short.index(each.target) if each.target in short else -1))


def _smallest(oracle: Oracle, condition: Condition) -> Change | None:
    """The smallest step that is enough for a greedy pass; None where even the last one is not."""
    if not oracle.quickly([oracle.drops[condition]]):
        return None
    steps = list(_changes(oracle, condition))
    if not KINDS[condition.kind].ordered:
        return next((step for step in steps if oracle.quickly([step])), None)
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        if oracle.quickly([steps[middle]]):
            high = middle
        else:
            low = middle + 1
    return steps[high]


def _changes(oracle: Oracle, condition: Condition) -> Iterator[Change]:
    for value in KINDS[condition.kind].steps(oracle.expanded, condition):
        yield Change(condition.kind, condition.target, condition.value, value)
