"""The stages: one for each priority level, highest first, and one for the objective when all levels are settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packing.compile.data import Compiled
from packing.solve.bounds.forced import forced_missing
from packing.solve.patterns.classes import ModelClass, classes_of
from packing.solve.patterns.costs import Costs

UNIT = 2**20
"""What one missing copy costs in a stage: prices are held in fractions of it, so that little is lost by rounding."""
STEP, STEPS = 64, 3
"""Where all levels are looked at together, a missing copy of one counts as much as so many of the next, for so many levels."""


def level_classes(compiled: Compiled) -> list[ModelClass]:
    """All models with candidates as classes, none of which spans two priority levels."""
    found: list[ModelClass] = []
    for level in range(len(compiled.levels)):
        # A model without candidates is in no class, and changes nothing for the others.
        models = tuple(model if model.level == level else replace(model, candidates=()) for model in compiled.models)
        found += classes_of(replace(compiled, models=models), by_rival=False)
    return [replace(each, index=number) for number, each in enumerate(found)]


def missing_apart(compiled: Compiled) -> tuple[int, ...]:
    """Copies by level of models that can run nowhere: missing in every plan, and in no class."""
    missing = [0] * len(compiled.levels)
    for model in compiled.models:
        if not model.candidates:
            missing[model.level] += forced_missing(compiled, model)
    return tuple(missing)


def forced_within(compiled: Compiled, classes: Sequence[ModelClass]) -> tuple[int, ...]:
    """Forced missing copies by level of the models in classes."""
    missing = [0] * len(compiled.levels)
    for each in classes:
        missing[each.first.level] += each.forced
    return tuple(missing)


def level_costs(compiled: Compiled, classes: Sequence[ModelClass], caps: Sequence[int]) -> Costs:
    """Costs of the stage of level ``len(caps)``: its missing copies alone. Levels below do not count.

    Parameters
    ----------
    caps : missing copies, among models in classes, that the levels above may have.
    """
    level = len(caps)
    missing = tuple(UNIT if each.first.level == level else 0 for each in classes)
    return Costs(0, (0,) * len(compiled.pools), 0, missing, (*caps, *(None,) * (len(compiled.levels) - level)))


def objective_costs(compiled: Compiled, classes: Sequence[ModelClass], caps: Sequence[int]) -> Costs:
    """Costs of the last stage: the objective of plans that miss no more than the caps say (none above what is proven least)."""
    apart = sum(forced_missing(compiled, model) * model.missing_coefficient for model in compiled.models if not model.candidates)
    pools = tuple(pool.coefficient for pool in compiled.pools)
    missing = tuple(min(compiled.models[member].missing_coefficient for member in each.members) for each in classes)
    return Costs(compiled.constant + apart, pools, 1, missing, tuple(caps))


def plan_costs(compiled: Compiled, classes: Sequence[ModelClass]) -> Costs:
    """Costs for whole numbers: all levels at once, and then the objective, so that nodes are left over for what does not fit as counted."""
    pools = tuple(pool.coefficient for pool in compiled.pools)
    dearest = max([1, *pools, *(compiled.candidates[index].coefficient for each in classes for index in each.first.candidates)])
    last = min(STEPS, len(compiled.levels) - 1)
    missing = tuple(4 * dearest * STEP ** max(0, last - each.first.level) for each in classes)
    return Costs(0, pools, 1, missing, (None,) * len(compiled.levels))


def objective_floor(compiled: Compiled, missing: Sequence[int]) -> int:
    """No plan with these missing copies has a smaller objective: no coefficient is negative."""
    floor = compiled.constant
    for level, count in enumerate(missing):
        floor += count * min(model.missing_coefficient for model in compiled.models if model.level == level)
    return floor
