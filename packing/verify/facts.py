"""Problem and placement side by side: every copy with its model, mode, node and endpoint, looked up once.

Nothing here judges. What cannot be found is None, and `structure` reports it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from packing.domain.hardware import InstanceType, MigProfile, Pool
from packing.domain.overcommit import BY_NAME
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement
from packing.domain.problem import Problem, conflicting_pairs, isolation_of, tenant_name
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Isolation, Sharing
from packing.domain.workload import Mode, Model
from packing.verify.demand import base_copies, counted_at_most, demand_micro, fastest_micro, missing_copies, throughput_in_force

_plain_fields = attrgetter(*(name for name in Mode.model_fields if name != "resources"))


def mode_key(mode: Mode) -> tuple[Any, ...]:
    """A hashable value that is equal for equal modes (a mode itself holds a dict)."""
    return (*_plain_fields(mode), tuple(sorted(mode.resources.items())))


class ModeFacts:
    """A mode in integers: bytes, millionths of an accelerator, thousandths of a vCPU, millionths of a request/s."""

    __slots__ = ("accelerators", "compute", "host_memory", "key", "memory", "mode", "rate", "resources", "size", "vcpus")

    def __init__(self, mode: Mode, key: tuple[Any, ...]) -> None:
        self.mode, self.key = mode, key
        self.accelerators, self.memory, self.host_memory = mode.accelerators, mode.memory_per_accelerator, mode.host_memory
        self.compute, self.vcpus, self.resources = mode.compute_micro, mode.vcpu_milli, mode.resource_milli
        self.rate, self.size = mode.rps_micro, mode.size


class KindFacts:
    """An instance type in integers; None where a capacity is not stated and does not limit."""

    __slots__ = ("accelerators", "host_memory", "kind", "memory", "partitions", "resources", "sharing", "vcpus")

    def __init__(self, kind: InstanceType) -> None:
        self.kind, self.sharing = kind, kind.effective_sharing
        self.accelerators, self.memory = kind.accelerators, kind.memory_per_accelerator
        self.vcpus, self.host_memory, self.resources = kind.vcpu_milli, kind.host_memory, kind.resource_milli
        self.partitions: dict[int, MigProfile | None] = {}

    def partition(self, mode: ModeFacts) -> MigProfile | None:
        """The MIG partition that a copy in this mode takes of each of its accelerators; None: no profile is enough."""
        if id(mode) not in self.partitions:
            self.partitions[id(mode)] = _partition(self.kind, mode)
        return self.partitions[id(mode)]


def _partition(kind: InstanceType, mode: ModeFacts) -> MigProfile | None:
    if kind.mig is None:
        return None
    by_size = sorted(kind.mig.profiles, key=lambda profile: (profile.memory_slices, profile.compute_slices, profile.name))
    offered = by_size[-1:] if mode.accelerators > 1 else by_size
    slices = kind.mig.compute_slices
    enough = (p for p in offered if p.memory >= mode.memory and p.compute_slices * MICRO >= mode.compute * slices)
    return next(enough, None)


class ModelFacts:
    """A model with what its copies add up to."""

    __slots__ = (
        "active",
        "base",
        "counted",
        "counted_at_most",
        "demand",
        "fastest",
        "in_force",
        "isolation",
        "keys",
        "model",
        "placed",
        "rate",
        "tenant",
    )

    def __init__(self, model: Model, isolation: Isolation, slots: int) -> None:
        self.model, self.isolation, self.tenant = model, isolation, tenant_name(model)
        self.keys = {mode_key(mode) for mode in model.modes}
        self.active = model.active(slots)
        self.base, self.fastest, self.in_force, self.demand = (
            base_copies(model),
            fastest_micro(model),
            throughput_in_force(model),
            demand_micro(model),
        )
        self.counted_at_most = counted_at_most(model)
        self.placed = self.rate = self.counted = 0

    def counts(self, rate: int) -> int:
        """Requests/s (millionths) that a copy of this rate counts with (rule `survive`)."""
        return rate if self.counted_at_most is None else min(rate, self.counted_at_most)

    @property
    def missing(self) -> int:
        """Copies that the placement lacks."""
        return missing_copies(self.model, self.placed, self.counted)


@dataclass(slots=True, eq=False)
class Site:
    """A node with what is on it."""

    node: Node
    kind: KindFacts | None
    pool: Pool | None
    endpoint: Endpoint | None
    seats: list[Seat] = field(default_factory=list)
    on: dict[int, list[Seat]] = field(default_factory=dict)
    """Copies by accelerator index."""

    @property
    def hosting(self) -> Hosting | None:
        """How the node's endpoint hosts."""
        return self.endpoint.hosting if self.endpoint else None

    @property
    def swaps(self) -> bool:
        """Whether copies here are resident only in the slots in which their model is active."""
        return self.hosting is Hosting.MULTI_MODEL

    @property
    def keeps(self) -> str | None:
        """The level of over-commitment; None where there is none."""
        return self.endpoint.keep if self.endpoint else None

    @property
    def over_committed(self) -> bool:
        """Whether models share memory in turns here, at a level that exists."""
        return self.swaps and self.keeps in BY_NAME

    @property
    def where(self) -> str:
        """Path in the placement."""
        return f"nodes[{self.node.id}]"


