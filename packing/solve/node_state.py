"""A node while it is being filled: what is free on it, who is on it, and whether one more copy fits.

This is the search's own reading of the node-level rules (docs/rules.md); the checker has another.
"""

from __future__ import annotations

from typing import Any

from packing.compile.data import Candidate, Compiled
from packing.domain.units import MICRO
from packing.domain.words import Hosting
from packing.solve.plan import Copy, NodePlan

CONTAINER, INSTANCE = 1, 2


class NodeState:
    """One node of a pool under one hosting option.

    Behind multi-model endpoints use is counted per compiled slot (index 0..slots-1); elsewhere every copy is
    resident all the time, and one slot stands for all.
    """

    __slots__ = (
        "_accelerator_tenants",
        "_free",
        "_multi",
        "_node_free",
        "_node_tenants",
        "_shared_accelerators",
        "_sizes",
        "_strict_accelerator_tenants",
        "_strict_node_tenants",
        "compiled",
        "container",
        "copies",
        "home",
        "hosting",
        "kind",
        "models",
        "pool",
    )

    def __init__(self, compiled: Compiled, pool: int, hosting: Hosting) -> None:
        self.compiled, self.pool, self.hosting = compiled, pool, hosting
        self.kind = compiled.kinds[compiled.pools[pool].kind]
        kind = self.kind
        self._multi = hosting is Hosting.MULTI_MODEL
        slots = compiled.slots if self._multi else 1
        capacity = (kind.memory, MICRO, 1, kind.mig_compute, kind.mig_memory)
        self._free = [[[amount] * slots for amount in capacity] for _ in range(kind.accelerators)]
        self._node_free = [[amount] * slots for amount in (kind.vcpus, kind.host_memory, *kind.resources)]
        self.copies: list[Copy] = []
        self.models: dict[int, int] = {}
        self.home = -1
        self.container = -1
        self._sizes: dict[int, int] = {}
        self._node_tenants: dict[int, int] = {}
        self._strict_node_tenants: dict[int, int] = {}
        # Who is on each accelerator matters only where different tenants could meet on one.
        self._shared_accelerators = self._multi or kind.sharing != "exclusive"
        count = kind.accelerators if self._shared_accelerators else 0
        self._accelerator_tenants: list[dict[int, int]] = [{} for _ in range(count)]
        self._strict_accelerator_tenants: list[dict[int, int]] = [{} for _ in range(count)]

    def twin(self, pool: int) -> NodeState:
        """Another node of the same instance type with the same copies, from this or another pool."""
        other = NodeState.__new__(NodeState)
        for name in NodeState.__slots__:
            setattr(other, name, _fresh(getattr(self, name)))
        other.pool, other.home = pool, -1
        return other

    def fits(self, candidate: Candidate) -> tuple[int, ...] | None:
        """The accelerators one more copy would take (the tightest that have room), or None."""
        if not self._welcome(candidate):
            return None
        slots = bits(candidate.mask) if self._multi else (0,)
        for free, amount in zip(self._node_free, candidate.node_demand, strict=True):
            if amount:
                for slot in slots:
                    if free[slot] < amount:
                        return None
        if not candidate.width:
            return ()
        if not self._shared_accelerators:
            # Sole owners: any free accelerator is as good (what a copy needs fits into an empty one).
            found = [index for index, free in enumerate(self._free) if free[2][0]]
            return tuple(found[: candidate.width]) if len(found) >= candidate.width else None
        room = [index for index in range(self.kind.accelerators) if self._accelerator_fits(index, candidate, slots)]
        if len(room) < candidate.width:
            return None
        if len(room) > candidate.width:
            room.sort(key=lambda index: (min(self._free[index][0]), min(self._free[index][1]), index))
        return tuple(sorted(room[: candidate.width]))

    def lacks(self, candidate: Candidate) -> tuple[tuple[int, ...], int]:
        """What one more copy would need that is not free: of each of the node's resources, and accelerators with room."""
        slots = bits(candidate.mask) if self._multi else (0,)
        node = tuple(
            max([0, *(amount - free[slot] for slot in slots)]) if amount else 0
            for free, amount in zip(self._node_free, candidate.node_demand, strict=True)
        )
        if not candidate.width:
            return node, 0
        room = sum(self._accelerator_fits(index, candidate, slots) for index in range(self.kind.accelerators))
        return node, max(0, candidate.width - room)

    def admits(self, candidate: Candidate, accelerators: tuple[int, ...]) -> bool:
        """Whether one more copy fits on just these accelerators."""
        if len(set(accelerators)) != candidate.width or any(not 0 <= index < self.kind.accelerators for index in accelerators):
            return False
        slots = bits(candidate.mask) if self._multi else (0,)
        for free, amount in zip(self._node_free, candidate.node_demand, strict=True):
            if amount and any(free[slot] < amount for slot in slots):
                return False
        return self._welcome(candidate) and all(self._accelerator_fits(index, candidate, slots) for index in accelerators)

    def _welcome(self, candidate: Candidate) -> bool:
        """Rules about who shares the node, not about room."""
        model = self.compiled.models[candidate.model]
        if self.models.get(candidate.model, 0) >= model.max_per_node or not self.takes_model(candidate.model):
            return False
        if self.hosting is Hosting.SINGLE_MODEL:
            return not self.copies or candidate.model in self.models
        tenant = model.tenant
        strict = self._node_tenants if model.isolation >= INSTANCE else self._strict_node_tenants
        if strict and (len(strict) > 1 or tenant not in strict):
            return False
        conflicts = self.compiled.conflicts
        if conflicts and any((tenant, other) in conflicts for other in self._node_tenants):
            return False
        return not self._multi or self._shares_container(candidate, tenant, model.isolation)

    def takes_model(self, model: int) -> bool:
        """Rule `max_models_per_node`: the model is here already, or there may be one more."""
        return model in self.models or len(self.models) < self.kind.max_models

    def _shares_container(self, candidate: Candidate, tenant: int, isolation: int) -> bool:
        """Rules of one container that serves several models."""
        if not self.copies:
            return True
        if candidate.container != self.container:
            return False
        if isolation >= CONTAINER and any(other != tenant for other in self._node_tenants):
            return False
        numerator, denominator = self.compiled.size_ratio
        smallest, largest = min(*self._sizes, candidate.size), max(*self._sizes, candidate.size)
        return largest * denominator <= smallest * numerator

    def _accelerator_fits(self, index: int, candidate: Candidate, slots: tuple[int, ...]) -> bool:
        if self._shared_accelerators:
            model = self.compiled.models[candidate.model]
            strict = self._accelerator_tenants[index] if model.isolation >= CONTAINER else self._strict_accelerator_tenants[index]
            if strict and (len(strict) > 1 or model.tenant not in strict):
                return False
        free = self._free[index]
        for dimension, amount in enumerate(candidate.demand):
            if amount:
                # Partitions do not come and go with the slots: they are counted in all of them (see `add`).
                room = free[dimension]
                for slot in slots if dimension < MIG else range(len(room)):
                    if room[slot] < amount:
                        return False
        return True

    def add(self, candidate: Candidate, accelerators: tuple[int, ...]) -> None:
        """Put one copy on these accelerators (which `fits` has returned)."""
        self._change(candidate, accelerators, 1)
        self.copies.append((candidate.index, accelerators))

    def fill(self, candidate: Candidate, most: int) -> int:
        """Put as many copies as fit, no more than `most`; returns how many. The same as `fits` and `add` in turn."""
        if candidate.width > 1 or (candidate.width and not self._shared_accelerators):
            return self._fill_one_by_one(candidate, most)
        if most <= 0 or not self._welcome(candidate):
            return 0
        slots = bits(candidate.mask) if self._multi else (0,)
        left = min(most, self.compiled.models[candidate.model].max_per_node - self.models.get(candidate.model, 0))
        for free, amount in zip(self._node_free, candidate.node_demand, strict=True):
            if amount:
                left = min([left, *(free[slot] // amount for slot in slots)])
        if left <= 0:
            return 0
        if not candidate.width:
            self._put_many(candidate, (), left)
            return left
        room = [index for index in range(self.kind.accelerators) if self._accelerator_fits(index, candidate, slots)]
        room.sort(key=lambda index: (min(self._free[index][0]), min(self._free[index][1]), index))
        put = 0
        for index in room:
            count = min(left - put, self._copies_on(index, candidate, slots))
            self._put_many(candidate, (index,), count)
            put += count
            if put == left:
                break
        return put

    def _fill_one_by_one(self, candidate: Candidate, most: int) -> int:
        put = 0
        while put < most and (spot := self.fits(candidate)) is not None:
            self.add(candidate, spot)
            put += 1
        return put

    def _copies_on(self, index: int, candidate: Candidate, slots: tuple[int, ...]) -> int:
        """Copies that one accelerator still has room for."""
        count = MANY
        for dimension, amount in enumerate(candidate.demand):
            if amount:
                room = self._free[index][dimension]
                count = min([count, *(room[slot] // amount for slot in (slots if dimension < MIG else range(len(room))))])
        return count

    def _put_many(self, candidate: Candidate, accelerators: tuple[int, ...], count: int) -> None:
        if count > 0:
            self._change(candidate, accelerators, count)
            self.copies += [(candidate.index, accelerators)] * count

    def remove(self, position: int) -> Candidate:
        """Take away the copy at a position of `copies`; returns its candidate."""
        index, accelerators = self.copies.pop(position)
        candidate = self.compiled.candidates[index]
        self._change(candidate, accelerators, -1)
        return candidate

    def _change(self, candidate: Candidate, accelerators: tuple[int, ...], sign: int) -> None:
        slots = bits(candidate.mask) if self._multi else (0,)
        for free, amount in zip(self._node_free, candidate.node_demand, strict=True):
            if amount:
                for slot in slots:
                    free[slot] -= sign * amount
        for index in accelerators:
            for dimension, amount in enumerate(candidate.demand):
                if amount:
                    room = self._free[index][dimension]
                    for slot in slots if dimension < MIG else range(len(room)):
                        room[slot] -= sign * amount
        model = self.compiled.models[candidate.model]
        _count(self.models, candidate.model, sign)
        _count(self._node_tenants, model.tenant, sign)
        if model.isolation >= INSTANCE or (self._multi and model.isolation >= CONTAINER):
            _count(self._strict_node_tenants, model.tenant, sign)
        if self._multi:
            self.container = candidate.container
            _count(self._sizes, candidate.size, sign)
        if self._shared_accelerators:
            for index in accelerators:
                _count(self._accelerator_tenants[index], model.tenant, sign)
                if model.isolation >= CONTAINER:
                    _count(self._strict_accelerator_tenants[index], model.tenant, sign)

    def room(self) -> tuple[int, ...]:
        """Quick measures of what may still fit; no copy that needs more of any of them can.

        Accelerators without a sole owner; free vCPU and host memory; the largest free memory, compute, and
        partition slices (compute, memory) of one accelerator. Each the most over the slots.
        """
        usable = [free for free in self._free if free[2][0] > 0]
        largest = [max((max(free[dimension]) for free in usable), default=0) for dimension in (0, 1, 3, 4)]
        return len(usable), max(self._node_free[0]), max(self._node_free[1]), *largest

    def open_accelerators(self, strict: bool) -> int:
        """Accelerators on which a tenant that is not on the node may be: `strict`, one that shares none (isolation of the container)."""
        if not self._shared_accelerators:
            return self.kind.accelerators
        taken = self._accelerator_tenants if strict else self._strict_accelerator_tenants
        return sum(not tenants for tenants in taken)

    def node_room(self) -> list[int]:
        """What is free of each of the node's resources (vCPU, host memory, named ones), in the fullest slot."""
        return [min(free) for free in self._node_free]

    def strict_tenants(self) -> tuple[int, ...]:
        """Tenants that share the node with nobody."""
        return tuple(self._strict_node_tenants)

    def free_memory_by_slot(self) -> list[int]:
        """Free memory of the one accelerator of a multi-model node, per compiled slot (host memory on CPU nodes)."""
        return self._free[0][0] if self._free else self._node_free[1]

    def tenants(self) -> tuple[int, ...]:
        """Tenants with copies on the node."""
        return tuple(self._node_tenants)

    def plan(self) -> NodePlan:
        """As part of a plan."""
        return NodePlan(self.pool, self.hosting, tuple(sorted(self.copies)), self.home)


MANY = 2**62
MIG = 3
"""Dimensions from this one on are partitions."""

_BITS: dict[int, tuple[int, ...]] = {}


def bits(mask: int) -> tuple[int, ...]:
    """Slots of a mask. Cached: there are few distinct ones."""
    bits = _BITS.get(mask)
    if bits is None:
        bits = tuple(index for index in range(mask.bit_length()) if mask >> index & 1)
        if len(_BITS) < 100_000:
            _BITS[mask] = bits
    return bits


def _fresh(value: Any) -> Any:
    """Lists and dicts anew, everything else as it is."""
    if isinstance(value, list):
        return [_fresh(each) for each in value]
    return dict(value) if isinstance(value, dict) else value


def _count(counter: dict[int, int], key: int, sign: int) -> None:
    count = counter.get(key, 0) + sign
    if count:
        counter[key] = count
    else:
        del counter[key]


def state_of(compiled: Compiled, node: NodePlan) -> NodeState:
    """The state that a node plan leads to."""
    state = NodeState(compiled, node.pool, node.hosting)
    state.home = node.home
    for index, accelerators in node.copies:
        state.add(compiled.candidates[index], accelerators)
    return state
