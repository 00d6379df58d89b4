"""Expanded problem → `Compiled`."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from packing.compile.candidates import Verdict, multi_model_kind, verdicts
from packing.compile.coefficients import Objective, dedicated_baseline, owned_cost
from packing.compile.data import UNLIMITED, Candidate, Compiled, Kind, ModelData, PoolData, Removed
from packing.compile.fit import mode_demand
from packing.compile.slots import binding_slots, mask_of
from packing.domain.demand import base_copies, copies_needed, fastest_micro, fewest_copies
from packing.domain.hardware import InstanceType, price_micro_usd
from packing.domain.problem import Problem, conflicting_pairs, isolation_of, tenant_name
from packing.domain.words import Hosting, Isolation
from packing.domain.workload import Model


def compile_problem(problem: Problem) -> Compiled:
    """Compile an expanded problem (every model with modes, every instance type present, canonical order)."""
    return _Compiler(problem).compiled()


class _Compiler:
    """Names to indices, quantities to integers; one method per part of `Compiled`."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.types = {kind.name: kind for kind in problem.instance_types}
        self.tenant_records = {tenant.name: tenant for tenant in problem.tenants}
        used = sorted({pool.instance_type for pool in problem.fleet})
        self.kind_index = {name: index for index, name in enumerate(used)}
        self.zones = sorted({pool.zone for pool in problem.fleet})
        self.tenants = sorted({tenant_name(model) for model in problem.models})
        self.tenant_index = {name: index for index, name in enumerate(self.tenants)}
        self.frameworks = sorted({model.framework for model in problem.models}, key=lambda name: (name is not None, name or ""))
        self.levels = sorted({model.priority for model in problem.models}, reverse=True)
        needed = {name for model in problem.models for mode in model.modes for name in mode.resources}
        self.resources = tuple(sorted(needed))
        self.objective = Objective(problem, dedicated_baseline(problem, self.types))
        self.isolation = {model.name: isolation_of(model, self.tenant_records) for model in problem.models}
        self.slots = self._slots()

    def compiled(self) -> Compiled:
        candidates: list[Candidate] = []
        removed: list[Removed] = []
        models = tuple(self._model(index, model, candidates, removed) for index, model in enumerate(self.problem.models))
        ratio = Fraction(str(self.problem.multi_model_size_ratio))
        pairs = conflicting_pairs(self.tenant_records)
        return Compiled(
            kinds=tuple(self._kind(self.types[name]) for name in self.kind_index),
            pools=self._pools(),
            models=models,
            candidates=tuple(candidates),
            tenants=tuple(self.tenants),
            zones=tuple(self.zones),
            resource_names=self.resources,
            frameworks=tuple(self.frameworks),
            conflicts=frozenset((self.tenant_index[a], self.tenant_index[b]) for a, b in pairs if a in self.tenant_index and b in self.tenant_index),
            slots=len(self.slots),
            levels=tuple(self.levels),
            size_ratio=(ratio.numerator, ratio.denominator),
            constant=self.objective.constant(owned_cost(self.problem.fleet, self.types)),
            removed=tuple(removed),
        )

    def _slots(self) -> list[int]:
        activity = {model.active(self.problem.slots) for model in self.problem.models if _may_unload(model, self.isolation[model.name])}
        return binding_slots(sorted(activity), self.problem.slots)

    def _pools(self) -> tuple[PoolData, ...]:
        pools = []
        for pool in self.problem.fleet:
            price = price_micro_usd(pool, self.types[pool.instance_type])
            coefficient = self.objective.node(price, pool.owned)
            stock = UNLIMITED if pool.count is None else pool.count
            kind, zone = self.kind_index[pool.instance_type], self.zones.index(pool.zone)
            pools.append(PoolData(pool.label, kind, zone, stock, price, pool.owned, coefficient))
        return tuple(pools)

    def _kind(self, kind: InstanceType) -> Kind:
        amounts = kind.resource_milli
        return Kind(
            name=kind.name,
            accelerator=kind.accelerator,
            accelerators=kind.accelerators,
            memory=kind.memory_per_accelerator,
            sharing=kind.effective_sharing,
            mig_compute=kind.mig.compute_slices if kind.mig else 0,
            mig_memory=kind.mig.memory_slices if kind.mig else 0,
            vcpus=UNLIMITED if kind.vcpu_milli is None else kind.vcpu_milli,
            host_memory=UNLIMITED if kind.host_memory is None else kind.host_memory,
            resources=tuple(amounts.get(name, 0) for name in self.resources),
            multi_model=multi_model_kind(kind),
            pools=tuple(index for index, pool in enumerate(self.problem.fleet) if pool.instance_type == kind.name),
        )

    def _model(self, index: int, model: Model, candidates: list[Candidate], removed: list[Removed]) -> ModelData:
        isolation = self.isolation[model.name]
        losses = self.objective.copy_losses(model, isolation)
        stocked = [(self.types[name], self._in_stock(name)) for name in self.kind_index]
        mine: list[Candidate] = []
        for verdict in verdicts(model, isolation, stocked):
            if verdict.rule is not None:
                removed.append(Removed(model.name, verdict.hosting, verdict.kind, verdict.mode, verdict.rule, verdict.detail))
            else:
                mine.append(self._candidate(len(candidates) + len(mine), index, model, verdict, losses))
        mine = [candidate for candidate in mine if not _dominated(candidate, mine)]
        start = len(candidates)
        mine = [_renumber(candidate, start + offset) for offset, candidate in enumerate(mine)]
        candidates.extend(mine)
        useful = max((candidate.needed for candidate in mine), default=0)
        return ModelData(
            name=model.name,
            tenant=self.tenant_index[tenant_name(model)],
            isolation=isolation.level,
            framework=self.frameworks.index(model.framework),
            level=self.levels.index(model.priority),
            base=base_copies(model),
            most=_most(model, useful),
            peak=model.peak_micro,
            fastest=fastest_micro(model),
            fewest=fewest_copies(model),
            max_per_node=model.max_copies_per_node or UNLIMITED,
            min_zones=model.min_zones,
            missing_coefficient=self.objective.missing(model),
            candidates=tuple(candidate.index for candidate in mine),
        )

    def _in_stock(self, kind: str) -> bool:
        return any(pool.instance_type == kind and pool.count != 0 for pool in self.problem.fleet)

    def _candidate(self, index: int, model_index: int, model: Model, verdict: Verdict, losses: list[dict[Hosting, int | None]]) -> Candidate:
        assert verdict.mode is not None
        assert verdict.hosting is not None
        mode, kind = model.modes[verdict.mode], self.types[verdict.kind]
        loss, needed = losses[verdict.mode][verdict.hosting], copies_needed(model, mode)
        assert loss is not None
        assert needed is not None
        multi = verdict.hosting is Hosting.MULTI_MODEL
        return Candidate(
            index=index,
            model=model_index,
            mode=verdict.mode,
            hosting=verdict.hosting,
            kind=self.kind_index[verdict.kind],
            width=mode.accelerators,
            demand=mode_demand(mode, kind, exclusive=not multi),
            node_demand=(mode.vcpu_milli, mode.host_memory, *(mode.resource_milli.get(name, 0) for name in self.resources)),
            mask=mask_of(model.active(self.problem.slots), self.slots) if multi else (1 << len(self.slots)) - 1,
            size=mode.size,
            rate=(mode.rps_micro or 0) if fastest_micro(model) else 0,
            needed=needed,
            coefficient=loss,
        )


