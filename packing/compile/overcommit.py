"""Candidates that share memory in turns: each multi-model candidate once more for every level of over-commitment that is for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from packing.compile.data import Candidate
from packing.domain.hardware import InstanceType
from packing.domain.overcommit import LEVELS, Amount, Kept, asked_of, keep, may_over_commit
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Sharing
from packing.domain.workload import Mode, Model

Offer = tuple[Candidate, int, Kept]
"""A candidate that is always loaded, the index of a level, and what it takes at that level."""


def container_of(framework: int, level: int) -> int:
    """Number of what a multi-model node is: copies of different numbers never share one. Level -1: everybody resident in their hours."""
    return framework * (len(LEVELS) + 1) + level + 1


def offers(problem: Problem, model: Model, kinds: Sequence[InstanceType], base: Sequence[Candidate], resources: Sequence[str]) -> Iterator[Offer]:
    """All levels for every multi-model candidate of a model."""
    if not may_over_commit(model):
        return
    asked = asked_of(problem, model)
    for candidate in base:
        mode, kind = model.modes[candidate.mode], kinds[candidate.kind]
        if candidate.hosting is not Hosting.MULTI_MODEL or mode.load_s is None or kind.effective_sharing is Sharing.MIG:
            continue
        amounts = amounts_of(mode, kind, resources)
        for number, level in enumerate(LEVELS):
            kept = keep(asked, level, amounts, mode.load_s)
            if not isinstance(kept, str):
                yield candidate, number, kept


def amounts_of(mode: Mode, kind: InstanceType, resources: Sequence[str]) -> tuple[Amount, ...]:
    """What a copy needs while it is loaded: accelerator memory, compute, host memory, vCPUs, named resources."""
    memory, compute = Amount(0, None), Amount(0, None)
    if mode.accelerators:
        memory, compute = Amount(mode.memory_per_accelerator, kind.memory_per_accelerator, memory=True), Amount(mode.compute_micro, MICRO)
    host, vcpus = Amount(mode.host_memory, kind.host_memory, memory=True), Amount(mode.vcpu_milli, kind.vcpu_milli)
    named, there = mode.resource_milli, kind.resource_milli
    return (memory, compute, host, vcpus, *(Amount(named.get(name, 0), there.get(name, 0)) for name in resources))


def over_committed(offer: Offer, framework: int, mask: int, coefficient: int) -> Candidate:
    """The candidate at its level."""
    base, level, kept = offer
    memory, compute, host, vcpus, *named = kept.needs
    return replace(
        base,
        demand=(memory, compute, 0, 0, 0),
        node_demand=(vcpus, host, *named, kept.loading),
        mask=mask,
        coefficient=coefficient,
        keep=level,
        container=container_of(framework, level),
    )
