"""Live placements: what a script read from a cluster, without what only this library makes; the rest is inferred from the problem.

A cluster knows nodes, and which copies of which models run on them. It knows no digest, status, objective, bound, scores or cost of ours, often not
the pool (instance type and zone name it), nor the mode and the accelerators of a copy. What is inferred is inferred the same way every
time; where several answers are possible and would differ, that is a fault with the choices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from packing.domain.faults import shown
from packing.domain.hardware import InstanceType
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Sharing
from packing.domain.workload import Mode, Model
from packing.errors import Fault, ProblemError

FIGURES: dict[str, Any] = {
    "problem": "",
    "status": "unknown",
    "cost_per_hour": 0.0,
    "fitness": dict.fromkeys(("model_size", "performance", "isolation", "cost", "scalability"), 0.0),
}
"""Figures without which a `Placement` cannot be, and what stands for those that are not stated (they are listed in `Placement.unstated`)."""
OPTIONAL = ("objective", "bound", "gap", "unplaced")
"""Figures that may be left out of any placement."""
STATED_FIGURES = frozenset({*FIGURES, *OPTIONAL})
"""All that a placement says of itself beyond what runs where."""
MAX_TRIALS = 20_000
"""Assignments of accelerators that are tried on one node before copies are put where there is most room."""


def is_live(data: Any) -> bool:
    """Whether something is left out that has to be inferred from a problem."""
    nodes, copies = (_records(data, name) for name in ("nodes", "copies"))
    return any("pool" not in node for node in nodes) or any("mode" not in copy or "accelerators" not in copy for copy in copies)


def unstated(data: Any) -> tuple[str, ...]:
    """Figures that the data do not state."""
    return tuple(name for name in (*FIGURES, *OPTIONAL) if name not in data)


def with_figures(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with something in the place of each figure that is not stated."""
    return {**FIGURES, **data}


def inferred(data: Mapping[str, Any], problem: Problem) -> tuple[dict[str, Any], list[Fault]]:
    """The data with pools, modes and accelerators filled in.

    Parameters
    ----------
    data : plain data of a placement; whatever is wrong with it beyond what is missing is left for validation.
    problem : expanded: every model with its modes, every instance type of the fleet.
    """
    reading = _Reading(problem)
    nodes = [reading.node(at, node) for at, node in enumerate(_as_list(data, "nodes"))]
    reading.hosting = {each["name"]: each.get("hosting") for each in _records(data, "endpoints") if isinstance(each.get("name"), str)}
    copies = reading.copies(_as_list(data, "copies"), nodes)
    return {**data, **({"nodes": nodes} if nodes else {}), **({"copies": copies} if copies else {})}, reading.faults


