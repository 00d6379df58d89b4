"""Concessions applied to a problem: a pure function, and none of them gives the problem back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from packing.act.shortage.pin import pinned, slower
from packing.domain.problem import Problem
from packing.domain.shortage import Concession, Stage
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Survive
from packing.domain.workload import Copies, Mode, Model, Traffic
from packing.errors import Fault, ProblemError

LEAST = 1 / MICRO
"""Requests/s: as good as none, but its slots are still slots with traffic, in which a copy is resident."""


def conceded(problem: Problem, concessions: Iterable[Concession]) -> Problem:
    """The problem in which models ask for no more than their concessions leave.

    Parameters
    ----------
    problem : as the user states it; it is not changed.
    concessions : in any order; at most one of a stage for each model.

    Returns
    -------
    Problem
        A problem like any other, which can be written to a file, solved and checked; all its modes are filled in, so that who asks for less
        is not offered other modes for it. Without concessions: `problem` itself.

    Raises
    ------
    ProblemError
        Where a concession names a model that does not exist, or gives up what the model's `degrade` does not allow.
    """
    by_model: dict[str, list[Concession]] = {}
    for each in concessions:
        by_model.setdefault(each.model, []).append(each)
    if not by_model:
        return problem
    return applied(pinned(problem), by_model)


def applied(problem: Problem, by_model: Mapping[str, Sequence[Concession]]) -> Problem:
    """The same for a problem of which all modes are given (`pinned`)."""
    known = {model.name: model for model in problem.models}
    faults = [fault for name, mine in by_model.items() for fault in _faults(known.get(name), mine)]
    if faults:
        raise ProblemError(faults)
    models = tuple(degraded(model, by_model[model.name]) if model.name in by_model else model for model in problem.models)
    return problem.model_copy(update={"models": models})


def degraded(model: Model, concessions: Iterable[Concession]) -> Model:
    """One model with its concessions, the mildest first."""
    changes: dict[str, Any] = {}
    for each in sorted(concessions, key=lambda concession: concession.stage.severity):
        changes |= _CHANGES[each.stage](model.model_copy(update=changes), each.after)
    return model.model_copy(update=changes)


def _reserve(_model: Model, _to: Any) -> dict[str, Any]:
    return {"survive": Survive.NONE}


def _spread(model: Model, to: Any) -> dict[str, Any]:
    """In `to` zones; it asks for as many copies as before, one for each zone among them."""
    least = max(model.copies.min, model.min_zones) if model.copies.min else 0
    most = model.copies.max
    return {"min_zones": int(to), "copies": Copies(min=least if most is None else min(least, most), max=most)}


def _copies(model: Model, to: Any) -> dict[str, Any]:
    """No slot asks for more than `to` requests/s."""
    traffic = model.traffic
    if traffic is None:
        return {}
    served = tuple(min(rate, float(to)) for rate in traffic.requests_per_second)
    return {"traffic": Traffic(requests_per_second=served, input_tokens=traffic.input_tokens, output_tokens=traffic.output_tokens)}


def _accelerators(model: Model, to: Any) -> dict[str, Any]:
    further = tuple(mode for mode in model.degrade.modes if not another_precision(model, mode))
    return {"slo": slower(model.slo, float(to)), "modes": (*model.modes, *further)}


def _precision(model: Model, to: Any) -> dict[str, Any]:
    return {"modes": (*model.modes, *(mode for mode in model.degrade.modes if another_precision(model, mode) and mode.precision in to))}


def another_precision(model: Model, mode: Mode) -> bool:
    """Whether the mode is in a precision that the model does not ask for."""
    return mode.precision is not None and mode.precision not in model.precision


def _hosting(model: Model, to: Any) -> dict[str, Any]:
    allowed = {*model.hosting, *(Hosting(option) for option in to)}
    return {"hosting": tuple(option for option in Hosting if option in allowed)}


def _fewer(model: Model, to: Any) -> dict[str, Any]:
    """At least `to` copies, and no reserve beside them. With fewer copies than zones each has its own, so that there must not be more of them."""
    least = int(to)
    most = least if least < model.min_zones else model.copies.max
    spread = max(1, min(model.min_zones, least))
    changes: dict[str, Any] = {"copies": Copies(min=least, max=most), "min_zones": spread, "survive": Survive.NONE}
    if least == 0 and model.traffic is not None:
        changes |= _copies(model, 0.0)
    return changes


_CHANGES: dict[Stage, Callable[[Model, Any], dict[str, Any]]] = {
    Stage.RESERVE: _reserve,
    Stage.SPREAD: _spread,
    Stage.COPIES: _copies,
    Stage.ACCELERATORS: _accelerators,
    Stage.PRECISION: _precision,
    Stage.HOSTING: _hosting,
    Stage.SCALE_TO_ZERO: _fewer,
    Stage.REFUSAL: _fewer,
}


def further_precisions(model: Model) -> tuple[str, ...]:
    """Precisions that it may be given in a shortage, the one that is missed least first."""
    return tuple(dict.fromkeys(mode.precision for mode in model.degrade.modes if mode.precision and another_precision(model, mode)))


def slower_allowed(model: Model) -> bool:
    """Whether stage `accelerators` can change anything."""
    limits = model.slo.ttft_ms is not None or model.slo.tpot_ms is not None
    return (model.degrade.latency_factor > 1 and limits) or any(not another_precision(model, mode) for mode in model.degrade.modes)


def _faults(model: Model | None, concessions: Sequence[Concession]) -> Iterable[Fault]:
    for each in concessions:
        where = f"concessions[{each.model}].{each.stage}"
        if model is None:
            yield Fault("unknown_name", where, each.model, "The problem has no such model.", "Leave this concession out.")
        elif sum(other.stage is each.stage for other in concessions) > 1:
            yield Fault("duplicate_name", where, each.model, "The model has two concessions of one stage.", "Leave one of them out.")
        elif not _allowed(model, each):
            yield Fault("bad_value", where, str(each.after), "The model's degrade does not allow this.", "Leave it out, or allow it under degrade.")


def _allowed(model: Model, concession: Concession) -> bool:
    to, stage = concession.after, concession.stage
    if stage is Stage.RESERVE:
        return to == Survive.NONE
    if stage is Stage.PRECISION:
        return isinstance(to, tuple) and set(to) <= set(further_precisions(model))
    if stage is Stage.HOSTING:
        return isinstance(to, tuple) and set(to) <= {str(option) for option in model.degrade.hosting}
    if isinstance(to, str | tuple) or to < 0:
        return False
    if stage is Stage.SPREAD:
        return isinstance(to, int) and 1 <= to < model.min_zones
    if stage is Stage.COPIES:
        return True
    if stage is Stage.ACCELERATORS:
        return 1 <= to <= model.degrade.latency_factor
    return isinstance(to, int) and to <= model.copies.min + model.min_zones and (stage is Stage.REFUSAL or model.degrade.scale_to_zero)
