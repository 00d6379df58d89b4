"""How models may be hosted, and what multi-model endpoints ask of them."""

# ruff: noqa: ARG002 - every kind is asked in the same way, and not all need everything

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil

from packing.describe.expand import Expanded
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.units import exact
from packing.domain.words import Hosting
from packing.domain.workload import Model
from packing.explain.conditions.kind import Change, Condition, Kind, ModelKind, Plain, model_of, number

MOST_RATIOS = 64
"""Size ratios that are tried."""


class HostingOptions(ModelKind):
    """`hosting`."""

    name, rule, grade, ordered = "hosting", Rule.HOSTING, 1, False

    def value(self, model: Model) -> Plain:
        """What it allows, where that is not everything."""
        return tuple(str(each) for each in model.hosting) if set(model.hosting) < set(Hosting) else None

    def relaxed(self, model: Model, new: Plain) -> Model:
        """Other hosting options."""
        assert isinstance(new, tuple)
        return model.model_copy(update={"hosting": tuple(Hosting(each) for each in new)})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One option more, each of them in turn; then all."""
        assert isinstance(condition.value, tuple)
        now = condition.value
        more = [tuple(str(each) for each in Hosting if str(each) in now or each is extra) for extra in Hosting if str(extra) not in now]
        everything = tuple(str(each) for each in Hosting)
        return (*(each for each in more if each != everything), everything)

    def sentence(self, condition: Condition) -> str:
        """E.g. "B only as single_model"."""
        assert isinstance(condition.value, tuple)
        return f"{condition.target} only as {' or '.join(condition.value)}"

    def change_sentence(self, change: Change) -> str:
        """E.g. "allow B as inference_component, too"."""
        assert isinstance(change.new, tuple)
        assert isinstance(change.old, tuple)
        return f"allow {change.target} as {' and '.join(each for each in change.new if each not in change.old)}, too"


class Streaming(ModelKind):
    """`streaming: true`, which multi-model endpoints do not offer."""

    name, rule, grade = "streaming", Rule.STREAMING, 2

    def value(self, model: Model) -> Plain:
        """True where it streams."""
        return True if model.streaming else None

    def relaxed(self, model: Model, new: Plain) -> Model:
        """The model without streaming."""
        return model.model_copy(update={"streaming": bool(new)})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """Without."""
        return (False,)

    def sentence(self, condition: Condition) -> str:
        """E.g. "B streams its responses"."""
        return f"{condition.target} streams its responses"

    def change_sentence(self, change: Change) -> str:
        """E.g. "B without streaming"."""
        return f"{change.target} without streaming"


class ColdStart(ModelKind):
    """`cold_start_s`, where it is too short for a multi-model endpoint."""

    name, rule, grade = "cold_start", Rule.COLD_START, 2

    def value(self, model: Model) -> Plain:
        """Seconds that are tolerated, where a mode would take longer."""
        return model.cold_start_s if self._longer(model) else None

    @staticmethod
    def _longer(model: Model) -> list[float]:
        loads = {1.0 if mode.load_s is None and not model.cold_start_s else mode.load_s or 0.0 for mode in model.modes}
        return sorted(load for load in loads if load > model.cold_start_s)

    def relaxed(self, model: Model, new: Plain) -> Model:
        """Another tolerated wait."""
        return model.model_copy(update={"cold_start_s": number(new)})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """What its modes take to load."""
        return tuple(self._longer(model_of(expanded, condition)))

    def sentence(self, condition: Condition) -> str:
        """E.g. "B waits at most 0 s for a load"."""
        return f"{condition.target} waits at most {condition.value:g} s for a load"

    def change_sentence(self, change: Change) -> str:
        """E.g. "cold start of B 30 s instead of 0"."""
        return f"cold start of {change.target} {change.new:g} s instead of {change.old:g}"


class OneFramework(Kind):
    """One framework for all models of a multi-model endpoint."""

    name, rule, grade = "framework", Rule.FRAMEWORK, 1

    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """One for the whole problem, where frameworks differ."""
        if len({model.framework for model in expanded.problem.models}) > 1:
            yield Condition(self.name, "", True)

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """All alike."""
        return (False,)

    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """No model states a framework."""
        return problem.model_copy(update={"models": tuple(model.model_copy(update={"framework": None}) for model in problem.models)})

    def sentence(self, condition: Condition) -> str:
        """In words."""
        return "one framework for all models of a multi-model endpoint"

    def change_sentence(self, change: Change) -> str:
        """In words."""
        return "one framework for all models"


class SizeRatio(Kind):
    """`multi_model_size_ratio`."""

    name, rule, grade = "size_ratio", Rule.SIZE_RATIO, 1

    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """One for the whole problem, where sizes differ by more."""
        ratio = expanded.problem.multi_model_size_ratio
        if self._larger(expanded.problem):
            yield Condition(self.name, "", ratio)

    @staticmethod
    def _larger(problem: Problem) -> list[float]:
        sizes = sorted({mode.size for model in problem.models for mode in model.modes if mode.accelerators <= 1 and mode.size})
        allowed = exact(problem.multi_model_size_ratio)
        ratios = {Fraction(large, small) for small in sizes for large in sizes if Fraction(large, small) > allowed}
        return sorted({ceil(ratio * 100) / 100 for ratio in ratios})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """Ratios that let two more models together, rounded up to hundredths."""
        ratios = self._larger(expanded.problem)
        return tuple(ratios if len(ratios) <= MOST_RATIOS else [*ratios[:: -(-len(ratios) // MOST_RATIOS)], ratios[-1]])

    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """Another ratio."""
        return problem.model_copy(update={"multi_model_size_ratio": number(new)})

    def sentence(self, condition: Condition) -> str:
        """In words."""
        return f"models of one multi-model endpoint differ in size by at most a factor of {condition.value:g}"

    def change_sentence(self, change: Change) -> str:
        """In words."""
        return f"multi_model_size_ratio {change.new:g} instead of {change.old:g}"
