"""Compress slots: only those that can be the fullest one matter.

Residency differs between slots only behind multi-model endpoints. If every model that is active in slot s is
also active in slot t, then no accelerator is fuller in s than in t, and s need not be looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


def binding_slots(activity: Sequence[tuple[bool, ...]], slots: int) -> list[int]:
    """Slots whose sets of active models are maximal; at least one slot, in ascending order.

    Parameters
    ----------
    activity : for each model that may be multi-model hosted, whether it is active, per slot.
    slots : length of every activity.
    """
    if not activity:
        return [0]
    first: dict[bytes, int] = {}
    for slot, column in enumerate(zip(*(profile[:slots] for profile in activity), strict=True)):
        first.setdefault(bytes(column), slot)
    return sorted(_maximal({slot: [index for index, active in enumerate(column) if active] for column, slot in first.items()}))


def _maximal(sets: dict[int, list[int]]) -> list[int]:
    """Slots whose (distinct) sets are in no other one.

    The largest come first, so that a set can only be inside one that is kept already. Which of those kept have a member is one
    bit each of a number: the sets that have all members of another are one AND for each of its members, however many are kept.
    """
    kept: list[int] = []
    having: defaultdict[int, int] = defaultdict(int)
    for slot, members in sorted(sets.items(), key=lambda each: -len(each[1])):
        inside = (1 << len(kept)) - 1
        for member in members:
            inside &= having[member]
            if not inside:
                break
        if inside:
            continue
        for member in members:
            having[member] |= 1 << len(kept)
        kept.append(slot)
    return kept


def mask_of(profile: tuple[bool, ...], slots: Sequence[int]) -> int:
    """Activity over the compressed slots, one bit each."""
    return sum(1 << bit for bit, slot in enumerate(slots) if profile[slot])