def _as_list(data: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = data.get(name)
    return found if isinstance(found, list | tuple) else ()


def _records(data: Any, name: str) -> Iterator[Mapping[str, Any]]:
    if isinstance(data, Mapping):
        yield from (each for each in _as_list(data, name) if isinstance(each, Mapping))


@dataclass(slots=True)
class _Reading:
    """One placement being completed, and what was wrong."""

    problem: Problem
    faults: list[Fault] = field(default_factory=list)
    hosting: dict[str, Any] = field(default_factory=dict)

    def node(self, at: int, node: Any) -> Any:
        """A node with its pool."""
        if not isinstance(node, Mapping) or "pool" in node:
            return node
        kind, zone = node.get("instance_type"), node.get("zone", "")
        pools = [pool.label for pool in self.problem.fleet if (pool.instance_type, pool.zone) == (kind, zone)]
        if len(pools) > 1:
            cause = f"Several pools are of {shown(kind)} in zone {shown(zone)}: {', '.join(pools)}."
            self.faults.append(Fault("bad_placement", f"nodes[{at}].pool", "", cause, "Say with pool which of them the node is of."))
        # A node of no pool of the fleet runs all the same: under the label that such a pool would have, which whoever uses the placement reports.
        named = pools[0] if pools else f"{kind}@{zone}" if zone else str(kind)
        return {**node, "pool": named}

    def copies(self, copies: Sequence[Any], nodes: Sequence[Any]) -> list[Any]:
        """The copies with their modes and accelerators, node by node."""
        kinds = {kind.name: kind for kind in self.problem.instance_types}
        models = {model.name: model for model in self.problem.models}
        where = {node["id"]: node for node in nodes if isinstance(node, Mapping) and isinstance(node.get("id"), str)}
        found = list(copies)
        on: defaultdict[str, list[int]] = defaultdict(list)
        for at, copy in enumerate(copies):
            if isinstance(copy, Mapping) and isinstance(copy.get("node"), str) and copy["node"] in where:
                on[copy["node"]].append(at)
        for name, members in on.items():
            kind = kinds.get(str(where[name].get("instance_type")))
            for at in members:
                found[at] = self._with_mode(at, found[at], models.get(str(found[at].get("model"))), kind)
            if kind is not None:
                multi = self.hosting.get(str(where[name].get("endpoint"))) == Hosting.MULTI_MODEL
                for at, accelerators in _assigned(found, members, kind, multi=multi).items():
                    found[at] = {**found[at], "accelerators": accelerators}
        return found

    def _with_mode(self, at: int, copy: Mapping[str, Any], model: Model | None, kind: InstanceType | None) -> Mapping[str, Any]:
        if "mode" in copy:
            return copy
        given = copy.get("accelerators")
        if model is None and kind is not None:
            return {**copy, "mode": _whole(kind, given)}
        if model is None:
            cause, action = (
                "No model of this name is in the problem, so that its mode cannot be inferred.",
                "Give the copy's mode, or the right model.",
            )
            self.faults.append(Fault("bad_placement", f"copies[{at}].mode", shown(copy.get("model")), cause, action))
            return copy
        fitting = [mode for mode in model.modes if kind is None or _fits(mode, kind)]
        if isinstance(given, list | tuple):
            fitting = [mode for mode in fitting if mode.accelerators == len(given)]
        if not fitting:
            what = f"on {kind.name}" if kind else "anywhere"
            cause = f"{model.name} has no mode that fits {what}" + (f" with {len(given)} accelerators." if isinstance(given, list | tuple) else ".")
            self.faults.append(
                Fault("bad_placement", f"copies[{at}].mode", "", cause, "Give the copy's mode as it runs (see docs/file-reference.md).")
            )
            return copy
        # The first in the order of the problem: given modes as the file lists them, derived ones from the smallest on.
        return {**copy, "mode": fitting[0].model_dump(mode="json")}


def _whole(kind: InstanceType, given: Any) -> dict[str, Any]:
    """What a copy of a model that the problem does not have any more is taken to hold until it goes: all that its accelerators have."""
    if not kind.accelerators:
        return {"accelerator": None, "accelerators": 0, "vcpus": kind.vcpus or 1.0, "host_memory": kind.host_memory or 0}
    count = len(given) if isinstance(given, list | tuple) and given else 1
    return {"accelerator": kind.accelerator, "accelerators": min(count, kind.accelerators), "memory_per_accelerator": kind.memory_per_accelerator}


def _fits(mode: Mode, kind: InstanceType) -> bool:
    if mode.accelerators:
        enough = mode.accelerators <= kind.accelerators and mode.memory_per_accelerator <= (kind.memory_per_accelerator or 0)
        return mode.accelerator == kind.accelerator and enough
    return True


Amounts = tuple[int, ...]
"""Of one accelerator: bytes, millionths of its compute, compute and memory slices of its partitions."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """A copy that needs accelerators: how many, and what of each."""

    at: int
    count: int
    amounts: Amounts


def _amounts(mode: Mode, kind: InstanceType, *, multi: bool) -> Amounts:
    """What a copy takes of each of its accelerators. Copies behind one multi-model endpoint come and go: what they hold is not added up."""
    if multi:
        return 0, 0, 0, 0
    sharing, memory = kind.effective_sharing, kind.memory_per_accelerator or 0
    if sharing is Sharing.EXCLUSIVE:
        return memory, 0, 0, 0
    if sharing is Sharing.MIG and kind.mig is not None:
        slices = kind.mig.compute_slices
        by_size = sorted(kind.mig.profiles, key=lambda profile: (profile.memory_slices, profile.compute_slices, profile.name))
        offered = by_size[-1:] if mode.accelerators > 1 else by_size
        enough = (
            each for each in offered if each.memory >= mode.memory_per_accelerator and each.compute_slices * MICRO >= mode.compute_micro * slices
        )
        profile = next(enough, by_size[-1])
        return 0, 0, profile.compute_slices, profile.memory_slices
    return mode.memory_per_accelerator, mode.compute_micro, 0, 0


def _assigned(copies: Sequence[Any], members: Sequence[int], kind: InstanceType, *, multi: bool) -> dict[int, list[int]]:
    """Accelerators for the copies of one node that do not state theirs, so that what they take suffices where that is possible."""
    mig = kind.mig
    whole = kind.memory_per_accelerator or 0, MICRO, mig.compute_slices if mig else 0, mig.memory_slices if mig else 0
    free = [list(whole) for _ in range(kind.accelerators)]
    wishes = []
    for at in members:
        try:
            mode = Mode.model_validate(copies[at].get("mode"))
        except (ProblemError, ValidationError):
            continue  # validation of the whole says what is wrong with it
        amounts, given = _amounts(mode, kind, multi=multi), copies[at].get("accelerators")
        if given is None:
            wishes.append(_Wish(at, min(mode.accelerators, kind.accelerators), amounts))
        elif isinstance(given, list | tuple):
            for index in given:
                if isinstance(index, int) and 0 <= index < kind.accelerators:
                    _change(free[index], amounts, -1)
    wishes.sort(key=lambda wish: (-wish.count, *(-amount for amount in wish.amounts), wish.at))
    return _Search(free).assign(wishes)


def _change(free: list[int], amounts: Amounts, sign: int) -> None:
    for dimension, amount in enumerate(amounts):
        free[dimension] += sign * amount


class _Search:
    """Depth-first search over the accelerators of one node, the fullest that suffices first; a counted number of trials."""

    def __init__(self, free: list[list[int]]) -> None:
        self._free, self._trials = free, 0

    def assign(self, wishes: list[_Wish]) -> dict[int, list[int]]:
        """Accelerators by copy; where not all fit, those with most room, and the rules say what is wrong."""
        found: dict[int, list[int]] = {}
        if not self._place(wishes, 0, found):
            found.clear()
            for wish in wishes:
                order = sorted(range(len(self._free)), key=lambda index: ([-amount for amount in self._free[index]], index))
                self._take(found, wish, sorted(order[: wish.count]))
        return found

    def _place(self, wishes: list[_Wish], position: int, found: dict[int, list[int]]) -> bool:
        if position == len(wishes):
            return True
        wish = wishes[position]
        fitting = [index for index, free in enumerate(self._free) if all(have >= want for have, want in zip(free, wish.amounts, strict=True))]
        fitting.sort(key=lambda index: (self._free[index], index))
        tried: set[tuple[tuple[int, ...], ...]] = set()
        for chosen in combinations(fitting, wish.count):
            alike = tuple(sorted(tuple(self._free[index]) for index in chosen))
            if alike in tried:
                continue
            tried.add(alike)
            self._trials += 1
            if self._trials > MAX_TRIALS:
                return False
            self._take(found, wish, sorted(chosen))
            if self._place(wishes, position + 1, found):
                return True
            self._give_back(found, wish)
        return False

    def _take(self, found: dict[int, list[int]], wish: _Wish, chosen: list[int]) -> None:
        found[wish.at] = chosen
        for index in chosen:
            _change(self._free[index], wish.amounts, -1)

    def _give_back(self, found: dict[int, list[int]], wish: _Wish) -> None:
        for index in found.pop(wish.at):
            _change(self._free[index], wish.amounts, 1)
