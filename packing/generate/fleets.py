"""Synthetic fleets from knobs: shapes, models, tenants, instance types, and stock that is as tight as asked."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.weights import Weights
from packing.domain.words import Isolation, Sharing
from packing.domain.workload import Copies, Mode, Model, Tenant, Traffic
from packing.generate.choose import SeededChooser
from packing.generate.hardware import mig_geometry
from packing.generate.knobs import Knobs, turn

GIB = 2**30
MIB = 2**20
VCPUS, HOST_GIB = 12, 96
"""Of a node, for each of its accelerators."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An accelerator kind of the synthetic world: memory in GiB, USD/hour each, relative speed."""

    name: str
    memory: int
    price: float
    speed: float


KINDS = (Kind("X24", 24, 1.1, 1.0), Kind("X40", 40, 2.6, 2.6), Kind("X80", 80, 4.4, 4.0), Kind("X16", 16, 0.6, 0.5))
COUNTS = (4, 8, 8, 1, 1, 8, 2, 4, 2, 4, 1, 8)
"""Accelerators of the successive instance types (the kinds go round, too)."""

EVEN = (1 / 2, 1 / 4, 1 / 8, 1 / 16)
AWKWARD = (0.52, 0.36, 0.27, 0.21)
"""Two, three, four of them do not quite fit together: what is left over is too small for the next."""


def generate(knobs: Knobs | None = None, *, weights: Weights | None = None, **changes: float | str) -> Problem:
    """A seeded synthetic fleet; the same knobs and seed give the same problem on every machine.

    Parameters
    ----------
    knobs : what the fleet is like; default: `Knobs()`. A suite's: ``packing.generate.suite("large")``.
    weights : of the problem; default: cost, and a little scalability, so that the choice of hosting is not arbitrary.
    **changes : single knobs by name, e.g. ``copies=1000, seed=3``.

    Returns
    -------
    A problem with explicit modes and its own instance types. Whether it has a complete placement depends on
    `tightness`: stock follows the sum of the demand, not what isolation and fragments waste.

    Raises
    ------
    ProblemError : a knob is unknown or out of range.
    """
    chosen = turn(knobs or Knobs(), changes)
    types = _instance_types(chosen)
    shapes = [_shape(chosen, index, types) for index in range(chosen.shapes)]
    tenants = _tenants(chosen)
    spread = {each.accelerator for index, each in enumerate(types) if chosen.zones > 1 and chosen.pools - index * chosen.zones > 1}
    models = _models(chosen, shapes, [tenant.name for tenant in tenants], spread)
    return Problem(
        name=f"generated-{chosen.seed}",
        slots=chosen.slots,
        weights=weights or Weights(cost=0.9, scalability=0.1),
        tenants=tenants,
        instance_types=types,
        fleet=_pools(chosen, types, models),
        models=models,
    )


def _instance_types(knobs: Knobs) -> tuple[InstanceType, ...]:
    """One instance type for every `zones` pools, alternating in kind and number of accelerators."""
    return tuple(_instance_type(knobs, index) for index in range(math.ceil(knobs.pools / knobs.zones)))


def _instance_type(knobs: Knobs, index: int) -> InstanceType:
    kind, count = KINDS[index % len(KINDS)], COUNTS[index % len(COUNTS)]
    generation = index // len(KINDS)
    sharing = list(Sharing)[index % 3] if knobs.sharing == "mixed" else Sharing(knobs.sharing)
    discount = 1 - 0.02 * int(math.log2(count)) - 0.01 * generation
    return InstanceType(
        name=f"gen{index}.{kind.name.lower()}.{count}",
        accelerator=kind.name,
        accelerators=count,
        memory_per_accelerator=kind.memory * GIB,
        vcpus=VCPUS * count,
        host_memory=HOST_GIB * count * GIB,
        price_per_hour=round(kind.price * count * discount, 4),
        sharing=sharing,
        mig=mig_geometry(kind.name) if sharing is Sharing.MIG else None,
    )


