"""Expanded problem → `Compiled`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from packing.compile.candidates import Verdict, multi_model_kind, verdicts
from packing.compile.coefficients import Objective, dedicated_baseline, owned_cost
from packing.compile.data import UNLIMITED, Candidate, Compiled, Kind, ModelData, PoolData, Removed
from packing.compile.fit import mode_demand
from packing.compile.move_prices import effort
from packing.compile.overcommit import container_of, offers, over_committed
from packing.compile.slots import binding_slots, mask_of
from packing.domain.bands import bands_of
from packing.domain.demand import (
    base_copies,
    copies_limit,
    copies_needed,
    counted_micro,
    demand_micro,
    fastest_micro,
    fewest_copies,
    node_limit,
    zone_limit,
)
from packing.domain.hardware import InstanceType, price_micro_usd
from packing.domain.overcommit import may_over_commit, resident_slots
from packing.domain.problem import Problem, conflicting_pairs, isolation_of, tenant_name
from packing.domain.units import MICRO, capacity, exact
from packing.domain.words import Hosting, Isolation, Sharing
from packing.domain.workload import Mode, Model

T = TypeVar("T")
Burden = tuple[int | Fraction, ...]
Stop = Callable[[], bool]
Running = frozenset[tuple[str, int, Hosting, str, int]]
"""(model, mode, hosting option, instance type, level of over-commitment or -1) of copies that run now."""
LOADING = "loading"
"""Name of the share of the time that loads take, where over-committed nodes count it."""


def compile_problem(problem: Problem, running: Running = frozenset(), stop: Stop | None = None) -> Compiled:
    """Compile an expanded problem (every model with modes, every instance type present, canonical order).

    `running`: candidates that are kept even if another is better in everything, because copies run like that now.
    `stop`: asked before each model; from when on it says yes, models are left without candidates, and `Compiled.cut` is True.
    """
    return _Compiler(problem, running, stop).compiled()


class _Compiler:
    """Names to indices, quantities to integers; one method per part of `Compiled`."""

    def __init__(self, problem: Problem, running: Running, stop: Stop | None) -> None:
        self.problem, self.running, self.stop, self.cut = problem, running, stop, False
        self.modes_now: defaultdict[str, set[int]] = defaultdict(set)
        for name, mode, *_ in running:
            self.modes_now[name].add(mode)
        self.types = {kind.name: kind for kind in problem.instance_types}
        self.tenant_records = {tenant.name: tenant for tenant in problem.tenants}
        used = sorted({pool.instance_type for pool in problem.fleet})
        self.kind_index = {name: index for index, name in enumerate(used)}
        self.used_types = [self.types[name] for name in used]
        self.pools_of: defaultdict[str, list[int]] = defaultdict(list)
        for index, pool in enumerate(problem.fleet):
            self.pools_of[pool.instance_type].append(index)
        self.stocked = [(kind, any(problem.fleet[pool].count != 0 for pool in self.pools_of[kind.name])) for kind in self.used_types]
        self.zones = sorted({pool.zone for pool in problem.fleet})
        self.zone_index = _positions(self.zones)
        self.tenants = sorted({tenant_name(model) for model in problem.models})
        self.tenant_index = _positions(self.tenants)
        self.frameworks = sorted({model.framework for model in problem.models}, key=lambda name: (name is not None, name or ""))
        self.framework_index = _positions(self.frameworks)
        self.levels = sorted({model.priority for model in problem.models}, reverse=True)
        self.level_index = _positions(self.levels)
        needed = {name for model in problem.models for mode in model.modes for name in mode.resources}
        self.resources = tuple(sorted(needed))
        self.objective = Objective(problem, dedicated_baseline(problem, self.types))
        self.isolation = {model.name: isolation_of(model, self.tenant_records) for model in problem.models}
        self.slots = self._slots()
        self.counts_loading = False
        self.loading_limit = capacity(problem.loading_limit, MICRO)

    def _over(self) -> bool:
        """Whether no more models can be looked at."""
        self.cut = self.cut or (self.stop is not None and self.stop())
        return self.cut

    def compiled(self) -> Compiled:
        removed: list[Removed] = []
        every = [[] if self._over() else self._always_loaded(index, model, removed) for index, model in enumerate(self.problem.models)]
        turns = [[] if self._over() else self._in_turns(model, mine) for model, mine in zip(self.problem.models, every, strict=True)]
        self.counts_loading = any(turns)
        candidates: list[Candidate] = []
        models = tuple(
            self._model(model, [] if self._over() else each, more, candidates)
            for model, each, more in zip(self.problem.models, every, turns, strict=True)
        )
        ratio = Fraction(str(self.problem.multi_model_size_ratio))
        pairs = conflicting_pairs(self.tenant_records)
        return Compiled(
            kinds=tuple(self._kind(self.types[name]) for name in self.kind_index),
            pools=self._pools(),
            models=models,
            candidates=tuple(candidates),
            tenants=tuple(self.tenants),
            zones=tuple(self.zones),
            resource_names=self.resources + ((LOADING,) if self.counts_loading else ()),
            frameworks=tuple(self.frameworks),
            conflicts=frozenset((self.tenant_index[a], self.tenant_index[b]) for a, b in pairs if a in self.tenant_index and b in self.tenant_index),
            slots=len(self.slots),
            levels=tuple(self.levels),
            size_ratio=(ratio.numerator, ratio.denominator),
            reference_cost=self.objective.references.total_cost,
            reference_nodes=self.objective.references.total_nodes,
            constant=self.objective.constant(owned_cost(self.problem.fleet, self.types)),
            removed=tuple(removed),
            cut=self.cut,
        )

    def _slots(self) -> list[int]:
        may = [model for model in self.problem.models if _may_unload(model, self.isolation[model.name])]
        activity = {model.active(self.problem.slots) for model in may}
        activity |= {resident_slots(model.rate_micro(self.problem.slots) or ()) for model in may if may_over_commit(model)}
        return binding_slots(sorted(activity), self.problem.slots)

    def _pools(self) -> tuple[PoolData, ...]:
        pools = []
        for pool in self.problem.fleet:
            price = price_micro_usd(pool, self.types[pool.instance_type])
            coefficient = self.objective.node(price, pool.owned)
            stock = UNLIMITED if pool.count is None else pool.count
            kind, zone = self.kind_index[pool.instance_type], self.zone_index[pool.zone]
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
            resources=tuple(amounts.get(name, 0) for name in self.resources) + ((self.loading_limit,) if self.counts_loading else ()),
            multi_model=multi_model_kind(kind),
            pools=tuple(self.pools_of[kind.name]),
            max_models=min(self.problem.max_models_per_node or UNLIMITED, kind.max_models_per_node or UNLIMITED),
        )

    def _always_loaded(self, index: int, model: Model, removed: list[Removed]) -> list[Candidate]:
        """What may host a copy that is in memory whenever its model has traffic, numbered from 0."""
        facts = self._mode_facts(model, self.isolation[model.name])
        mine: list[Candidate] = []
        for verdict in verdicts(model, self.isolation[model.name], self.stocked):
            if verdict.rule is not None:
                removed.append(Removed(model.name, verdict.hosting, verdict.kind, verdict.mode, verdict.rule, verdict.detail))
            else:
                mine.append(self._candidate(len(mine), index, verdict, facts))
        return mine

    def _in_turns(self, model: Model, base: list[Candidate]) -> list[Candidate]:
        """The same at each level of over-commitment."""
        found = list(offers(self.problem, model, self.used_types, base, self.resources))
        if not found:
            return []
        needed = [copies_needed(model, mode) for mode in model.modes]
        losses = self.objective.copy_losses(model, self.isolation[model.name], needed, kept=True)
        framework = self.framework_index[model.framework]
        return [over_committed(each, framework, mask_of(each[2].resident, self.slots), losses[each[0].mode][Hosting.MULTI_MODEL]) for each in found]

    def _model(self, model: Model, every: list[Candidate], turns: list[Candidate], candidates: list[Candidate]) -> ModelData:
        if self.counts_loading:
            every = [replace(candidate, node_demand=(*candidate.node_demand, 0)) for candidate in every]
        mine = [*every, *(_renumber(candidate, len(every) + offset) for offset, candidate in enumerate(turns))]
        best = {candidate.index for candidate in _undominated(mine, self.used_types, model.peak_micro, self._loads(model))}
        mine = [candidate for candidate in mine if candidate.index in best or self._runs(model, candidate)]
        start = len(candidates)
        mine = [_renumber(candidate, start + offset) for offset, candidate in enumerate(mine)]
        candidates.extend(mine)
        useful = max((candidate.needed for candidate in mine), default=0)
        return ModelData(
            name=model.name,
            tenant=self.tenant_index[tenant_name(model)],
            isolation=self.isolation[model.name].level,
            framework=self.framework_index[model.framework],
            level=self.level_index[model.priority],
            base=base_copies(model),
            most=_most(model, useful),
            peak=max(model.peak_micro, demand_micro(model)),
            fastest=fastest_micro(model),
            fewest=fewest_copies(model),
            max_per_node=node_limit(model) or UNLIMITED,
            max_per_zone=zone_limit(model) or UNLIMITED,
            min_zones=model.min_zones,
            missing_coefficient=self.objective.missing(model),
            candidates=tuple(candidate.index for candidate in mine),
        )

    def _runs(self, model: Model, candidate: Candidate) -> bool:
        way = model.name, candidate.mode, candidate.hosting, self.used_types[candidate.kind].name, candidate.keep
        return bool(self.running) and way in self.running

    def _loads(self, model: Model) -> list[Burden]:
        """For each mode what the price of loading a copy grows with, where anything runs: less of it is better."""
        if not self.running:
            return [()] * len(model.modes)
        now = self.modes_now[model.name]
        bands = [0 if number in now else exact(bands_of(mode).requests_per_second) for number, mode in enumerate(model.modes)]
        return [(effort(mode), band) for mode, band in zip(model.modes, bands, strict=True)]

    def _mode_facts(self, model: Model, isolation: Isolation) -> _ModeFacts:
        needed = [copies_needed(model, mode) for mode in model.modes]
        serving = bool(fastest_micro(model))
        return _ModeFacts(
            modes=model.modes,
            needed=needed,
            losses=self.objective.copy_losses(model, isolation, needed),
            rates=[counted_micro(model, mode) if serving else 0 for mode in model.modes],
            node_demands=[self._node_demand(mode) for mode in model.modes],
            sizes=[mode.size for mode in model.modes],
            active=mask_of(model.active(self.problem.slots), self.slots),
            framework=self.framework_index[model.framework],
        )

    def _node_demand(self, mode: Mode) -> tuple[int, ...]:
        amounts = mode.resource_milli if self.resources else {}
        return (mode.vcpu_milli, mode.host_memory, *(amounts.get(name, 0) for name in self.resources))

    def _candidate(self, index: int, model: int, verdict: Verdict, facts: _ModeFacts) -> Candidate:
        assert verdict.mode is not None
        assert verdict.hosting is not None
        mode, kind = facts.modes[verdict.mode], self.types[verdict.kind]
        needed = facts.needed[verdict.mode]
        assert needed is not None
        multi = verdict.hosting is Hosting.MULTI_MODEL
        return Candidate(
            index=index,
            model=model,
            mode=verdict.mode,
            hosting=verdict.hosting,
            kind=self.kind_index[verdict.kind],
            width=mode.accelerators,
            demand=mode_demand(mode, kind, exclusive=not multi),
            node_demand=facts.node_demands[verdict.mode],
            mask=facts.active if multi else (1 << len(self.slots)) - 1,
            size=facts.sizes[verdict.mode],
            rate=facts.rates[verdict.mode],
            needed=needed,
            coefficient=facts.losses[verdict.mode][verdict.hosting],
            container=container_of(facts.framework, -1) if multi else -1,
        )


@dataclass(frozen=True, slots=True)
class _ModeFacts:
    """What every candidate of a model needs to know, mode by mode, computed once."""

    modes: tuple[Mode, ...]
    needed: list[int | None]
    losses: list[dict[Hosting, int]]
    rates: list[int]
    node_demands: list[tuple[int, ...]]
    sizes: list[int]
    active: int
    framework: int


def _positions(names: Sequence[T]) -> dict[T, int]:
    return {name: index for index, name in enumerate(names)}


def _may_unload(model: Model, isolation: Isolation) -> bool:
    allowed = Hosting.MULTI_MODEL in model.hosting and not model.streaming and model.cold_start_s > 0
    return allowed and isolation is not Isolation.ENDPOINT


def _undominated(candidates: list[Candidate], kinds: list[InstanceType], peak: int, loads: list[Burden]) -> list[Candidate]:
    """Without those than which another of the same model, hosting and instance type is at least as good in everything.

    Behind multi-model endpoints sizes must be equal, since the size ratio makes smaller not always better. On
    an exclusive accelerator memory and compute are the copy's own, and less of them is no better.
    """
    kept: dict[tuple[object, ...], list[tuple[Burden, Candidate]]] = {}
    for candidate in candidates:
        multi = candidate.hosting is Hosting.MULTI_MODEL
        exclusive = not multi and kinds[candidate.kind].effective_sharing is Sharing.EXCLUSIVE
        group = kept.setdefault((candidate.kind, candidate.hosting, candidate.size if multi else 0, candidate.keep), [])
        burden = (*_burden(candidate, exclusive, peak), *loads[candidate.mode])
        if any(_no_worse(other, burden) for other, _ in group):
            continue
        group[:] = [each for each in group if not _no_worse(burden, each[0])]
        group.append((burden, candidate))
    return sorted((candidate for group in kept.values() for _, candidate in group), key=lambda each: each.index)


def _no_worse(one: Burden, other: Burden) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def _burden(candidate: Candidate, exclusive: bool, peak: int) -> tuple[int, ...]:
    """Everything about a candidate of which less is better. More requests/s than the peak are of no use."""
    demand = candidate.demand[2:] if exclusive else candidate.demand
    return (candidate.coefficient, candidate.width, *demand, *candidate.node_demand, -min(candidate.rate, peak), candidate.needed)


def _renumber(candidate: Candidate, index: int) -> Candidate:
    """The same candidate, which nobody has seen yet, with its final number: half a million copies of them would take seconds."""
    object.__setattr__(candidate, "index", index)
    return candidate


def _most(model: Model, useful: int) -> int:
    """Copies beyond which one could be taken away without loss, capped by the model's own maximum.

    `useful` is what the slowest candidate needs; a spread over zones can make min_zones - 1 more worthwhile.
    """
    most = useful + model.min_zones - 1
    limit = copies_limit(model)
    return most if limit is None else min(most, limit)
