"""Compress slots: only those that can be the fullest one matter.

Residency differs between slots only behind multi-model endpoints. If every model that is active in slot s is
also active in slot t, then no accelerator is fuller in s than in t, and s need not be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence


def binding_slots(activity: Sequence[tuple[bool, ...]], slots: int) -> list[int]:
    """Slots whose sets of active models are maximal; at least one slot, in ascending order.

    Parameters
    ----------
    activity : for each model that may be multi-model hosted, whether it is active, per slot.
    slots : length of every activity.
    """
    sets: dict[int, int] = {}
    for slot in range(slots):
        active = 0
        for index, profile in enumerate(activity):
            active |= profile[slot] << index
        sets.setdefault(active, slot)
    maximal = [slot for active, slot in sets.items() if not any(active != other and active & other == active for other in sets)]
    return sorted(maximal) or [0]


def mask_of(profile: tuple[bool, ...], slots: Sequence[int]) -> int:
    """Activity over the compressed slots, one bit each."""
    return sum(1 << bit for bit, slot in enumerate(slots) if profile[slot])
