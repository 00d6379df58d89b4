"""A placement that falls short, read as a complete answer to a smaller demand."""

from __future__ import annotations

from collections.abc import Callable

from packing.act.shortage.concede import LEAST, another_precision
from packing.act.shortage.ladder import Concessions, least_copies, reserve_of
from packing.act.shortage.losses import Running, running
from packing.act.shortage.settle import NOTHING, Placed, placed_of
from packing.compile.fit import latency_refusal
from packing.describe import expand
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.shortage import Level, Stage
from packing.domain.units import MICRO
from packing.domain.words import Status, Survive
from packing.domain.workload import Model
from packing.errors import InternalError
from packing.solve.result import Result
from packing.verify import Verification, verify


def as_placed(given: Concessions, result: Result) -> Concessions:
    """What every model that is short in the result gives up on top, so that the result is all that it asks for."""
    problem = given.problem
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


def tightened(given: Concessions, result: Result) -> Concessions:
    """Without what a complete result makes no use of: traffic that is served all the same, and slower modes, precisions and hosting options."""
    placed, now = placed_of(result), running(result.placement)
    for model in given.problem.models:
        mine = now.get(model.name, Running())
        if _in_reserve(given, model):
            continue  # what a copy counts for depends on which modes there are
        unused = [stage for stage in USES if given.level(model.name, stage) is not None and not USES[stage](model, mine)]
        given = given.but({(model.name, stage): None for stage in unused}) if unused else given
        if given.level(model.name, Stage.COPIES) is not None:
            given = given.but({(model.name, Stage.COPIES): _served(given, model, placed.get(model.name, NOTHING))})
    return given


def _served(given: Concessions, model: Model, mine: Placed) -> Level | None:
    """Requests/s that are served at the peak; None: all."""
    level = given.level(model.name, Stage.COPIES)
    below = [given.level(model.name, stage) for stage in (Stage.SCALE_TO_ZERO, Stage.REFUSAL)]
    if 0 in below:
        return None  # it goes without copies: that says it all
    if not isinstance(level, int | float) or mine.rate / MICRO <= level:
        return level
    return None if mine.rate >= model.peak_micro else mine.rate / MICRO


def _in_reserve(given: Concessions, model: Model) -> bool:
    """Whether the model still has the reserve that it asked for."""
    lost = (Stage.RESERVE, Stage.SCALE_TO_ZERO, Stage.REFUSAL)
    return reserve_of(given.problem, model) is not Survive.NONE and all(given.level(model.name, stage) is None for stage in lost)


def _runs_slower(model: Model, now: Running) -> bool:
    own = [copy.mode for copy in now.copies if not another_precision(model, copy.mode)]
    return any(latency_refusal(model, copy.mode) for copy in now.copies) or any(mode not in model.modes for mode in own)


def _runs_in_another_precision(model: Model, now: Running) -> bool:
    return any(another_precision(model, copy.mode) and copy.mode not in model.modes for copy in now.copies)


def _hosted_otherwise(model: Model, now: Running) -> bool:
    return bool(now.hostings - {str(option) for option in model.hosting})


def _in_fewer_zones(model: Model, now: Running) -> bool:
    return len(now.zones) < min(model.min_zones, len(now.copies))


USES: dict[Stage, Callable[[Model, Running], bool]] = {
    Stage.SPREAD: _in_fewer_zones,
    Stage.ACCELERATORS: _runs_slower,
    Stage.PRECISION: _runs_in_another_precision,
    Stage.HOSTING: _hosted_otherwise,
}


def is_answer(problem: Problem, result: Result) -> bool:
    """Whether the nodes and copies of a result are a complete answer to this problem."""
    _, checked = _restated(problem, result)
    return checked.ok and not any(copies for _, copies in checked.missing)


def restated(problem: Problem, result: Result) -> tuple[Placement, Verification]:
    """The nodes and copies of a result as a complete answer to this problem. What has to be said anew, the checker's figures say.

    Raises
    ------
    InternalError
        If the checker refuses it.
    """
    placement, checked = _restated(problem, result)
    if not checked.ok or any(copies for _, copies in checked.missing):
        wrong = "\n".join(str(each) for each in checked.violations[:10])
        raise InternalError(f"a placement that falls short is no answer to the smaller demand (a defect, please report it with the input):\n{wrong}")
    return placement, checked


def _restated(problem: Problem, result: Result) -> tuple[Placement, Verification]:
    expanded = expand(problem)
    placement = result.placement
    if expanded.digest != result.digest:
        blank = placement.model_copy(
            update={"problem": expanded.digest, "status": Status.FEASIBLE, "bound": None, "gap": None, "unplaced": (), "conceded": ()}
        )
        seen = verify(expanded.problem, blank)
        units = seen.objective_units
        objective = None if units is None else units / OBJECTIVE_UNITS
        figures = {"objective": objective, "cost_per_hour": seen.cost_micro_usd / MICRO, "fitness": seen.scores}
        placement = blank.model_copy(update=figures)
    return placement, verify(expanded.problem, placement, expanded.digest)