class Seat:
    """A copy where it sits."""

    __slots__ = ("copy", "mode", "model", "site")

    def __init__(self, copy: PlacedCopy, model: ModelFacts | None, mode: ModeFacts, site: Site | None) -> None:
        self.copy, self.model, self.mode, self.site = copy, model, mode, site

    @property
    def where(self) -> str:
        """Path in the placement."""
        return f"copies[{self.copy.model}#{self.copy.copy_index}]"


class Facts:
    """Everything that the checks look at."""

    def __init__(self, problem: Problem, placement: Placement) -> None:
        self.problem, self.placement, self.slots = problem, placement, problem.slots
        tenants = {tenant.name: tenant for tenant in problem.tenants}
        self.conflicts = conflicting_pairs(tenants)
        self.models = {model.name: ModelFacts(model, isolation_of(model, tenants), problem.slots) for model in problem.models}
        self.kinds = {kind.name: KindFacts(kind) for kind in problem.instance_types}
        self.pools = {pool.label: pool for pool in problem.fleet}
        self.endpoints = _first(placement.endpoints, "name")
        self._modes_by_id: dict[int, ModeFacts] = {}
        self._modes: dict[tuple[Any, ...], ModeFacts] = {}
        self.sites = {name: self._site(node) for name, node in _first(placement.nodes, "id").items()}
        self.seats = [self._seat(copy) for copy in placement.copies]
        self.behind: dict[str, list[Site]] = {name: [] for name in self.endpoints}
        for site in self.sites.values():
            self.behind.setdefault(site.node.endpoint, []).append(site)
        self.unplaced: dict[str, int] = {}
        """Copies that are said to be missing; where nothing is said (a live fleet), those that are."""
        if "unplaced" in placement.unstated:
            self.unplaced = {name: model.missing for name, model in self.models.items() if model.missing}
            return
        for left in placement.unplaced:
            self.unplaced[left.model] = self.unplaced.get(left.model, 0) + left.copies

    def mode(self, mode: Mode) -> ModeFacts:
        """Facts of a mode; equal modes share one object, so that its arithmetic is done once."""
        known = self._modes_by_id.get(id(mode))
        if known is None:
            key = mode_key(mode)
            known = self._modes.get(key)
            if known is None:
                known = self._modes[key] = ModeFacts(mode, key)
            self._modes_by_id[id(mode)] = known
        return known

    def multi_model(self) -> list[tuple[Endpoint, list[Seat]]]:
        """Each multi-model endpoint with all its copies."""
        shared = (endpoint for endpoint in self.endpoints.values() if endpoint.hosting is Hosting.MULTI_MODEL)
        return [(endpoint, [seat for site in self.behind[endpoint.name] for seat in site.seats]) for endpoint in shared]

    def _site(self, node: Node) -> Site:
        return Site(node, self.kinds.get(node.instance_type), self.pools.get(node.pool), self.endpoints.get(node.endpoint))

    def _seat(self, copy: PlacedCopy) -> Seat:
        site, model, mode = self.sites.get(copy.node), self.models.get(copy.model), self.mode(copy.mode)
        seat = Seat(copy, model, mode, site)
        if site is not None:
            site.seats.append(seat)
            for index in set(copy.accelerators):
                site.on.setdefault(index, []).append(seat)
        if model is not None:
            model.placed += 1
            model.rate += mode.rate or 0
            model.counted += model.counts(mode.rate or 0)
        return seat


def _first(things: Any, name: str) -> dict[str, Any]:
    """By name; of things with the same name the first (`structure` reports the others)."""
    found: dict[str, Any] = {}
    for thing in things:
        found.setdefault(getattr(thing, name), thing)
    return found


def is_exclusive(site: Site) -> bool:
    """Whether each accelerator of the node belongs to one copy: not behind a multi-model endpoint, whose models share it."""
    return site.kind is not None and site.kind.sharing is Sharing.EXCLUSIVE and not site.swaps
