"""A placement that falls short, read as a complete answer to a smaller demand."""

from __future__ import annotations

from packing.act.shortage.concede import LEAST, conceded
from packing.act.shortage.ladder import Concessions, least_copies, reserve_of
from packing.act.shortage.settle import NOTHING, placed_of
from packing.describe import expand
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.shortage import Level, Stage
from packing.domain.units import MICRO
from packing.domain.words import Status, Survive
from packing.errors import InternalError
from packing.solve.result import Result
from packing.verify import Verification, verify


def as_placed(problem: Problem, given: Concessions, result: Result) -> Concessions:
    """What every model that is short in the result gives up on top, so that the result is all that it asks for."""
    models = {model.name: model for model in problem.models}
    placed = placed_of(result)
    for each in result.unplaced:
        model, mine = models[each.model], placed.get(each.model, NOTHING)
        changes: dict[tuple[str, Stage], Level | None] = {}
        if mine.copies < least_copies(model):
            changes[model.name, Stage.SCALE_TO_ZERO if model.degrade.scale_to_zero else Stage.REFUSAL] = mine.copies
        elif reserve_of(problem, model) is not Survive.NONE:
            changes[model.name, Stage.RESERVE] = str(Survive.NONE)
        if model.peak_micro and mine.rate < model.peak_micro:
            changes[model.name, Stage.COPIES] = max(mine.rate / MICRO, LEAST if mine.copies else 0.0)
        given = given.but(changes)
    return given


def tightened(problem: Problem, given: Concessions, result: Result) -> Concessions:
    """No more of its traffic is given up by a model than what its copies in a complete result do not serve."""
    placed = placed_of(result)
    for model in problem.models:
        level = given.level(model.name, Stage.COPIES)
        if level is None:
            continue
        mine = placed.get(model.name, NOTHING)
        below = [given.level(model.name, stage) for stage in (Stage.SCALE_TO_ZERO, Stage.REFUSAL)]
        no_reserve = reserve_of(problem, model) is Survive.NONE or given.level(model.name, Stage.RESERVE) is not None or below != [None, None]
        if 0 in below:
            given = given.but({(model.name, Stage.COPIES): None})
        elif no_reserve and isinstance(level, int | float) and mine.rate / MICRO > level:
            given = given.but({(model.name, Stage.COPIES): None if mine.rate >= model.peak_micro else mine.rate / MICRO})
    return given


def restated(problem: Problem, given: Concessions, placement: Placement) -> tuple[Placement, Problem, Verification]:
    """The same nodes and copies as an answer to the problem with the concessions; its figures are the checker's own.

    Raises
    ------
    InternalError
        If the checker refuses it.
    """
    smaller = conceded(problem, given.all())
    expanded = expand(smaller)
    status = Status.FEASIBLE
    blank = placement.model_copy(update={"problem": expanded.digest, "status": status, "bound": None, "gap": None, "unplaced": ()})
    seen = verify(expanded.problem, blank)
    units = seen.objective_units
    figures = {
        "objective": None if units is None else units / OBJECTIVE_UNITS,
        "cost_per_hour": seen.cost_micro_usd / MICRO,
        "fitness": seen.scores,
    }
    stated = blank.model_copy(update=figures)
    checked = verify(expanded.problem, stated, expanded.digest)
    if not checked.ok:
        wrong = "\n".join(str(each) for each in checked.violations[:10])
        raise InternalError(f"a placement that falls short is no answer to the smaller demand (a defect, please report it with the input):\n{wrong}")
    return stated, smaller, checked
