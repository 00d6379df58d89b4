"""Constraints of the formulation: one method per rule of docs/rules.md, each with the rule's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from packing.compile.data import UNLIMITED, Candidate
from packing.domain.rules import Rule
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Sharing
from packing.solve.cp_sat.rows import capacity_row
from packing.solve.cp_sat.variables import NodeVars, Variables, by_model
from packing.solve.node_state import CONTAINER, INSTANCE
from packing.solve.task import Demand

MIG_DIMENSIONS = (3, 4)


class Constraints:
    """Adds all rules for the variables of one task. `missing_variables`: missing copies are decided, not given."""

    def __init__(self, variables: Variables, missing_variables: bool) -> None:
        self.v = variables
        self.model = variables.model
        self.compiled = variables.compiled
        self.placed = by_model(variables.nodes, variables.compiled)
        self._missing_variables = missing_variables
        self._presence: dict[tuple[int, int], Any] = {}

    def add_all(self) -> None:
        """Every rule. `accelerators`, `mode`, `latency`, `hosting`, `streaming` and `cold_start` hold by the choice of candidates."""
        for position, node in enumerate(self.v.nodes):
            self.accelerators_of(node)
            self.node_resources(node)
            self.max_copies_per_node(node)
            self.max_models_per_node(position, node)
            self.isolation_of_node(position, node)
            self.isolation_of_accelerators(node)
            self.conflicts(position, node)
            self.stays(node)
            if node.hosting is Hosting.MULTI_MODEL:
                self.framework(position, node)
                self.size_ratio(node)
        self.single_model()
        self.stock()
        for demand in self.v.task.demands:
            self.copies_and_throughput(demand)
            self.min_zones(demand)
            self.survive(demand)
        self.symmetry()

    def _slots(self, node: NodeVars) -> range:
        return range(self.compiled.slots) if node.hosting is Hosting.MULTI_MODEL else range(1)

    def _terms(self, node: NodeVars, slot: int, amount: Callable[[Candidate], int]) -> list[tuple[int, Any, int]]:
        found = []
        for index, copies in node.copies.items():
            candidate = self.compiled.candidates[index]
            if node.hosting is not Hosting.MULTI_MODEL or candidate.mask >> slot & 1:
                found.append((amount(candidate), copies, _most(copies)))
        return found

    def accelerators_of(self, node: NodeVars) -> None:
        """Rules `memory`, `compute`, `sharing`: on each accelerator in each slot; and in sum over the node."""
        kind = self.compiled.kinds[self.compiled.pools[node.pool].kind]
        if not kind.accelerators:
            return
        exclusive = kind.sharing is Sharing.EXCLUSIVE and node.hosting is not Hosting.MULTI_MODEL
        capacity = (kind.memory, MICRO, 1, kind.mig_compute, kind.mig_memory)
        dimensions = [2] if exclusive else [0, 1, *MIG_DIMENSIONS] if kind.sharing is Sharing.MIG else [0, 1]
        for dimension in dimensions:
            for slot in self._slots(node) if dimension not in MIG_DIMENSIONS else range(1):
                terms = self._terms(node, slot, lambda each, d=dimension: each.width * each.demand[d])  # type: ignore[misc]
                if dimension in MIG_DIMENSIONS:
                    terms = [(c.width * c.demand[dimension], x, _most(x)) for c, x in self._all(node)]
                capacity_row(self.model, terms, kind.accelerators * capacity[dimension], node.open)
                for accelerator in range(kind.accelerators) if node.on else ():
                    on = [(self.compiled.candidates[index].demand[dimension], z[accelerator], _most(z[accelerator])) for index, z in node.on.items()]
                    capacity_row(self.model, on, capacity[dimension], node.open)
        for index, z in node.on.items():
            width = self.compiled.candidates[index].width
            self.model.add(sum(z) == width * node.copies[index])
            if width > 1:
                for on_one in z:
                    self.model.add(on_one <= node.copies[index])

    def _all(self, node: NodeVars) -> list[tuple[Candidate, Any]]:
        return [(self.compiled.candidates[index], copies) for index, copies in node.copies.items()]

    def node_resources(self, node: NodeVars) -> None:
        """Rules `vcpus`, `host_memory`, `resources`, `loading` (one resource more, where nodes are over-committed); and no copies on a node that is not opened."""
        kind = self.compiled.kinds[self.compiled.pools[node.pool].kind]
        for dimension, capacity in enumerate((kind.vcpus, kind.host_memory, *kind.resources)):
            for slot in self._slots(node) if capacity < UNLIMITED else ():
                capacity_row(self.model, self._terms(node, slot, lambda each, d=dimension: each.node_demand[d]), capacity, node.open)  # type: ignore[misc]
        for copies in node.copies.values():
            self.model.add(copies <= _most(copies) * node.open)

    def max_copies_per_node(self, node: NodeVars) -> None:
        """Rule `max_copies_per_node` for models with several candidates (one alone is bounded by its variable)."""
        by_owner: dict[int, list[Any]] = defaultdict(list)
        for candidate, copies in self._all(node):
            by_owner[candidate.model].append(copies)
        for index, copies in by_owner.items():
            limit = self.compiled.models[index].max_per_node
            if len(copies) > 1 and limit < UNLIMITED:
                self.model.add(sum(copies) <= limit)

    def max_models_per_node(self, position: int, node: NodeVars) -> None:
        """Rule `max_models_per_node`: a model of which any copy is on the node is present, and so many are present at most."""
        limit = self.compiled.kinds[self.compiled.pools[node.pool].kind].max_models
        models = sorted({candidate.model for candidate, _ in self._all(node)})
        if len(models) <= limit:
            return
        present = {model: self.model.new_bool_var(f"model.{position}.{model}") for model in models}
        for candidate, copies in self._all(node):
            self.model.add(copies <= _most(copies) * present[candidate.model])
        self.model.add(sum(present.values()) <= limit)

    def _tenant_present(self, position: int, node: NodeVars, tenant: int) -> Any:
        """1 if any copy of the tenant is on the node."""
        key = (position, tenant)
        if key not in self._presence:
            present = self._presence[key] = self.model.new_bool_var(f"tenant.{position}.{tenant}")
            for candidate, copies in self._all(node):
                if self.compiled.models[candidate.model].tenant == tenant:
                    self.model.add(copies <= _most(copies) * present)
        return self._presence[key]

    def _tenants(self, node: NodeVars) -> list[int]:
        return sorted({self.compiled.models[candidate.model].tenant for candidate, _ in self._all(node)})

    def isolation_of_node(self, position: int, node: NodeVars) -> None:
        """Rule `isolation`, instance level (and container level where the node is one container)."""
        level = CONTAINER if node.hosting is Hosting.MULTI_MODEL else INSTANCE
        tenants = self._tenants(node)
        if len(tenants) <= 1:
            return
        owners = []
        for tenant in tenants:
            strict = [
                (c, x)
                for c, x in self._all(node)
                if self.compiled.models[c.model].tenant == tenant and self.compiled.models[c.model].isolation >= level
            ]
            if not strict:
                continue
            owner = self.model.new_bool_var(f"owner.{position}.{tenant}")
            owners.append(owner)
            for _, copies in strict:
                self.model.add(copies <= _most(copies) * owner)
            for other in tenants:
                if other != tenant:
                    self.model.add(owner + self._tenant_present(position, node, other) <= 1)
        if len(owners) > 1:
            self.model.add(sum(owners) <= 1)

    def stays(self, node: NodeVars) -> None:
        """A copy that stays is one of its candidate's copies on the node, and on just the accelerators that it has now.

        The other copies of the candidate take what is left: no accelerator twice by one copy.
        """
        by_candidate: dict[int, list[tuple[tuple[int, ...], Any]]] = defaultdict(list)
        on_each: dict[int, list[Any]] = defaultdict(list)
        for copy, stays in node.stays:
            by_candidate[copy.candidate].append((copy.accelerators, stays))
            for accelerator in copy.accelerators:
                on_each[accelerator].append(stays)
        if self.compiled.kinds[self.compiled.pools[node.pool].kind].sharing is Sharing.EXCLUSIVE and node.hosting is not Hosting.MULTI_MODEL:
            # Elsewhere accelerators of such nodes are only counted; a broken current placement may have two copies on one.
            for mine in on_each.values():
                if len(mine) > 1:
                    self.model.add(sum(mine) <= 1)
        for index, copies in by_candidate.items():
            staying = sum(stays for _, stays in copies)
            self.model.add(staying <= node.copies[index])
            for accelerator, here in enumerate(node.on.get(index, ())):
                there = sum(stays for accelerators, stays in copies if accelerator in accelerators)
                self.model.add(there <= here)
                self.model.add(here - there <= node.copies[index] - staying)

    def isolation_of_accelerators(self, node: NodeVars) -> None:
        """Rule `isolation`, container level, on accelerators that several copies may share."""
        compiled = self.compiled
        kind = compiled.kinds[compiled.pools[node.pool].kind]
        if node.hosting is Hosting.MULTI_MODEL or kind.sharing is Sharing.EXCLUSIVE:
            return
        mine = [(candidate, copies) for candidate, copies in self._all(node) if candidate.width]
        tenants = sorted({compiled.models[candidate.model].tenant for candidate, _ in mine})
        if len(tenants) <= 1 or not any(compiled.models[candidate.model].isolation >= CONTAINER for candidate, _ in mine):
            return
        for accelerator in range(kind.accelerators):
            present = {tenant: self.model.new_bool_var("") for tenant in tenants}
            strict: dict[int, Any] = {}
            for candidate, copies in mine:
                model = compiled.models[candidate.model]
                here = node.on[candidate.index][accelerator] if node.on else copies
                self.model.add(here <= _most(here) * present[model.tenant])
                if model.isolation >= CONTAINER:
                    if model.tenant not in strict:
                        strict[model.tenant] = self.model.new_bool_var("")
                    self.model.add(here <= _most(here) * strict[model.tenant])
            for tenant, owner in strict.items():
                for other in tenants:
                    if other != tenant:
                        self.model.add(owner + present[other] <= 1)

    def conflicts(self, position: int, node: NodeVars) -> None:
        """Rule `conflicts`."""
        tenants = set(self._tenants(node))
        for a, b in sorted(self.compiled.conflicts):
            if a < b and a in tenants and b in tenants:
                self.model.add(self._tenant_present(position, node, a) + self._tenant_present(position, node, b) <= 1)

    def framework(self, position: int, node: NodeVars) -> None:
        """Rule `framework`; and one level of over-commitment."""
        self._one_of(node, lambda candidate: candidate.container, f"framework.{position}")

    def _one_of(self, node: NodeVars, trait: Callable[[Candidate], int], name: str) -> None:
        traits = sorted({trait(candidate) for candidate, _ in self._all(node)})
        if len(traits) <= 1:
            return
        chosen = {each: self.model.new_bool_var(f"{name}.{each}") for each in traits}
        self.model.add(sum(chosen.values()) <= 1)
        for candidate, copies in self._all(node):
            self.model.add(copies <= _most(copies) * chosen[trait(candidate)])

    def size_ratio(self, node: NodeVars) -> None:
        """Rule `size_ratio`: two sizes too far apart are not both on the node."""
        numerator, denominator = self.compiled.size_ratio
        sizes = sorted({candidate.size for candidate, _ in self._all(node)})
        apart = [(small, large) for small in sizes for large in sizes if large * denominator > small * numerator]
        present = {size: self.model.new_bool_var("") for size in sorted({size for pair in apart for size in pair})}
        for candidate, copies in self._all(node):
            if candidate.size in present:
                self.model.add(copies <= _most(copies) * present[candidate.size])
        for small, large in apart:
            self.model.add(present[small] + present[large] <= 1)

    def single_model(self) -> None:
        """Rule `single_model`: copies on single-model nodes are within what their nodes' fillings carry."""
        carried: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for single in self.v.singles:
            for index, count in single.filling:
                carried[index, single.pool].append(count * single.nodes)
        for key, copies in self.v.single_copies.items():
            self.model.add(copies <= sum(carried[key]))

    def stock(self) -> None:
        """Rule `stock`."""
        for pool, stock in enumerate(self.v.task.stock):
            opened = [node.open for node in self.v.nodes if node.pool == pool] + [single.nodes for single in self.v.singles if single.pool == pool]
            if opened and stock < UNLIMITED:
                self.model.add(sum(opened) <= stock)

    def _copies_of(self, index: int) -> Iterable[tuple[Candidate, int, Any]]:
        """(candidate, pool, copies) of a model, on shared and single-model nodes."""
        for candidate, node, copies in self.placed.get(index, ()):
            yield candidate, node.pool, copies
        for candidate in self.v.candidates[index]:
            if candidate.hosting is Hosting.SINGLE_MODEL:
                for pool in self.compiled.kinds[candidate.kind].pools:
                    if (candidate.index, pool) in self.v.single_copies:
                        yield candidate, pool, self.v.single_copies[candidate.index, pool]

    def copies_and_throughput(self, demand: Demand) -> None:
        """Rules `copies` and `throughput`; what is missing counts as copies of the fastest mode."""
        data = self.compiled.models[demand.model]
        allowed = self.v.task.missing.get(demand.model, 0)
        short: Any = allowed
        if self._missing_variables:
            short = self.v.missing[demand.model] = self.model.new_int_var(0, data.fewest, f"missing.{demand.model}")
        everywhere = list(self._copies_of(demand.model))
        placed = sum(copies for _, _, copies in everywhere)
        self.model.add(placed + short >= demand.base)
        self.model.add(placed <= max(0, demand.most))
        if data.fastest and demand.peak > 0:
            self.model.add(sum(candidate.rate * copies for candidate, _, copies in everywhere) + data.fastest * short >= demand.peak)

    def min_zones(self, demand: Demand) -> None:
        """Rule `min_zones`: enough zones, or each copy in its own."""
        wanted = self.compiled.models[demand.model].min_zones
        if wanted <= len(demand.zones) or wanted == 1:
            return
        by_zone: dict[int, list[Any]] = defaultdict(list)
        for _, pool, copies in self._copies_of(demand.model):
            by_zone[self.compiled.pools[pool].zone].append(copies)
        used: list[Any] = []
        for zone, copies in sorted(by_zone.items()):
            if zone in demand.zones:
                continue
            here = self.model.new_bool_var("")
            self.model.add(here <= sum(copies))
            used.append(here)
        enough = self.model.new_bool_var("")
        zones = sum(used) + len(demand.zones)
        self.model.add(zones >= wanted).only_enforce_if(enough)
        placed = sum(copies for copies_here in by_zone.values() for copies in copies_here)
        self.model.add(placed + demand.kept <= zones).only_enforce_if(enough.negated())

    def survive(self, demand: Demand) -> None:
        """Rule `survive`: no zone has more copies than are spare (for nodes it is the limit of `max_copies_per_node`)."""
        most = self.compiled.models[demand.model].max_per_zone
        if most >= UNLIMITED:
            return
        by_zone: dict[int, list[Any]] = defaultdict(list)
        for _, pool, copies in self._copies_of(demand.model):
            by_zone[self.compiled.pools[pool].zone].append(copies)
        kept = dict(demand.kept_in)
        for zone, copies in sorted(by_zone.items()):
            self.model.add(sum(copies) <= most - kept.get(zone, 0))

    def symmetry(self) -> None:
        """Nodes of one pool and hosting option are interchangeable, and so are the accelerators of a node."""
        previous: NodeVars | None = None
        for node in self.v.nodes:
            if node.home >= 0:
                continue  # it has a name, and so have its accelerators
            if previous is not None and (previous.pool, previous.hosting, previous.owner) == (node.pool, node.hosting, node.owner):
                self.model.add(previous.open >= node.open)
                ranks = {index: rank for rank, index in enumerate(sorted(node.copies), start=1)}
                left = sum(ranks[index] * copies for index, copies in previous.copies.items())
                self.model.add(left >= sum(ranks[index] * copies for index, copies in node.copies.items()))
            previous = node
            if node.on:
                ranks = {index: rank for rank, index in enumerate(sorted(node.on), start=1)}
                loads = [
                    sum(ranks[index] * z[accelerator] for index, z in node.on.items()) for accelerator in range(len(next(iter(node.on.values()))))
                ]
                for left, right in pairwise(loads):
                    self.model.add(left >= right)


def _most(variable: Any) -> int:
    """Largest value of an integer variable."""
    return int(max(variable.proto.domain))  # negative indices into this container read garbage


RULES_BY_CONSTRUCTION = (
    Rule.ACCELERATORS, Rule.MODE, Rule.LATENCY, Rule.HOSTING, Rule.STREAMING, Rule.COLD_START, Rule.MULTI_MODEL, Rule.ENDPOINT,
)  # fmt: skip
"""Rules that every combination of variables satisfies, because candidates and endpoints are made so."""
