"""Candidates that share memory in turns: each multi-model candidate once more for every level of over-commitment that is worth it.

Which levels are offered is decided once for the problem, since a node has one level: the few at which all models together take
the least of a node. That a level is not offered costs at most quality, never feasibility: being in memory all the time remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from packing.compile.data import Candidate
from packing.domain.hardware import InstanceType
from packing.domain.overcommit import LEVELS, Amount, Asked, Kept, Level, keep
from packing.domain.problem import Problem
from packing.domain.units import MICRO, exact
from packing.domain.words import Hosting, Sharing
from packing.domain.workload import Mode, Model

MOST_LEVELS = 3
"""Levels offered in one problem."""
MOST_COPIES = 4
"""A model that may have more copies than this is not over-committed: it is no part of the long tail."""
WORTH = Fraction(9, 10)
"""A level is offered to a candidate that takes no more than this part of what it takes resident, of what it takes most of."""
OUTSIDE = 100
"""Reserve of indices for levels in a container's number (see `container_of`)."""


def container_of(framework: int, level: int) -> int:
    """Number of what a multi-model node is: copies of different numbers never share one. Level -1: everybody resident in their hours."""
    return framework * OUTSIDE + level + 1


def framework_of(container: int) -> int:
    """The framework in a container's number."""
    return container // OUTSIDE


def may_over_commit(model: Model, copies: int) -> bool:
    """Whether the model's requests may wait, by quantile, and it is asked for seldom enough to think of it."""
    stated = model.cold_start_quantile is not None and model.cold_start_s > 0 and model.traffic is not None
    return stated and model.peak_micro > 0 and not model.streaming and 1 <= copies <= MOST_COPIES


def asked_of(problem: Problem, model: Model, copies: int) -> Asked:
    """The model as an over-committed node sees it."""
    rates = model.rate_micro(problem.slots)
    assert rates is not None
    assert model.cold_start_quantile is not None
    slot_s = exact(problem.slot_hours) * 3600
    return Asked(rates, slot_s, model.cold_start_s, model.cold_start_quantile, problem.loading_limit, copies)


def amounts_of(mode: Mode, kind: InstanceType, resources: Sequence[str]) -> tuple[Amount, ...]:
    """What a copy needs while it is loaded: accelerator memory, compute, host memory, vCPUs, named resources."""
    on = (
        Amount(mode.memory_per_accelerator, kind.memory_per_accelerator, memory=True),
        Amount(mode.compute_micro, MICRO),
    ) if mode.accelerators else (Amount(0, None), Amount(0, None))  # fmt: skip
    named, there = mode.resource_milli, kind.resource_milli
    return (
        *on,
        Amount(mode.host_memory, kind.host_memory, memory=True),
        Amount(mode.vcpu_milli, kind.vcpu_milli),
        *(Amount(named.get(name, 0), there.get(name, 0)) for name in resources),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate at a level."""

    base: Candidate
    level: int
    kept: Kept
    part: Fraction
    """Largest part of any capacity that it takes."""


def offers(problem: Problem, model: Model, kinds: Sequence[InstanceType], base: Sequence[Candidate], copies: int, resources: Sequence[str]) -> list[Offer]:
    """All levels that are worth it, for every multi-model candidate of a model."""
    if not may_over_commit(model, copies):
        return []
    asked, found = asked_of(problem, model, copies), []
    for candidate in base:
        mode, kind = model.modes[candidate.mode], kinds[candidate.kind]
        if candidate.hosting is not Hosting.MULTI_MODEL or mode.load_s is None or kind.effective_sharing is Sharing.MIG:
            continue
        amounts = amounts_of(mode, kind, resources)
        for number, level in enumerate(LEVELS):
            kept = _worth(asked, level, amounts, mode.load_s)
            if kept is not None:
                loading = Fraction(kept.loading, max(1, int(problem.loading_limit * MICRO)))
                found.append(Offer(candidate, number, kept, max(loading, _largest(amounts, kept.needs))))
    return found


def _worth(asked: Asked, level: Level, amounts: Sequence[Amount], load_s: float) -> Kept | None:
    kept = keep(asked, level, amounts, load_s)
    if isinstance(kept, str) or any(each.capacity is not None and need > each.capacity for each, need in zip(amounts, kept.needs, strict=True)):
        return None
    return kept if _largest(amounts, kept.needs) <= WORTH * _largest(amounts, [each.needed for each in amounts]) else None


def _largest(amounts: Sequence[Amount], needs: Sequence[int]) -> Fraction:
    return max((Fraction(need, each.capacity) for each, need in zip(amounts, needs, strict=True) if each.capacity), default=Fraction(0))


def choose_levels(by_model: Sequence[Sequence[Offer]], running: frozenset[int]) -> frozenset[int]:
    """The few levels at which all models together take least; those that run now stay on offer.

    One level after the other is added, the one that saves most (ties: the first), as long as it saves anything.
    """
    best = [Fraction(1) for _ in by_model]
    table = [_least(offered) for offered in by_model]
    chosen: set[int] = set(running)
    for level in running:
        best = [min(now, mine.get(level, now)) for now, mine in zip(best, table, strict=True)]
    while len(chosen) < MOST_LEVELS:
        gains = [
            (sum(max(Fraction(0), now - mine[number]) for now, mine in zip(best, table, strict=True) if number in mine), -number)
            for number in range(len(LEVELS))
            if number not in chosen
        ]
        gain, level = max(gains)
        if not gain:
            break
        chosen.add(-level)
        best = [min(now, mine.get(-level, now)) for now, mine in zip(best, table, strict=True)]
    return frozenset(chosen)


def _least(offered: Sequence[Offer]) -> dict[int, Fraction]:
    found: dict[int, Fraction] = {}
    for offer in offered:
        found[offer.level] = min(offer.part, found.get(offer.level, offer.part))
    return found


def over_committed(offer: Offer, framework: int, mask: int, coefficient: int) -> Candidate:
    """The candidate at its level."""
    memory, compute, host, vcpus, *named = offer.kept.needs
    return replace(
        offer.base,
        demand=(memory, compute, 0, 0, 0),
        node_demand=(vcpus, host, *named, offer.kept.loading),
        mask=mask,
        coefficient=coefficient,
        keep=offer.level,
        container=container_of(framework, offer.level),
    )