def _shape(knobs: Knobs, index: int, types: tuple[InstanceType, ...]) -> tuple[Mode, ...]:
    """The modes of one shape: the same copy on one or more kinds of accelerator."""
    chooser = SeededChooser(f"{knobs.seed}-shape-{index}")
    available = [kind for kind in KINDS if any(each.accelerator == kind.name for each in types)]
    home = chooser.pick(available)
    size = _share(knobs, chooser) * home.memory
    wide = chooser.chance(6)
    modes = [_mode(chooser, home, size, wide, types)]
    others = [kind for kind in available if kind is not home and kind.memory > size]
    more = min(len(others), chooser.integer(0, knobs.modes - 1))
    modes += [_mode(chooser, others.pop(chooser.integer(0, len(others) - 1)), size, wide, types) for _ in range(more)]
    return tuple(modes)


def _share(knobs: Knobs, chooser: SeededChooser) -> float:
    """Share of the home accelerator's memory; small jitter, so that shapes are distinct."""
    sizes = AWKWARD if chooser.integer(1, 1000) <= 1000 * knobs.fragmentation else EVEN
    # Position 0..1 to the power of 1/(1 + skew): the larger the skew, the more often the small end is drawn.
    place = (chooser.integer(0, 999) / 1000) ** (1 / (1 + knobs.size_skew)) if knobs.size_skew else 0.3
    jitter = chooser.integer(0, 20) / 1000
    return sizes[int(place * len(sizes))] * (1 + jitter if sizes is AWKWARD else 1 - jitter)


def _mode(chooser: SeededChooser, kind: Kind, size: float, wide: bool, types: tuple[InstanceType, ...]) -> Mode:
    widest = max(each.accelerators for each in types if each.accelerator == kind.name)
    count = min(widest, chooser.pick((2, 4))) if wide else 1
    speed, part = kind.speed * count**0.7, size / kind.memory
    return Mode(
        accelerator=kind.name,
        accelerators=count,
        memory_per_accelerator=int(size * 1024) * MIB,
        # Mostly memory decides; now and then compute does. CPUs and host memory follow the size and rarely bind.
        compute_share=round(min(1.0, part * chooser.integer(30, 110) / 100), 3),
        vcpus=round(VCPUS * count * part * chooser.integer(20, 95) / 100, 1),
        host_memory=int(HOST_GIB * 1024 * count * part * chooser.integer(20, 95) / 100) * MIB,
        requests_per_second=round(4 * speed, 2),
        ttft_ms=round(900 / speed, 1),
        tpot_ms=round(60 / speed, 1),
        load_s=round(5 + size, 1),
    )


def _tenants(knobs: Knobs) -> tuple[Tenant, ...]:
    chooser = SeededChooser(f"{knobs.seed}-tenants")
    isolated, contained = (round(knobs.isolated_share * knobs.tenants) for _ in range(2))
    levels = [Isolation.ENDPOINT if index % 4 == 3 else Isolation.INSTANCE for index in range(isolated)]
    levels += [Isolation.CONTAINER] * min(contained, knobs.tenants - isolated)
    levels += [Isolation.SHARED] * (knobs.tenants - len(levels))
    names = [f"tenant-{index:04d}" for index in range(knobs.tenants)]
    tenants = []
    for index, level in enumerate(levels):
        meets = knobs.tenants > 1 and chooser.integer(1, 1000) <= 1000 * knobs.conflicts
        rival = names[(index + chooser.integer(1, knobs.tenants - 1)) % knobs.tenants] if meets else None
        tenants.append(Tenant(name=names[index], isolation=level, conflicts_with=(rival,) if rival else ()))
    return tuple(tenants)


def _models(knobs: Knobs, shapes: list[tuple[Mode, ...]], tenants: list[str], spread: set[str | None]) -> tuple[Model, ...]:
    """`spread`: accelerators that are to be had in several zones."""
    counts = _copies(knobs)
    return tuple(_model(knobs, index, counts[index], shapes[index % len(shapes)], tenants, spread) for index in range(knobs.models))


