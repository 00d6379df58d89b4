"""What prediction and simulation alike have to say about their input."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packing.coldstart.endpoint import SharedNode

NAMED = 3
HELD = 0.5
"""Share of the memory held by requests being served above which this is said."""


def notices(node: SharedNode) -> tuple[str, ...]:
    """Sentences about inputs that make figures rougher than they look."""
    found = []
    unknown = [member.name for member in node.members if member.load_s is None]
    if unknown:
        found.append(f"The load time of {named(unknown)} is not known: loads take no time here, and their waits are not stated.")
    slow = [member.name for member in node.members if (member.load_s or 0.0) > node.slot_s]
    if slow:
        found.append(
            f"A load of {named(slow)} takes longer than a slot: what is loaded serves a later slot than the one that asked; prefer the simulation."
        )
    silent = [member.name for member in node.members if not any(member.rates)]
    if len(silent) == len(node.members):
        found.append("No model has any traffic: there is nothing to load, and no wait.")
    elif silent:
        found.append(f"No traffic in any slot: {named(silent)}.")
    return tuple(found)


def held_by_service(node: SharedNode) -> tuple[str, ...]:
    """A sentence where much of the memory cannot be evicted since it serves, which the prediction does not know."""
    held = max(sum(member.size * -math.expm1(-member.rates[slot] * member.service_s) for member in node.members) for slot in range(node.slots))
    if held <= HELD * node.capacity:
        return ()
    return (
        f"Requests being served hold {held / node.capacity:.0%} of the memory: loads wait for room, which is not predicted; prefer the simulation.",
    )


def fastest_load(node: SharedNode) -> float | None:
    """Bytes/s of the load that carries most; None where no load time is known, or none takes time."""
    return max((member.size / member.load_s for member in node.members if member.load_s), default=None)


def named(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
