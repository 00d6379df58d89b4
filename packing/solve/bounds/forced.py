"""Missing copies that no plan can avoid, seen from each model alone."""

from __future__ import annotations

from packing.compile.data import Compiled, ModelData
from packing.solve.plan import missing_of


def forced_missing(compiled: Compiled, model: ModelData) -> int:
    """Copies of this model that are missing in every plan: without candidates all, else what `most` copies leave."""
    best = max((compiled.candidates[index].rate for index in model.candidates), default=0)
    most = model.most if model.candidates else 0
    return missing_of(model, most, most * best)


def forced_vector(compiled: Compiled) -> tuple[int, ...]:
    """Forced missing copies by priority level, highest first: a lexicographic lower bound on every plan's."""
    missing = [0] * len(compiled.levels)
    for model in compiled.models:
        missing[model.level] += forced_missing(compiled, model)
    return tuple(missing)
