"""What a condition is, and what each kind of it has to say: a new rule is one more class with these five methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from packing.describe.expand import Expanded
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.workload import Model

Plain = str | int | float | bool | tuple[str, ...] | None
"""What conditions and changes hold: data that a file could hold."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that the problem asks for or limits, and that could be asked for less.

    Parameters
    ----------
    kind : name of its kind, one of `packing.explain.conditions.KINDS`.
    target : of what: a model, a pool, a tenant, two tenants, …; empty for the whole problem.
    value : what the problem says.
    """

    kind: str
    target: str
    value: Plain


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a problem replaced by another.

    Parameters
    ----------
    kind, target : as of the condition.
    old, new : the value before and after; None: no limit.
    """

    kind: str
    target: str
    old: Plain
    new: Plain


class Kind(ABC):
    """One kind of condition."""

    name: ClassVar[str]
    rule: ClassVar[Rule]
    """The rule of docs/rules.md that it belongs to."""
    grade: ClassVar[int]
    """What is given up with it: 0 nothing (more is bought), 1 how models are run, 2 what is promised, 3 who is kept apart."""
    ordered: ClassVar[bool] = True
    """Whether each step asks for no more than the one before, so that the least one that works can be found by halving."""

    rederives: ClassVar[bool] = False
    """Whether modes that are derived may be other ones after each step: what a smaller step allows is then not always allowed by a larger."""

    @abstractmethod
    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """All conditions of this kind in a problem."""

    @abstractmethod
    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """Values that ask for less, the least change first; with the last one the condition asks for nothing any more."""

    def last(self, expanded: Expanded, condition: Condition) -> Plain:
        """The last step, with which the condition asks for nothing any more; where the others are dear to find, it is said directly."""
        return self.steps(expanded, condition)[-1]

    @abstractmethod
    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """The problem with the new value; everything else as it was."""

    @abstractmethod
    def sentence(self, condition: Condition) -> str:
        """The condition in words."""

    @abstractmethod
    def change_sentence(self, change: Change) -> str:
        """The change in words."""


class ModelKind(Kind):
    """A kind of which each model has at most one: its target is the model's name."""

    @abstractmethod
    def value(self, model: Model) -> Plain:
        """What the model says; None: it asks for nothing of this kind."""

    @abstractmethod
    def relaxed(self, model: Model, new: Plain) -> Model:
        """The model with the new value."""

    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """One for each model that asks for it."""
        for model in expanded.problem.models:
            value = self.value(model)
            if value is not None:
                yield Condition(self.name, model.name, value)

    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """The problem with this model changed."""
        models = tuple(self.relaxed(model, new) if model.name == target else model for model in problem.models)
        return problem.model_copy(update={"models": models})


def model_of(expanded: Expanded, condition: Condition) -> Model:
    """The expanded model that a condition is about."""
    return next(model for model in expanded.problem.models if model.name == condition.target)


def whole(value: Plain) -> int:
    """A value that is known to be a whole number."""
    assert isinstance(value, int)
    return value


def number(value: Plain) -> float:
    """A value that is known to be a number."""
    assert isinstance(value, int | float)
    return float(value)
