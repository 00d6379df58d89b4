"""Modes filled in once, those of a shortage included, so that every question speaks of the same modes, and is quick."""

from __future__ import annotations

from packing.describe import expand
from packing.domain.problem import Problem
from packing.domain.workload import Degrade, Mode, Model, Slo


def pinned(problem: Problem, filled: Problem | None = None) -> Problem:
    """The problem with the modes of every model; what a model could run in when it gives something up is in its `degrade.modes`.

    Modes are derived for the model's whole traffic and SLO, and once more for the slowest latency and all precisions that it allows. A
    problem of which all modes are given only gets the fleet's instance types, and the reserve of models that state none. `filled`: the
    expanded problem, where it is known.
    """
    filled = expand(problem).problem if filled is None else filled
    deriving = {model.name for model in problem.models if not model.modes and model.architecture is not None}
    relaxed = {model.name: _relaxed(model) for model in problem.models if model.name in deriving and _allows_modes(model)}
    if not deriving:
        return filled
    further: dict[str, tuple[Mode, ...]] = {}
    if relaxed:
        models = tuple(relaxed.get(model.name, model) for model in problem.models)
        further = {model.name: model.modes for model in expand(problem.model_copy(update={"models": models})).problem.models}
    return filled.model_copy(update={"models": tuple(_with(model, further.get(model.name, ()), model.name in deriving) for model in filled.models)})


def _allows_modes(model: Model) -> bool:
    return model.degrade.latency_factor > 1 or bool(model.degrade.precision)


def _relaxed(model: Model) -> Model:
    precision = (*model.precision, *(name for name in model.degrade.precision if name not in model.precision))
    return model.model_copy(update={"slo": slower(model.slo, model.degrade.latency_factor), "precision": precision, "degrade": Degrade()})


def slower(slo: Slo, factor: float) -> Slo:
    """Limits that many times as long."""
    ttft, tpot = (None if limit is None else min(limit * factor, 1e9) for limit in (slo.ttft_ms, slo.tpot_ms))
    return Slo(ttft_ms=ttft, tpot_ms=tpot)


def _with(model: Model, further: tuple[Mode, ...], derived: bool) -> Model:
    if not derived:
        return model
    names = (*model.precision, *model.degrade.precision)
    new = [mode for mode in further if mode not in model.modes]
    new.sort(key=lambda mode: names.index(mode.precision) if mode.precision in names else len(names))
    modes = (*model.degrade.modes, *new)
    return model.model_copy(update={"degrade": model.degrade.model_copy(update={"modes": modes, "precision": ()})})