def _copies(knobs: Knobs) -> list[int]:
    """Copies by model: at least one each, the rest in proportion to 1/rank, exact in sum."""
    rest = knobs.copies - knobs.models
    weights = [1 / (rank + 3) for rank in range(knobs.models)]
    extra = [int(rest * weight / sum(weights)) for weight in weights]
    for index in range(rest - sum(extra)):
        extra[index % knobs.models] += 1
    return [1 + more for more in extra]


def _model(knobs: Knobs, index: int, copies: int, modes: tuple[Mode, ...], tenants: list[str], spread: set[str | None]) -> Model:
    chooser = SeededChooser(f"{knobs.seed}-model-{index}")
    tolerant = modes[0].accelerators == 1 and chooser.integer(1, 1000) <= 1000 * knobs.tolerant_share
    return Model(
        name=f"model-{index:05d}",
        tenant=chooser.pick(tenants) if tenants else None,
        framework=chooser.pick(("vllm", "triton")),
        modes=modes,
        copies=Copies(min=copies, max=copies),
        traffic=Traffic(requests_per_second=_hours(knobs, chooser, copies, modes)) if knobs.slots > 1 else None,
        streaming=not tolerant,
        cold_start_s=120.0 if tolerant else 0.0,
        priority=chooser.pick((0, 0, 0, 10)),
        min_zones=2 if chooser.chance(20) and copies > 1 and modes[0].accelerator in spread else 1,
    )


def _hours(knobs: Knobs, chooser: SeededChooser, copies: int, modes: tuple[Mode, ...]) -> tuple[float, ...]:
    """Office hours that begin anywhere in the day and last a third to two thirds of it; nothing outside them."""
    most = copies * min(mode.requests_per_second or 0 for mode in modes)
    start, length = chooser.integer(0, knobs.slots - 1), chooser.integer(max(1, knobs.slots // 3), max(1, 2 * knobs.slots // 3))
    busy = {(start + hour) % knobs.slots for hour in range(length)}
    return tuple(int(most * chooser.integer(40, 100)) / 100 if slot in busy else 0.0 for slot in range(knobs.slots))


def _pools(knobs: Knobs, types: tuple[InstanceType, ...], models: tuple[Model, ...]) -> tuple[Pool, ...]:
    """Pools over types and zones; stock of each accelerator kind: demand / tightness, shared evenly by its pools."""
    places = [(types[index // knobs.zones], f"zone-{index % knobs.zones}") for index in range(knobs.pools)]
    demand = _demand(models, types)
    holders: dict[str | None, int] = defaultdict(int)
    for kind, _ in places:
        holders[kind.accelerator] += 1
    pools = []
    for kind, zone in places:
        count = None
        if knobs.tightness:
            count = max(1, math.ceil(demand[kind.accelerator] / knobs.tightness / holders[kind.accelerator] / kind.accelerators))
        pools.append(Pool(instance_type=kind.name, count=count, zone=zone if knobs.zones > 1 else ""))
    return tuple(pools)


def _demand(models: tuple[Model, ...], types: tuple[InstanceType, ...]) -> dict[str | None, float]:
    """Accelerators of each kind that the copies fill, every model in its first mode and by itself.

    By itself: two copies of 52 % of an accelerator take two accelerators, though a smaller one may fill the rest.
    """
    memory = {kind.accelerator: kind.memory_per_accelerator for kind in types}
    exclusive = {kind.accelerator for kind in types if kind.effective_sharing is Sharing.EXCLUSIVE}
    demand: dict[str | None, float] = defaultdict(float)
    for model in models:
        mode = model.modes[0]
        part = max(mode.memory_per_accelerator / memory[mode.accelerator], mode.compute_share)
        each = 1.0 if mode.accelerator in exclusive else 1 / int(1 / part)
        demand[mode.accelerator] += model.copies.min * mode.accelerators * each
    return demand
