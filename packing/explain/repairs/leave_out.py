"""The repair that always exists: to ask for no more than what a partial placement gives."""

from __future__ import annotations

from collections import Counter

from packing.describe.expand import Expanded
from packing.domain.demand import missing_copies
from packing.domain.placement import Placement
from packing.domain.units import MICRO
from packing.domain.workload import Model
from packing.explain.conditions import Change
from packing.explain.conditions.demand import in_force


def as_placed(expanded: Expanded, placement: Placement) -> tuple[Change, ...]:
    """Changes after which the models with missing copies ask for what is placed of them."""
    placed = Counter(copy.model for copy in placement.copies)
    rates: Counter[str] = Counter()
    for copy in placement.copies:
        rates[copy.model] += copy.mode.rps_micro or 0
    return tuple(change for model in expanded.problem.models for change in _of(model, placed[model.name], rates[model.name]))


def _of(model: Model, placed: int, rate: int) -> list[Change]:
    if not missing_copies(model, placed, rate):
        return []
    changes = []
    if placed < model.copies.min:
        changes.append(Change("copies", model.name, model.copies.min, placed))
    if 0 < placed < model.min_zones and model.copies.min:
        changes.append(Change("min_zones", model.name, model.min_zones, placed))
    if in_force(model) and rate < model.peak_micro:
        changes.append(Change("throughput", model.name, model.peak_micro / MICRO, rate / MICRO))
    return changes
