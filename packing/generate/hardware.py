"""Random instance types and pools. Sizes are on a coarse grid, so that exact fits are common."""

from __future__ import annotations

from typing import Any

from packing.domain.hardware import InstanceType, MigGeometry, MigProfile, Pool
from packing.domain.words import AcceleratorKind, Sharing
from packing.generate.choose import Chooser
from packing.generate.limits import Limits

UNIT = 2**30
"""Step of the memory grid in bytes."""

KINDS = ("X8", "X16", "X40", "N16")
"""Accelerators of the random world; the figure is the memory in units. N16 is a Neuron device."""

ZONES = ("", "a", "b", "c")
RESOURCE = "licence"


def memory_units(kind: str) -> int:
    """Memory of an accelerator kind in units of `UNIT`."""
    return int(kind[1:])


def mig_geometry(kind: str) -> MigGeometry:
    """Partitions in the manner of an A100: seven compute slices, eight memory slices, five sizes."""
    slice_bytes = memory_units(kind) * UNIT // 8
    sizes = (("1g", 1, 1), ("2g", 2, 2), ("3g", 3, 4), ("4g", 4, 4), ("7g", 7, 8))
    profiles = tuple(
        MigProfile(name=name, compute_slices=compute, memory_slices=memory, memory=memory * slice_bytes) for name, compute, memory in sizes
    )
    return MigGeometry(compute_slices=7, memory_slices=8, profiles=profiles)


def draw_instance_type(chooser: Chooser, limits: Limits, index: int) -> InstanceType:
    """An instance type: CPU only, or with 1 to `limits.accelerators` accelerators of one kind."""
    fields: dict[str, Any] = {"name": f"type-{index}", "price_per_hour": draw_price(chooser)}
    if not chooser.chance(12):
        fields |= _accelerators(chooser, limits)
    if fields.get("accelerator") is None or chooser.chance(60):
        fields["vcpus"] = float(chooser.pick((4, 8, 16, 6.5)))
    if fields.get("accelerator") is None or chooser.chance(60):
        fields["host_memory"] = chooser.pick((16, 32, 64)) * UNIT
    if chooser.chance(25):
        fields["resources"] = {RESOURCE: float(chooser.integer(0, 4))}
    return InstanceType(**fields)


def _accelerators(chooser: Chooser, limits: Limits) -> dict[str, Any]:
    kind = chooser.pick(KINDS)
    sharing = chooser.pick((Sharing.EXCLUSIVE, Sharing.MEMORY, Sharing.MIG)) if kind != "N16" else chooser.pick((Sharing.EXCLUSIVE, Sharing.MEMORY))
    return {
        "accelerator": kind,
        "accelerators": chooser.pick([count for count in (1, 1, 2, 4, 8) if count <= limits.accelerators]),
        "accelerator_kind": AcceleratorKind.NEURON if kind == "N16" else AcceleratorKind.GPU,
        "memory_per_accelerator": memory_units(kind) * UNIT - (1 if chooser.chance(10) and sharing is not Sharing.MIG else 0),
        "sharing": sharing,
        "mig": mig_geometry(kind) if sharing is Sharing.MIG else None,
    }


def draw_price(chooser: Chooser) -> float:
    """USD/hour: mostly a few dollars, sometimes nothing, sometimes with cents that do not divide evenly."""
    if chooser.chance(5):
        return 0.0
    return chooser.integer(1, 40) / 2 if chooser.chance(70) else chooser.integer(10, 4000) / 97


def draw_pools(chooser: Chooser, limits: Limits, types: tuple[InstanceType, ...]) -> tuple[Pool, ...]:
    """At least one pool for each instance type, with different zones, stocks (also 0) and owners."""
    kinds = [kind.name for kind in types]
    kinds += [chooser.pick(kinds) for _ in range(chooser.integer(0, limits.pools - len(kinds)))]
    return tuple(draw_pool(chooser, limits, kind, index) for index, kind in enumerate(kinds))


def draw_pool(chooser: Chooser, limits: Limits, kind: str, index: int) -> Pool:
    """A pool of one instance type; its name carries its index, so that no two pools have the same."""
    owned = chooser.chance(20)
    count = chooser.integer(0, limits.stock) if owned or chooser.chance(65) else None
    price = draw_price(chooser) if chooser.chance(20) else None
    return Pool(instance_type=kind, count=count, zone=chooser.pick(ZONES), owned=owned, price_per_hour=price, name=f"pool-{index}")
