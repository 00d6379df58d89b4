"""What each model could give up, stage by stage: the steps of a stage from the mildest to all that is allowed."""

from __future__ import annotations

from collections.abc import Sequence

from packing.act.shortage.concede import LEAST, another_precision, applied, further_precisions, slower_allowed
from packing.domain.demand import base_copies
from packing.domain.problem import Problem
from packing.domain.shortage import Concession, Level, Stage
from packing.domain.units import MICRO, exact, need
from packing.domain.words import Survive
from packing.domain.workload import Model

STAGES: tuple[Stage, ...] = tuple(stage for stage in Stage if stage is not Stage.REFUSAL)
"""Those that are tried one after the other; what is then still missing is refused."""


def reserve_of(problem: Problem, model: Model) -> Survive:
    """The reserve that the model has: its own, or the problem's."""
    return problem.survive if model.survive is None else model.survive


def least_copies(model: Model) -> int:
    """Copies that it asks for whatever its traffic, without a reserve."""
    return base_copies(model.model_copy(update={"survive": Survive.NONE}))


def undegraded(problem: Problem, model: Model, stage: Stage) -> Level:
    """What the model has before it gives anything up."""
    if stage is Stage.RESERVE:
        return str(reserve_of(problem, model))
    if stage is Stage.SPREAD:
        return model.min_zones
    if stage is Stage.COPIES:
        return max(model.traffic.requests_per_second) if model.traffic else 0.0
    if stage is Stage.ACCELERATORS:
        return 1.0
    if stage in {Stage.PRECISION, Stage.HOSTING}:
        return ()
    return least_copies(model)


def steps(problem: Problem, model: Model, stage: Stage) -> list[Level]:
    """Levels of a stage from the mildest on; empty where the model has nothing to give, or may not.

    Of copies only the last step: how many are needed is what the solver says.
    """
    if stage is Stage.RESERVE:
        return [str(Survive.NONE)] if reserve_of(problem, model) is not Survive.NONE else []
    if stage is Stage.SPREAD:
        return []  # only what runs concedes it (`packing.act.shortage.api`)
    if stage is Stage.COPIES:
        return [LEAST if model.copies.min else 0.0] if model.peak_micro > 1 else []
    if stage is Stage.ACCELERATORS:
        return _factors(model) if slower_allowed(model) else []
    if stage is Stage.PRECISION:
        return _prefixes(further_precisions(model))
    if stage is Stage.HOSTING:
        return _prefixes(tuple(str(option) for option in model.degrade.hosting if option not in model.hosting))
    return [0] if model.degrade.scale_to_zero and model.copies.min else []


def _factors(model: Model) -> list[Level]:
    """Factors at which one mode more comes within the SLO, and the largest one."""
    most, factors = model.degrade.latency_factor, {model.degrade.latency_factor}
    pairs = [(mode.ttft_ms, model.slo.ttft_ms, mode.tpot_ms, model.slo.tpot_ms) for mode in (*model.modes, *model.degrade.modes)]
    for ttft, ttft_limit, tpot, tpot_limit in pairs:
        needed = max(_ratio(ttft, ttft_limit), _ratio(tpot, tpot_limit), 1.0)
        if needed <= most:
            factors.add(needed)
    if all(another_precision(model, mode) for mode in model.degrade.modes):
        factors.discard(1.0)
    return sorted(factors)


def _ratio(figure: float | None, limit: float | None) -> float:
    """A factor that surely makes the limit reach the figure, rounded up to six digits; 1 where either is not stated."""
    if figure is None or limit is None or figure <= limit:
        return 1.0
    if limit == 0:
        return float("inf")
    factor = need(exact(figure) / exact(limit), MICRO) / MICRO
    return factor if limit * factor >= figure else factor + 1 / MICRO


def _prefixes(names: tuple[str, ...]) -> list[Level]:
    return [names[:count] for count in range(1, len(names) + 1)]


class Concessions:
    """Who has given up what, while it is being found out. Immutable: every change gives a new one.

    `problem` : as it was before anything was given up, with all modes filled in (`pinned`).
    """

    def __init__(self, problem: Problem, levels: dict[tuple[str, Stage], Level] | None = None) -> None:
        self.problem = problem
        self._levels = levels or {}
        self._models = {model.name: model for model in problem.models}

    def but(self, changes: dict[tuple[str, Stage], Level | None]) -> Concessions:
        """With these levels; None: not given up."""
        merged = {**self._levels, **changes}
        return Concessions(self.problem, {key: level for key, level in merged.items() if level is not None})

    def level(self, name: str, stage: Stage) -> Level | None:
        """What the model has given up in the stage; None: nothing."""
        return self._levels.get((name, stage))

    def of_stage(self, names: list[str], stage: Stage) -> list[str]:
        """Those of the models that have given something up in the stage."""
        return [name for name in names if (name, stage) in self._levels]

    def apply(self, priority: int | None = None) -> Problem:
        """The problem with these concessions; `priority`: only its models of this priority and above."""
        kept = self.problem.models if priority is None else tuple(model for model in self.problem.models if model.priority >= priority)
        names = {model.name for model in kept}
        by_model: dict[str, list[Concession]] = {}
        for each in self.all():
            if each.model in names:
                by_model.setdefault(each.model, []).append(each)
        return applied(self.problem.model_copy(update={"models": kept}), by_model)

    def without(self, names: Sequence[str]) -> Concessions:
        """Those of all other models."""
        return Concessions(self.problem, {key: level for key, level in self._levels.items() if key[0] not in names})

    def all(self) -> tuple[Concession, ...]:
        """As data: in the order in which they are given up, the lowest priority first, then by stage and name."""
        found = [
            Concession.model_validate({"model": name, "stage": stage, "from": undegraded(self.problem, self._models[name], stage), "to": level})
            for (name, stage), level in self._levels.items()
        ]
        return tuple(sorted(found, key=lambda each: (self._models[each.model].priority, each.stage.severity, each.model)))
