"""What a copy takes of an instance type, and whether it fits into an empty node."""

from __future__ import annotations

from packing.domain.demand import node_limit
from packing.domain.hardware import InstanceType, MigProfile
from packing.domain.rules import Rule
from packing.domain.units import MICRO, bytes_too_many, show_bytes, show_decimal
from packing.domain.words import Sharing
from packing.domain.workload import Mode, Model

Refusal = tuple[Rule, str]


def smallest_profile(mode: Mode, kind: InstanceType) -> MigProfile | None:
    """The partition a copy takes of each accelerator: fewest memory slices, then fewest compute slices.

    A copy on several accelerators cannot join partitions, so it takes the largest profile of each.
    """
    assert kind.mig is not None
    key = lambda profile: (profile.memory_slices, profile.compute_slices, profile.name)  # noqa: E731
    fitting = [
        profile
        for profile in kind.mig.profiles
        if profile.memory >= mode.memory_per_accelerator and profile.compute_slices * MICRO >= mode.compute_micro * kind.mig.compute_slices
    ]
    if mode.accelerators > 1:
        largest = max(kind.mig.profiles, key=key)
        return largest if largest in fitting else None
    return min(fitting, key=key, default=None)


def mode_demand(mode: Mode, kind: InstanceType, exclusive: bool) -> tuple[int, int, int, int, int]:
    """(memory, compute, tokens, MIG compute slices, MIG memory slices) of each accelerator of one copy.

    The token stands for sole possession: capacity 1 on an exclusive accelerator, and not counted elsewhere.
    """
    if not mode.accelerators:
        return (0, 0, 0, 0, 0)
    compute_slices = memory_slices = 0
    if kind.effective_sharing is Sharing.MIG:
        profile = smallest_profile(mode, kind)
        assert profile is not None
        compute_slices, memory_slices = profile.compute_slices, profile.memory_slices
    token = int(exclusive and kind.effective_sharing is Sharing.EXCLUSIVE)
    return (mode.memory_per_accelerator, mode.compute_micro, token, compute_slices, memory_slices)


def refusal(mode: Mode, kind: InstanceType) -> Refusal | None:
    """Why a copy in this mode does not even fit into an empty node of this type; None if it does."""
    if mode.accelerators:
        refused = _accelerator_refusal(mode, kind)
        if refused is not None:
            return refused
    if kind.vcpu_milli is not None and mode.vcpu_milli > kind.vcpu_milli:
        return Rule.VCPUS, f"needs {mode.vcpus:g} vCPU, {kind.name} has {kind.vcpus:g}"
    if kind.host_memory is not None and mode.host_memory > kind.host_memory:
        return (
            Rule.HOST_MEMORY,
            f"needs {show_bytes(mode.host_memory)}, {kind.name} has {show_bytes(kind.host_memory)}{bytes_too_many(mode.host_memory, kind.host_memory)}",
        )
    for name, amount in mode.resource_milli.items() if mode.resources else ():
        if amount > kind.resource_milli.get(name, 0):
            return Rule.RESOURCES, f"needs {mode.resources[name]:g} {name}, {kind.name} has {kind.resources.get(name, 0):g}"
    return None


def _accelerator_refusal(mode: Mode, kind: InstanceType) -> Refusal | None:
    if mode.accelerator != kind.accelerator:
        return Rule.ACCELERATORS, f"needs {mode.accelerator}, {kind.name} has {kind.accelerator or 'no accelerator'}"
    if mode.accelerators > kind.accelerators:
        return Rule.ACCELERATORS, f"needs {mode.accelerators} accelerators, {kind.name} has {kind.accelerators}"
    if mode.memory_per_accelerator > kind.memory_per_accelerator:
        short = bytes_too_many(mode.memory_per_accelerator, kind.memory_per_accelerator)
        usable = show_bytes(kind.memory_per_accelerator)
        return Rule.MEMORY, f"needs {show_bytes(mode.memory_per_accelerator)} on each {kind.accelerator}, {usable} are usable{short}"
    if kind.effective_sharing is Sharing.MIG and smallest_profile(mode, kind) is None:
        return (
            Rule.SHARING,
            f"no partition of {kind.accelerator} has {show_bytes(mode.memory_per_accelerator)} and {mode.compute_share:g} of its compute",
        )
    return None


def latency_refusal(model: Model, mode: Mode) -> Refusal | None:
    """Why the mode misses the model's SLO; None if it is within, or not stated."""
    for word, figure, limit in (("TTFT", mode.ttft_ms, model.slo.ttft_ms), ("TPOT", mode.tpot_ms, model.slo.tpot_ms)):
        if figure is not None and limit is not None and figure > limit:
            return Rule.LATENCY, f"{word} {show_decimal(figure)} ms, the SLO allows {show_decimal(limit)} ms"
    return None


def alone_per_node(model: Model, mode: Mode, kind: InstanceType) -> int:
    """Copies in this mode that fit together into one empty node that serves only this model; 0 if none does."""
    return 0 if latency_refusal(model, mode) is not None else min(node_limit(model) or 2**31, together_per_node(mode, kind))


def together_per_node(mode: Mode, kind: InstanceType) -> int:
    """Copies in this mode that fit together into one empty node, whatever else their model asks for; 0 if none does."""
    if refusal(mode, kind) is not None:
        return 0
    limits = [2**31]
    if mode.accelerators:
        limits.append(kind.accelerators // mode.accelerators * _per_accelerator(mode, kind))
    if mode.vcpu_milli and kind.vcpu_milli is not None:
        limits.append(kind.vcpu_milli // mode.vcpu_milli)
    if mode.host_memory and kind.host_memory is not None:
        limits.append(kind.host_memory // mode.host_memory)
    if mode.resources:
        limits += [kind.resource_milli.get(name, 0) // amount for name, amount in mode.resource_milli.items() if amount]
    return min(limits)


def _per_accelerator(mode: Mode, kind: InstanceType) -> int:
    """Copies that share one accelerator."""
    memory, compute, token, compute_slices, memory_slices = mode_demand(mode, kind, exclusive=True)
    if token:
        return 1
    limits = [2**31]
    limits += [kind.memory_per_accelerator // memory] if memory else []
    limits += [MICRO // compute] if compute else []
    if kind.mig is not None and compute_slices:
        limits += [kind.mig.compute_slices // compute_slices, kind.mig.memory_slices // memory_slices]
    return min(limits)
