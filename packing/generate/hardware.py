"""Random instance types and pools. Sizes are on a coarse grid, so that exact fits are common."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from packing.domain.hardware import InstanceType, MigGeometry, MigProfile, Pool
from packing.domain.words import AcceleratorKind, Sharing
from packing.generate.choose import Chooser
from packing.generate.limits import Limits
from packing.generate.names import draw_name

UNIT = 2**30
"""Step of the memory grid in bytes."""

KINDS = ("X8", "X16", "X40", "N16", "Å 100% $24")
"""Accelerators of the random world; the figure at the end is the memory in units. N16 is a Neuron device."""

FAMILIES = {"N16": (AcceleratorKind.NEURON,), "Å 100% $24": (AcceleratorKind.OTHER, AcceleratorKind.GPU)}
"""Families of accelerators, where not only GPU."""

ZONES = ("", "a", "b", "c", "", "a", "b", "c", "zöne 50% $d$", "אזור")
RESOURCE, DONGLE = "licence", "dongle: 1 $"
PRICES = (0.0, 250_000.0, 0.000001)
"""USD/hour that nobody asks, and that must not matter to the arithmetic."""


def memory_units(kind: str) -> int:
    """Memory of an accelerator kind in units of `UNIT`."""
    return int("".join(takewhile(str.isdigit, reversed(kind)))[::-1])


def mig_geometry(kind: str, *, halves: bool = False) -> MigGeometry:
    """Partitions in the manner of an A100: seven compute slices, eight memory slices, five sizes; `halves`: two equal parts or all."""
    slices, compute_slices = (2, 2) if halves else (8, 7)
    sizes = (("half", 1, 1), ("whole", 2, 2)) if halves else (("1g", 1, 1), ("2g", 2, 2), ("3g", 3, 4), ("4g", 4, 4), ("7g", 7, 8))
    part = memory_units(kind) * UNIT // slices
    profiles = tuple(MigProfile(name=name, compute_slices=compute, memory_slices=memory, memory=memory * part) for name, compute, memory in sizes)
    return MigGeometry(compute_slices=compute_slices, memory_slices=slices, profiles=profiles)


def draw_instance_type(chooser: Chooser, limits: Limits, index: int) -> InstanceType:
    """An instance type: CPU only, or with 1 to `limits.accelerators` accelerators of one kind; some state no price: their pools do."""
    prefix = "ml." if chooser.chance(15) else ""
    fields: dict[str, Any] = {"name": prefix + draw_name(chooser, f"type-{index}")[: 200 - len(prefix)], "price_per_hour": draw_price(chooser)}
    if not chooser.chance(12):
        fields |= _accelerators(chooser, limits)
    if fields.get("accelerator") is None or chooser.chance(60):
        fields["vcpus"] = float(chooser.pick((4, 8, 16, 6.5)))
    if fields.get("accelerator") is None or chooser.chance(60):
        fields["host_memory"] = chooser.pick((16, 32, 64)) * UNIT
    if chooser.chance(25):
        fields["resources"] = {name: float(chooser.integer(0, 4)) for name in chooser.pick(((RESOURCE,), (RESOURCE, DONGLE)))}
    if chooser.chance(15):
        fields["start_s"] = chooser.pick((0.0, 45.0, 600.0))
    if chooser.chance(10):
        fields["price_per_hour"] = None
    return InstanceType(**fields)


def _accelerators(chooser: Chooser, limits: Limits) -> dict[str, Any]:
    kind = chooser.pick(KINDS)
    neuron = (Sharing.EXCLUSIVE, Sharing.MEMORY, None)
    sharing = chooser.pick((Sharing.EXCLUSIVE, Sharing.MEMORY, Sharing.MIG, None) if kind != "N16" else neuron)
    partitioned = sharing is Sharing.MIG or (kind != "N16" and chooser.chance(5))
    return {
        "accelerator": kind,
        "accelerators": chooser.pick([count for count in (1, 1, 2, 4, 8) if count <= limits.accelerators]),
        "accelerator_kind": chooser.pick(FAMILIES.get(kind, (AcceleratorKind.GPU,))),
        "memory_per_accelerator": memory_units(kind) * UNIT - (1 if chooser.chance(10) and not partitioned else 0),
        "sharing": sharing,
        "mig": mig_geometry(kind, halves=chooser.chance(15)) if partitioned else None,
    }


def draw_price(chooser: Chooser) -> float:
    """USD/hour: mostly a few dollars, sometimes nothing or a fortune, sometimes with cents that do not divide evenly."""
    if chooser.chance(6):
        return chooser.pick(PRICES)
    return chooser.integer(1, 40) / 2 if chooser.chance(70) else chooser.integer(10, 4000) / 97


def draw_types(chooser: Chooser, limits: Limits) -> tuple[InstanceType, ...]:
    """Instance types, some of them equal to the one before in all but the name."""
    types = list[InstanceType]()
    for index in range(chooser.integer(1, limits.pools)):
        drawn = draw_instance_type(chooser, limits, index)
        same = bool(types) and chooser.chance(8)
        types.append(types[-1].model_copy(update={"name": drawn.name, "sharing": types[-1].effective_sharing}) if same else drawn)
    return tuple(types)


def draw_pools(chooser: Chooser, limits: Limits, types: tuple[InstanceType, ...]) -> tuple[Pool, ...]:
    """At least one pool for each instance type, with different zones, stocks (also 0) and owners; some have an equal, some no name.

    In a scarce fleet no pool has more than one node: a model may ask for more than all of them can give.
    """
    kinds = {kind.name: kind for kind in types}
    wanted = [kind.name for kind in types]
    wanted += [chooser.pick(wanted) for _ in range(chooser.integer(0, limits.pools - len(wanted)))]
    pools, scarce = list[Pool](), chooser.chance(10)
    for index, kind in enumerate(wanted):
        pool = draw_pool(chooser, limits, kind, index)
        equal = next((other for other in pools if other.instance_type == kind), None)
        if equal is not None and chooser.chance(25):
            pool = equal.model_copy(update={"name": pool.name})
        if pool.price_per_hour is None and kinds[kind].price_per_hour is None:
            pool = pool.model_copy(update={"price_per_hour": draw_price(chooser)})
        if scarce:
            pool = pool.model_copy(update={"count": chooser.integer(0, 1)})
        nameless = pool.model_copy(update={"name": None})
        taken = {other.label for other in pools}
        pools.append(nameless if nameless.label not in taken and chooser.chance(15) else pool)
    return tuple(pools)


def draw_pool(chooser: Chooser, limits: Limits, kind: str, index: int) -> Pool:
    """A pool of one instance type; its name carries its index, so that no two pools have the same."""
    owned = chooser.chance(20)
    count = chooser.integer(0, limits.stock) if owned or chooser.chance(65) else None
    price = draw_price(chooser) if chooser.chance(20) else None
    name = draw_name(chooser, f"pool-{index}")
    return Pool(instance_type=kind, count=count, zone=chooser.pick(ZONES), owned=owned, price_per_hour=price, name=name)
