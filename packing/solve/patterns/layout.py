"""Node groups and the bins in them: what a pattern is a pattern of.

A *group* is a set of interchangeable nodes: instance type, hosting option, and whose they are. A *bin* is what
patterns describe: one accelerator where several copies may share it on a node with several, and the whole node
elsewhere. An *item* is a candidate of a class in a bin. All rules that hold within a bin are exact in its
patterns; what is left (node-level sums, conflicts, zones) is relaxed for the bound and settled in composition.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from packing.compile.data import UNLIMITED, Candidate, Compiled
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Sharing
from packing.solve.bounds.prices import most_on_node
from packing.solve.node_state import CONTAINER, INSTANCE
from packing.solve.patterns.classes import ModelClass
from packing.solve.patterns.conflicts import peaceful_sets

ANYONE = -1


@dataclass(slots=True)
class Item:
    """A candidate of a class in a bin (bin -1: it takes nothing of an accelerator, only of the node)."""

    index: int
    owner: int
    """Class."""
    way: int
    """Position in a member's `candidates`."""
    candidate: Candidate
    """Of the class's first member."""
    group: int
    bin: int
    units: int
    """Bins that one copy takes a place in: its accelerators, or 1 if the bin is the node."""
    weights: tuple[int, ...]
    limit: int
    """No more copies than this are in one bin."""


@dataclass(slots=True)
class Bin:
    """What patterns are made for."""

    index: int
    group: int
    tenant: int
    capacity: tuple[int, ...]
    ratio: tuple[int, int] | None
    """Largest / smallest size of the items in one pattern, where that is limited."""
    items: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """Interchangeable nodes."""

    index: int
    kind: int
    hosting: Hosting
    tenant: int
    """Whose nodes: a tenant that shares none, or ANYONE. Behind single-model endpoints: the class."""
    framework: int
    bins_per_node: int
    rows: tuple[tuple[int, int], ...]
    """(dimension of `node_demand`, capacity) that hold in sum over the group's nodes."""
    bins: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)


Key = tuple[int, Hosting, int, int]
"""(instance type, hosting option, tenant, framework)."""


