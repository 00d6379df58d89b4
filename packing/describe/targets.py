"""The distinct kinds of node of a fleet, as the capacity laws see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from packing.describe.known import accelerators, offers
from packing.domain.hardware import InstanceType
from packing.domain.words import AcceleratorKind

if TYPE_CHECKING:
    from packing.capacity import Target


GIGA = 1e9


def targets_of(types: Sequence[InstanceType]) -> list[Target]:
    """One target per distinct kind of node, in the order of the types' names.

    A type whose accelerator the catalogue does not know is no target: nothing is known of its speed, so only
    measured modes can use it.
    """
    found: dict[tuple[object, ...], Target] = {}
    for kind in types:
        target = _target(kind)
        if target is not None:
            found.setdefault((target.accelerator and target.accelerator.name, *_figures(target)), target)
    return list(found.values())


def unknown_accelerators(types: Sequence[InstanceType]) -> list[str]:
    """Accelerators of the fleet of whose speed nothing is known, so that no modes are derived for them."""
    return sorted({kind.accelerator for kind in types if kind.accelerators and kind.accelerator and kind.accelerator not in accelerators()})


def _figures(target: Target) -> tuple[object, ...]:
    return (
        target.max_accelerators,
        target.memory_per_accelerator,
        target.vcpus,
        target.host_memory,
        target.sharing,
        target.multi_model,
        target.load_bandwidth,
    )


def _target(kind: InstanceType) -> Target | None:
    from packing.capacity import Target
    from packing.capacity.load_time import line_rate_of

    accelerator = accelerators().get(kind.accelerator) if kind.accelerator and kind.accelerators else None
    if kind.accelerators and accelerator is None:
        return None
    offer = offers().get(kind.name)
    stated = [None if rate is None else rate * GIGA for rate in (kind.network_gb_per_s, kind.storage_gb_per_s)]
    network, storage = stated if offer is None or stated != [None, None] else (offer.network, offer.storage)
    return Target(
        accelerator=accelerator,
        max_accelerators=kind.accelerators,
        memory_per_accelerator=kind.memory_per_accelerator,
        vcpus=kind.vcpus,
        host_memory=kind.host_memory,
        sharing=kind.effective_sharing,
        multi_model=kind.accelerators == 0 or (kind.accelerators == 1 and kind.accelerator_kind is AcceleratorKind.GPU),
        load_bandwidth=line_rate_of(network, storage) if stated != [None, None] else min(filter(None, (network, storage)), default=None),
    )
