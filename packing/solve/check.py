"""`verify_placement` for users: expands the problem, then asks the independent checker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from packing.describe import checked_problem, expand, placement_from
from packing.describe.expand import Expanded
from packing.domain.demand import counted_micro, missing_copies
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.placement import Placement, Reason, Unplaced
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.domain.words import Status
from packing.verify import Verification, verify
from packing.verify.violation import UNKNOWN_REASON


def verify_placement(problem: Problem | Mapping[str, Any], placement: Placement | Mapping[str, Any]) -> Verification:
    """Check a placement against a problem, independently of how it was made.

    Parameters
    ----------
    problem : as for `solve_placement`.
    placement : a `Placement`, or the same as plain data.

    Returns
    -------
    Verification
        `.violations` (empty if all rules hold), and cost, objective and scores recomputed.

    Raises
    ------
    ProblemError
        If the problem or the form of the placement has faults.
    """
    expanded = expand(checked_problem(problem))
    return verify(expanded.problem, placement if isinstance(placement, Placement) else placement_from(placement, expanded.described), expanded.digest)


def with_figures(expanded: Expanded, placement: Placement) -> Placement:
    """The placement with those figures that it does not state as the checker computes them; itself where it states all.

    Its status is then ``feasible`` or ``partial`` (what is missing is listed without a reason): nothing is known of a bound.
    """
    if not placement.unstated:
        return placement
    seen = verify(expanded.problem, placement, expanded.digest)
    units = seen.objective_units
    missing = unplaced_copies(expanded.problem, placement)
    status = Status.PARTIAL if missing and placement.copies else Status.UNKNOWN if missing else Status.FEASIBLE
    known = {
        "problem": expanded.digest,
        "status": status,
        "objective": None if units is None else units / OBJECTIVE_UNITS,
        "cost_per_hour": seen.cost_micro_usd / MICRO,
        "fitness": seen.scores,
        "unplaced": missing,
    }
    changed = {name: value for name, value in known.items() if name in placement.unstated}
    return placement.model_copy(update=changed)


def unplaced_copies(
    problem: Problem, placement: Placement, reasons: Iterable[Unplaced] = (), detail: str = "it does not run now"
) -> tuple[Unplaced, ...]:
    """The copies that a placement lacks, by model: the lowest priority first.

    Parameters
    ----------
    problem : expanded.
    reasons : why, where it is known.
    detail : what stands for the reason where it is not.
    """
    known = {left.model: left.reasons for left in reasons}
    models = {model.name: model for model in problem.models}
    placed, counted = Counter[str](), Counter[str]()
    for copy in placement.copies:
        if copy.model in models:
            placed[copy.model] += 1
            counted[copy.model] += counted_micro(models[copy.model], copy.mode)
    short = ((model, missing_copies(model, placed[model.name], counted[model.name])) for model in problem.models)
    unknown = (Reason(rule=UNKNOWN_REASON, detail=detail),)
    listed = [(model.priority, Unplaced(model=model.name, copies=count, reasons=known.get(model.name, unknown))) for model, count in short if count]
    return tuple(each for _, each in sorted(listed, key=lambda each: (each[0], each[1].model)))