def _may_unload(model: Model, isolation: Isolation) -> bool:
    allowed = Hosting.MULTI_MODEL in model.hosting and not model.streaming and model.cold_start_s > 0
    return allowed and isolation is not Isolation.ENDPOINT


def _dominated(candidate: Candidate, others: list[Candidate]) -> bool:
    """Whether another candidate of the same model, hosting and instance type is at least as good in everything.

    Behind multi-model endpoints sizes must be equal, since the size ratio makes smaller not always better.
    """
    for other in others:
        if other is candidate or other.kind != candidate.kind or other.hosting is not candidate.hosting:
            continue
        if candidate.hosting is Hosting.MULTI_MODEL and other.size != candidate.size:
            continue
        mine, theirs = _burden(candidate), _burden(other)
        if all(b <= a for a, b in zip(mine, theirs, strict=True)) and (mine != theirs or other.index < candidate.index):
            return True
    return False


def _burden(candidate: Candidate) -> tuple[int, ...]:
    """Everything about a candidate of which less is better."""
    return (candidate.width, *candidate.demand, *candidate.node_demand, candidate.coefficient, -candidate.rate, candidate.needed)


def _renumber(candidate: Candidate, index: int) -> Candidate:

    return replace(candidate, index=index)


def _most(model: Model, useful: int) -> int:
    """Copies beyond which one could be taken away without loss, capped by the model's own maximum.

    `useful` is what the slowest candidate needs; a spread over zones can make min_zones - 1 more worthwhile.
    """
    most = useful + model.min_zones - 1
    return most if model.copies.max is None else min(most, model.copies.max)
