"""Instance types that a file only changes: what it does not say comes from the catalogue's type of that name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from packing.describe.known import accelerators, offers
from packing.domain.hardware import MigGeometry
from packing.domain.units import UnitError, memory_fraction

SHAPE = ("accelerator", "accelerators", "memory_per_accelerator")
"""These describe one thing: a file that states its own accelerator is not given another's memory."""


def with_catalogue(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same data, with the fields that overrides of catalogue types leave out.

    Entries of a name that the catalogue does not have stay as they are, but for the partitions (mig) of an
    accelerator that it does have.
    """
    entries = data.get("instance_types")
    if not isinstance(entries, list | tuple):
        return data
    filled = [_filled(entry) if isinstance(entry, Mapping) else entry for entry in entries]
    return {**data, "instance_types": filled}


def _within(geometry: MigGeometry, memory: Any) -> MigGeometry:
    """The catalogue's partitions; none has more memory than what the file says that an accelerator has."""
    try:
        most = math.floor(memory_fraction(memory))
    except (UnitError, TypeError):  # said where it stands
        return geometry
    profiles = tuple(profile.model_copy(update={"memory": min(profile.memory, most)}) for profile in geometry.profiles)
    return geometry if profiles == geometry.profiles else geometry.model_copy(update={"profiles": profiles})


def _filled(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    name = entry.get("name")
    offer = offers().get(name) if isinstance(name, str) else None
    known: dict[str, Any] = {}
    if offer is not None:
        own_shape = any(field in entry for field in SHAPE)
        kind = offer.instance
        known = {field: getattr(kind, field) for field in type(kind).model_fields if not (own_shape and field in SHAPE)}
        known["resources"] = dict(kind.resources)
    merged = {**known, **entry}
    if str(merged.get("sharing")) == "mig" and merged.get("mig") is None:
        accelerator = accelerators().get(str(merged.get("accelerator")))
        if accelerator is not None and accelerator.mig is not None:
            merged["mig"] = _within(accelerator.mig, merged.get("memory_per_accelerator"))
    return merged if merged != dict(entry) else entry