class Layout:
    """All groups, bins and items of a problem."""

    def __init__(self, compiled: Compiled, classes: list[ModelClass]) -> None:
        # Indices count from 0 within a part.
        classes = [replace(each, index=number) for number, each in enumerate(classes)]
        self.compiled, self.classes = compiled, classes
        self.groups: list[Group] = []
        self.bins: list[Bin] = []
        self.items: list[Item] = []
        self.by_class: list[list[int]] = [[] for _ in classes]
        self._group: dict[tuple[Key, int], Group] = {}
        self._wishes: dict[Key, list[tuple[ModelClass, int, Candidate, int]]] = defaultdict(list)
        self._bin: dict[tuple[int, int], Bin] = {}
        self._instance_tenants = {each.tenant for each in classes if each.first.isolation == INSTANCE}
        self._strict_tenants = {each.tenant for each in classes if each.first.isolation >= CONTAINER}
        for each in classes:
            for way in each.ways:
                self._spread(each, way, compiled.candidates[each.first.candidates[way]])
        for key, wishes in self._wishes.items():
            # Nodes differ by which of those in conflict they may carry.
            sides = peaceful_sets({owner.tenant for owner, *_ in wishes if owner.tenant >= 0}, compiled.conflicts)
            for side, welcome in enumerate(sides):
                for owner, way, candidate, tenant in wishes:
                    if owner.tenant < 0 or owner.tenant in welcome:
                        self._place(owner, way, candidate, key, tenant, side)
        self.place = {(item.owner, item.way, item.group, item.bin): item.index for item in self.items}
        self.class_of = {member: each.index for each in classes for member in each.members}

    def most_in(self, group: int) -> int:
        """No more copies than this are on one node of a single-model group, whatever their modes."""
        mine = [self.items[index] for index in self.groups[group].items]
        kind = self.compiled.kinds[self.groups[group].kind]
        return most_on_node(self.compiled, self.classes[mine[0].owner].first, kind, [item.candidate for item in mine])

    def _spread(self, owner: ModelClass, way: int, candidate: Candidate) -> None:
        """The item in every group and bin that it may be in."""
        level, tenant = owner.first.isolation, owner.tenant
        kind = self.compiled.kinds[candidate.kind]
        hosting = candidate.hosting
        if hosting is Hosting.SINGLE_MODEL:
            self._add(owner, way, candidate, (candidate.kind, hosting, owner.index, -1), ANYONE)
            return
        if hosting is Hosting.MULTI_MODEL:
            if level < CONTAINER:
                self._add(owner, way, candidate, (candidate.kind, hosting, ANYONE, candidate.container), ANYONE)
            if tenant in self._strict_tenants:
                self._add(owner, way, candidate, (candidate.kind, hosting, tenant, candidate.container), ANYONE)
            return
        if tenant in self._instance_tenants:
            self._add(owner, way, candidate, (candidate.kind, hosting, tenant, -1), ANYONE)
        if level >= INSTANCE:
            return
        shared = (candidate.kind, hosting, ANYONE, -1)
        if kind.sharing is Sharing.EXCLUSIVE or not kind.accelerators:
            self._add(owner, way, candidate, shared, ANYONE)
        elif not candidate.width:
            self._add_host_only(owner, way, candidate, shared)
        else:
            if level < CONTAINER:
                self._add(owner, way, candidate, shared, ANYONE)
            if tenant in self._strict_tenants:
                self._add(owner, way, candidate, shared, tenant)

    def _add_host_only(self, owner: ModelClass, way: int, candidate: Candidate, key: Key) -> None:
        """A copy without accelerators on a node with some: with whoever has the accelerators."""
        if self.compiled.kinds[candidate.kind].accelerators > 1:
            self._add(owner, way, candidate, key, ANYONE)
            return
        for tenant in (ANYONE, *sorted(self._strict_tenants)):
            self._add(owner, way, candidate, key, tenant)

    def _add(self, owner: ModelClass, way: int, candidate: Candidate, key: Key, tenant: int) -> None:
        self._wishes[key].append((owner, way, candidate, tenant))

    def _place(self, owner: ModelClass, way: int, candidate: Candidate, key: Key, tenant: int, side: int) -> None:
        group = self._group_of(key, side)
        whole_node = group.bins_per_node == 1
        most = min(owner.per_node, owner.most)
        number = -1
        if whole_node or candidate.width:
            found = self._bin.get((group.index, tenant))
            if found is None:
                ratio = self.compiled.size_ratio if key[1] is Hosting.MULTI_MODEL else None
                found = self._bin[group.index, tenant] = Bin(len(self.bins), group.index, tenant, self._capacity(group), ratio)
                self.bins.append(found)
                group.bins.append(found.index)
            number = found.index
            found.items.append(len(self.items))
        if key[1] is Hosting.SINGLE_MODEL:
            most = min(most, most_on_node(self.compiled, owner.first, self.compiled.kinds[candidate.kind], [candidate]))
        weights = self._weights(group, candidate)
        units = 1 if whole_node else candidate.width
        item = Item(len(self.items), owner.index, way, candidate, group.index, number, units, weights, most)
        self.items.append(item)
        group.items.append(item.index)
        self.by_class[owner.index].append(item.index)

    def _group_of(self, key: Key, side: int) -> Group:
        group = self._group.get((key, side))
        if group is None:
            kind_index, hosting, tenant, framework = key
            kind = self.compiled.kinds[kind_index]
            by_node = hosting is not Hosting.INFERENCE_COMPONENT or kind.sharing is Sharing.EXCLUSIVE or kind.accelerators <= 1
            limits = (kind.vcpus, kind.host_memory, *kind.resources)
            rows = () if by_node else tuple((dimension, has) for dimension, has in enumerate(limits) if has < UNLIMITED)
            group = Group(len(self.groups), kind_index, hosting, tenant, framework, 1 if by_node else kind.accelerators, rows)
            self._group[key, side] = group
            self.groups.append(group)
        return group

    def _capacity(self, group: Group) -> tuple[int, ...]:
        kind = self.compiled.kinds[group.kind]
        accelerator = (kind.memory, MICRO, 1, kind.mig_compute, kind.mig_memory)
        node = (kind.vcpus, kind.host_memory, *kind.resources)
        if group.bins_per_node > 1:
            return accelerator
        if group.hosting is Hosting.MULTI_MODEL:
            return (*accelerator, *node) * self.compiled.slots
        return (*(amount * kind.accelerators for amount in accelerator), *node)

    def _weights(self, group: Group, candidate: Candidate) -> tuple[int, ...]:
        if group.bins_per_node > 1:
            return candidate.demand
        if group.hosting is Hosting.MULTI_MODEL:
            partitions = (0, 0, 0, *candidate.demand[3:], *(0 for _ in candidate.node_demand))
            resident = (*candidate.demand, *candidate.node_demand)
            slots = range(self.compiled.slots)
            return tuple(amount for slot in slots for amount in (resident if candidate.mask >> slot & 1 else partitions))
        return (*(amount * candidate.width for amount in candidate.demand), *candidate.node_demand)


def independent_parts(compiled: Compiled, classes: list[ModelClass]) -> list[list[ModelClass]]:
    """Classes that only stock connects: those that never meet on a node are different parts."""
    from networkx.utils import UnionFind

    whole = Layout(compiled, classes)
    ties = UnionFind(range(len(classes)))
    for group in whole.groups:
        ties.union(*(whole.items[index].owner for index in group.items))
    parts: dict[int, list[ModelClass]] = defaultdict(list)
    for each in classes:
        parts[ties[each.index]].append(each)
    return list(parts.values())
