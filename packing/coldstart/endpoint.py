"""What a prediction is made for: one node of a multi-model endpoint, and the models that take turns in its memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

from packing.domain.units import MAX_EXACT, show_bytes
from packing.errors import Fault, ProblemError, shorten

LOADING_LIMIT = 0.2
"""Share of the time that a node may spend loading before it is said to thrash, where nothing else is stated."""
MAX_SLOTS, MAX_MEMBERS = 10_000, 10_000


@dataclass(frozen=True, slots=True)
class Member:
    """A model (one copy of it) that is loaded on demand.

    Parameters
    ----------
    name : unique on the node.
    size : bytes that it occupies from the beginning of its load until it is evicted.
    rates : requests/s that reach this copy, one value per slot; the slots repeat.
    load_s : seconds of one load on an idle loader; None: not known (loads then take no time, and waits are not predicted).
    service_s : seconds for which a request keeps the model from being evicted; any number are served side by side.
    burstiness : squared coefficient of variation of the times between requests; 1: Poisson, more: bursts and pauses
        (hyperexponential with balanced means, which is a Poisson process that is switched on and off).
    """

    name: str
    size: int
    rates: tuple[float, ...]
    load_s: float | None = None
    service_s: float = 0.0
    burstiness: float = 1.0


@dataclass(frozen=True, slots=True)
class SharedNode:
    """One node: its memory is a cache of models, evicted least recently used; one load at a time, first come first served.

    Parameters
    ----------
    capacity : bytes of the memory that the models share (accelerator or host).
    members : who shares it.
    slot_s : seconds of one slot.
    name : for messages.
    loading_limit : share of the time (0..1) spent loading above which the node is said to thrash.
    """

    capacity: int
    members: tuple[Member, ...]
    slot_s: float = 3600.0
    name: str = "node"
    loading_limit: float = LOADING_LIMIT

    @property
    def slots(self) -> int:
        """Number of slots."""
        return len(self.members[0].rates)

    @property
    def over_commit(self) -> float:
        """Sum of the sizes over the capacity."""
        return sum(member.size for member in self.members) / self.capacity


def refuse(node: SharedNode) -> None:
    """Raise what is wrong with a node, all at once.

    Raises
    ------
    ProblemError : `too_large_for_node` for a model that can never be loaded there, and faults of single values.
    """
    faults: list[Fault] = []
    here = shorten(node.name, 60)
    if not _whole(node.capacity, 1):
        faults.append(_number(f"{here}.capacity", node.capacity, "Memory is a whole number of bytes, at least 1 and at most 2^53."))
    faults += [
        _number(f"{here}.{field}", value, cause)
        for field, value, good, cause in (
            ("slot_s", node.slot_s, _finite(node.slot_s) and node.slot_s > 0, "The length of a slot is a positive number of seconds."),
            (
                "loading_limit",
                node.loading_limit,
                _finite(node.loading_limit) and 0 < node.loading_limit <= 1,
                "This is a share of the time, above 0.",
            ),
        )
        if not good
    ]
    if not node.members:
        faults.append(Fault("empty_problem", f"{here}.members", "", "No model is on this node.", "Give at least one."))
    if len(node.members) > MAX_MEMBERS:
        faults.append(Fault("too_large", f"{here}.members", str(len(node.members)), f"More than {MAX_MEMBERS:,} models.", "Split the node."))
    seen: set[str] = set()
    for at, member in enumerate(node.members):
        where = f"{here}.members[{at}] {shorten(member.name, 40)!r}"
        if member.name in seen:
            faults.append(Fault("duplicate_name", where, member.name, "Two models on this node have this name.", "Rename one of them."))
        seen.add(member.name)
        faults += _member_faults(where, member, node)
    if faults:
        raise ProblemError(faults)


def _member_faults(where: str, member: Member, node: SharedNode) -> list[Fault]:
    faults: list[Fault] = []
    if not _whole(member.size, 1):
        faults.append(_number(f"{where}.size", member.size, "A size is a whole number of bytes, at least 1 and at most 2^53."))
    elif _whole(node.capacity, 1) and member.size > node.capacity:
        cause = f"The model needs {show_bytes(member.size)}, the node has {show_bytes(node.capacity)}: it can never be loaded there."
        faults.append(
            Fault("too_large_for_node", f"{where}.size", str(member.size), cause, "Place it on a larger node, or behind an endpoint of its own.")
        )
    if not 1 <= len(member.rates) <= MAX_SLOTS or len(member.rates) != node.slots:
        cause = f"There are {len(member.rates)} rates; the first model has {node.slots} (1 to {MAX_SLOTS:,} are accepted)."
        faults.append(Fault("profile_length", f"{where}.rates", str(len(member.rates)), cause, "Give one rate per slot, as many for each model."))
    for at, rate in enumerate(member.rates):
        if not _finite(rate) or rate < 0:
            faults.append(_number(f"{where}.rates[{at}]", rate, "A rate is a finite number of requests/s, zero or more."))
    if member.load_s is not None and not (_finite(member.load_s) and member.load_s >= 0):
        faults.append(_number(f"{where}.load_s", member.load_s, "A load time is a number of seconds, zero or more, or None."))
    if not (_finite(member.service_s) and member.service_s >= 0):
        faults.append(_number(f"{where}.service_s", member.service_s, "A service time is a number of seconds, zero or more."))
    if not (_finite(member.burstiness) and 1 <= member.burstiness <= 1000):
        faults.append(_number(f"{where}.burstiness", member.burstiness, "Burstiness goes from 1 (Poisson) to 1000."))
    return faults


def _number(where: str, value: object, cause: str) -> Fault:
    return Fault("bad_number", where, shorten(value), cause, "Correct the figure, or its unit.")


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) <= 1e15


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= MAX_EXACT
