"""Whether one node, behind an endpoint of its own, may carry given copies: docs/rules.md read line by line."""

from __future__ import annotations

from fractions import Fraction

from packing.domain.hardware import InstanceType, MigProfile
from packing.domain.problem import Problem
from packing.domain.words import AcceleratorKind, Hosting, Isolation, Sharing
from packing.domain.workload import Mode, Model
from packing.testing.exhaustive_overcommit import over_committed
from packing.testing.needs import needs_of

Item = tuple[int, int, tuple[int, ...]]
"""Index of the model, index of its mode, accelerators."""

Here = list[tuple[Model, Mode, tuple[int, ...]]]


def _exact(number: float | None) -> Fraction:
    return Fraction(str(number or 0))


class NodeRules:
    """The rules that concern one node and the endpoint in front of it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.tenants = {tenant.name: tenant for tenant in problem.tenants}
        self.most_here = {model.name: needs_of(model).node for model in problem.models}

    def allows(self, kind: InstanceType, hosting: Hosting, content: tuple[Item, ...], level: tuple[int, int] | None = None) -> bool:
        """Whether all rules hold for these copies on an otherwise empty node; `level`: on one that is over-committed."""
        here = [(self.problem.models[model], self.problem.models[model].modes[mode], chosen) for model, mode, chosen in content]
        return (
            all(self._one(kind, hosting, model, mode) for model, mode, _ in here)
            and self._endpoint(kind, hosting, here)
            and self._models(kind, here)
            and self._tenants(hosting, here)
            and self._sharing(kind, hosting, here)
            and (self._capacity(kind, hosting, here) if level is None else over_committed(self.problem, kind, *level, here))
        )

    def _one(self, kind: InstanceType, hosting: Hosting, model: Model, mode: Mode) -> bool:
        """accelerators, hosting, throughput (a mode that serves nothing), latency, isolation: endpoint."""
        traffic = model.traffic is not None and max(model.traffic.requests_per_second) > 0
        stated = any(other.rps_micro for other in model.modes)
        late = any(
            figure is not None and limit is not None and _exact(figure) > _exact(limit)
            for figure, limit in ((mode.ttft_ms, model.slo.ttft_ms), (mode.tpot_ms, model.slo.tpot_ms))
        )
        return (
            (mode.accelerator is None or mode.accelerator == kind.accelerator)
            and hosting in model.hosting
            and not (traffic and stated and not mode.rps_micro)
            and not late
            and (hosting is Hosting.SINGLE_MODEL or self._level(model) != Isolation.ENDPOINT)
        )

    def _level(self, model: Model) -> Isolation:
        order = [Isolation.SHARED, Isolation.CONTAINER, Isolation.INSTANCE, Isolation.ENDPOINT]
        tenant = self.tenants.get(model.tenant) if model.tenant else None
        return order[max(order.index(model.isolation), order.index(tenant.isolation) if tenant else 0)]

    def _endpoint(self, kind: InstanceType, hosting: Hosting, here: Here) -> bool:
        """single_model; multi_model, framework, size_ratio, streaming, cold_start; max_copies_per_node, survive: node."""
        names = [model.name for model, _, _ in here]
        limits = {name: self.most_here[name] for name in names}
        if any(limit is not None and names.count(name) > limit for name, limit in limits.items()):
            return False
        if hosting is Hosting.SINGLE_MODEL:
            return len(set(names)) == 1
        if hosting is Hosting.INFERENCE_COMPONENT:
            return True
        sizes = [mode.memory_per_accelerator if mode.accelerators else mode.host_memory for _, mode, _ in here]
        return (
            (kind.accelerators == 0 or (kind.accelerators == 1 and kind.accelerator_kind is AcceleratorKind.GPU))
            and all(mode.accelerators <= 1 for _, mode, _ in here)
            and len({model.framework for model, _, _ in here}) == 1
            and max(sizes) <= _exact(self.problem.multi_model_size_ratio) * min(sizes)
            and not any(model.streaming for model, _, _ in here)
            and all(model.cold_start_s > 0 and _exact(mode.load_s) <= _exact(model.cold_start_s) for model, mode, _ in here)
        )

    def _models(self, kind: InstanceType, here: Here) -> bool:
        """max_models_per_node."""
        different = {model.name for model, _, _ in here}
        return all(limit is None or len(different) <= limit for limit in (self.problem.max_models_per_node, kind.max_models_per_node))

    def _tenants(self, hosting: Hosting, here: Here) -> bool:
        """isolation and conflicts, pair by pair."""
        for one, _, ours in here:
            for other, _, theirs in here:
                if (one.tenant or "") == (other.tenant or ""):
                    continue
                level = self._level(one)
                touching = hosting is Hosting.MULTI_MODEL or bool(set(ours) & set(theirs))
                if level in (Isolation.INSTANCE, Isolation.ENDPOINT) or (level is Isolation.CONTAINER and touching):
                    return False
                tenant = self.tenants.get(one.tenant) if one.tenant else None
                if tenant and other.tenant in tenant.conflicts_with:
                    return False
        return True

    def _sharing(self, kind: InstanceType, hosting: Hosting, here: Here) -> bool:
        sharing = kind.sharing or (Sharing.EXCLUSIVE if kind.name.startswith("ml.") else Sharing.MEMORY)
        for index in range(kind.accelerators):
            on = [mode for _, mode, chosen in here if index in chosen]
            if sharing is Sharing.EXCLUSIVE and hosting is not Hosting.MULTI_MODEL and len(on) > 1:
                return False
            if sharing is Sharing.MIG and kind.mig is not None:
                taken = [_profile(kind, mode) for mode in on]
                profiles = [profile for profile in taken if profile is not None]
                if len(profiles) < len(taken):
                    return False
                if (
                    sum(p.compute_slices for p in profiles) > kind.mig.compute_slices
                    or sum(p.memory_slices for p in profiles) > kind.mig.memory_slices
                ):
                    return False
        return True

    def _capacity(self, kind: InstanceType, hosting: Hosting, here: Here) -> bool:
        """memory, compute, vcpus, host_memory, resources: in every slot, and each copy alone."""
        together = [here]
        if hosting is Hosting.MULTI_MODEL:
            together = [[each] for each in here] + [[each for each in here if self._active(each[0], slot)] for slot in range(self.problem.slots)]
        return all(_fits(kind, group) for group in together)

    def _active(self, model: Model, slot: int) -> bool:
        if model.traffic is None:
            return True
        rates = model.traffic.requests_per_second
        return rates[0 if len(rates) == 1 else slot] > 0


def _fits(kind: InstanceType, group: Here) -> bool:
    for index in range(kind.accelerators):
        on = [mode for _, mode, chosen in group if index in chosen]
        if sum(mode.memory_per_accelerator for mode in on) > kind.memory_per_accelerator or sum(mode.compute_micro for mode in on) > 10**6:
            return False
    if kind.vcpu_milli is not None and sum(mode.vcpu_milli for _, mode, _ in group) > kind.vcpu_milli:
        return False
    if kind.host_memory is not None and sum(mode.host_memory for _, mode, _ in group) > kind.host_memory:
        return False
    names = {name for _, mode, _ in group for name in mode.resources}
    return all(sum(mode.resource_milli.get(name, 0) for _, mode, _ in group) <= kind.resource_milli.get(name, 0) for name in names)


def _profile(kind: InstanceType, mode: Mode) -> MigProfile | None:
    """The smallest partition that is enough; the largest of all, if enough, for a copy on several accelerators."""
    assert kind.mig is not None
    ordered = sorted(kind.mig.profiles, key=lambda profile: (profile.memory_slices, profile.compute_slices, profile.name))
    for profile in ordered[-1:] if mode.accelerators > 1 else ordered:
        share = Fraction(profile.compute_slices, kind.mig.compute_slices)
        if profile.memory >= mode.memory_per_accelerator and share >= Fraction(mode.compute_micro, 10**6):
            return profile
    return None
