"""How much an answer asks of the models, as one value by which answers are compared: what is given up, the most severe first."""

from __future__ import annotations

from collections import Counter, defaultdict

from packing.act.shortage.ladder import Concessions
from packing.domain.demand import counted_micro, missing_copies
from packing.domain.shortage import Stage
from packing.solve.result import Result

ORDER = tuple(reversed(Stage))
"""From refusal to the reserve."""

BELOW_MINIMUM = (Stage.SCALE_TO_ZERO, Stage.REFUSAL)

Burden = tuple[tuple[int, ...], ...]
"""By priority, the highest first, and then by stage, the most severe first: models that give up something in it; of copies, how many."""


def burden(given: Concessions, result: Result) -> Burden:
    """The burden of an answer; of two answers the smaller is the better one.

    Parameters
    ----------
    given : all concessions that the answer needs; their problem is the one before any.
    result : the placement that goes with them.
    """
    models = {model.name: model for model in given.problem.models}
    placed, counted = Counter[str](), Counter[str]()
    for copy in result.placement.copies:
        placed[copy.model] += 1
        counted[copy.model] += counted_micro(models[copy.model], copy.mode)
    sums: defaultdict[int, Counter[Stage]] = defaultdict(Counter)
    for name, model in models.items():
        sums[model.priority][Stage.COPIES] += missing_copies(model, placed[name], counted[name])
    for each in given.all():
        level, below = sums[models[each.model].priority], isinstance(each.before, int) and isinstance(each.after, int)
        if each.stage in BELOW_MINIMUM and below:
            level[each.stage] += int(each.before) - int(each.after)  # type: ignore[arg-type]
        elif each.stage is not Stage.COPIES:
            level[each.stage] += 1
    return tuple(tuple(counts[stage] for stage in ORDER) for _, counts in sorted(sums.items(), reverse=True))
