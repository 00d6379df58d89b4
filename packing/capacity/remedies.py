"""What would let a model run on a kind of accelerator after all: more of them on one node, or another precision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from packing.capacity.calibration import Calibration, calibration, engine_name
from packing.capacity.choice import Option, Place
from packing.capacity.modes import UNLIMITED, need_of, places_of, ways
from packing.capacity.target import Target
from packing.catalog.types import Architecture
from packing.domain.dropped import Cause, DroppedWay, nearest
from packing.domain.workload import Model

OTHERS = ("fp8", "int8", "int4")
"""Precisions that are looked at beside the model's own, the widest first."""
LARGEST_NODE = 16
"""Accelerators of the largest node that is imagined."""


def refusals(
    model: Model, architecture: Architecture, targets: Sequence[Target], known: Calibration | None, dropped: Sequence[DroppedWay], *, remedies: bool
) -> tuple[DroppedWay, ...]:
    """One dropped way for each kind of accelerator, the nearest to being offered; where asked for, with what would let it be.

    Parameters
    ----------
    dropped : as `derive` tells of the same model, architecture and targets.
    remedies : whether to look for them: it takes as long as deriving the modes a few times.
    """
    found = nearest(dropped)
    return tuple(_remedied(way, model, architecture, places_of(targets), known or calibration()) for way in found) if remedies else found


def _remedied(way: DroppedWay, model: Model, architecture: Architecture, places: Sequence[Place], known: Calibration) -> DroppedWay:
    here = [place for place in places if (place.chip.name if place.chip else None) == way.accelerator]
    if not here or way.cause is Cause.KIND:
        return way

    def options(precision: str, wide: bool) -> Iterator[Option]:
        for place in here:
            asked = place._replace(nodes=((LARGEST_NODE, float(UNLIMITED), UNLIMITED),)) if wide else place
            for each in ways(architecture, precision, asked, need_of(model), engine_name(model.framework), known):
                if isinstance(each, Option):
                    yield each

    more = [each.accelerators for each in options(way.precision, wide=True) if each.accelerators > way.accelerators] if way.accelerator else []
    others = [name for name in OTHERS if name not in model.precision and next(options(name, wide=False), None) is not None]
    return replace(way, fits_on=min(more, default=None), fits_in=tuple(others))
