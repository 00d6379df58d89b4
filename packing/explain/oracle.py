"""One problem, asked many times: would it have a complete placement if these changes were made, proven or not known."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import cached_property

from packing.describe.expand import Expanded, expand
from packing.domain.demand import fewest_copies
from packing.domain.problem import Problem
from packing.domain.weights import Weights
from packing.explain.conditions import KINDS, Change, Condition, apply_changes, conditions, dropped
from packing.explain.conditions.kind import ModelKind
from packing.explain.decide import Decision, decide, quickly
from packing.solve.api import MANY, solve_placement
from packing.solve.context import SearchContext
from packing.solve.result import Result
from packing.solve.sizes import EXACT_ALONE

SOLVE = 0.4
"""Part of the time of a question for finding the best placement where it is known that there is one: its cost is wanted, not its proof."""
DEMANDS = frozenset({"copies", "throughput"})
"""Kinds of conditions without which a model asks for no copy."""


def strategy_for(problem: Problem) -> str:
    """The strategy for an expanded problem of this size."""
    return "cp_sat" if sum(fewest_copies(model) for model in problem.models) <= EXACT_ALONE else "auto"


class Oracle:
    """Answers are remembered; each is proven both ways, or None.

    Parameters
    ----------
    problem : as described (not expanded): changes are made to what its owner wrote.
    clock : all questions together end when this context does.
    seconds : for any one question.
    cancel : set by the caller to end what is going on; the clock should know it, too.
    """

    def __init__(self, problem: Problem, clock: SearchContext, seconds: float, cancel: threading.Event | None = None) -> None:
        self.expanded: Expanded = expand(problem)
        self.clock, self.seconds, self.cancel = clock, seconds, cancel
        self.strategy = strategy_for(self.expanded.problem)
        self._known: dict[frozenset[Change], Decision] = {}
        self._answers: dict[frozenset[Change], bool] = {}
        self._quick: dict[frozenset[Change], bool] = {}
        self.questions = 0
        self.suspects: frozenset[str] = frozenset()
        """Models that a good placement leaves copies out of."""

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of the problem, in the order in which explanations prefer them."""
        return conditions(self.expanded)

    @cached_property
    def drops(self) -> dict[Condition, Change]:
        """For each condition the change after which it asks for nothing any more."""
        return {each: dropped(self.expanded, each) for each in self.conditions}

    @property
    def out_of_time(self) -> bool:
        """Whether the clock has run out, or somebody cancelled it."""
        return self.clock.cancelled or self.clock.remaining() <= 0

    def changed(self, changes: Iterable[Change]) -> Expanded:
        """The problem with these changes, ready to be solved."""
        made = tuple(changes)
        return expand(apply_changes(self.expanded.described, made)) if made else self.expanded

    def decide(self, changes: Iterable[Change]) -> Decision:
        """Whether the problem with these changes has a complete placement; where it has, with a witness."""
        made = frozenset(changes)
        known = self._known.get(made)
        if known is None:
            known = self._ask(lambda: self.changed(made))
            if known.complete is not None:
                self._known[made], self._answers[made] = known, known.complete
        return known

    def quickly(self, changes: Iterable[Change]) -> bool:
        """Whether a greedy pass alone places everything with these changes: it does not depend on the clock."""
        made = frozenset(changes)
        if made not in self._quick:
            known = self._known.get(made) or quickly(self.changed(made))
            self._quick[made] = known.complete is True
            if known.complete:
                self._known[made], self._answers[made] = known, True
        return self._quick[made]

    def _ask(self, problem: Callable[[], Expanded]) -> Decision:
        if self.out_of_time:
            return Decision(None)
        self.questions += 1
        limits = SearchContext(min(self.seconds, self.clock.remaining()), self.clock.seed, cancel=self.cancel)
        return decide(problem(), limits)

    def solve(self, changes: Iterable[Change], weights: Weights | None = None, seconds: float | None = None) -> Result:
        """The best placement found of the problem with these changes, under other weights or for another time if any are given."""
        seconds = min(self.seconds * SOLVE if seconds is None else seconds, self.clock.remaining())
        apart = self.expanded.problem.models[MANY:] != ()
        described = apply_changes(self.expanded.described, changes)
        if weights is not None:
            described = described.model_copy(update={"weights": weights})
        return solve_placement(described, time_limit=seconds, seed=self.clock.seed, cancel=self.cancel, processes=apart, strategy=self.strategy)

    def keeping(self, kept: Iterable[Condition]) -> bool | None:
        """Whether these conditions can hold together when all others are dropped."""
        held = set(kept)
        asking = {condition.target for condition in held if condition.kind in DEMANDS}
        if not asking:
            return True  # nothing is asked for, and nothing has to be placed
        dropped = frozenset(change for condition, change in self.drops.items() if condition not in held)
        if dropped not in self._answers:
            answer = self._ask(lambda: self._only(asking, dropped)).complete
            if answer is None:
                return None
            self._answers[dropped] = answer
        return self._answers[dropped]

    def dropping(self, left: Iterable[Condition]) -> bool | None:
        """Whether there is a complete placement when these conditions are dropped and all others hold."""
        gone = set(left)
        return self.keeping(condition for condition in self.conditions if condition not in gone)

    def _only(self, asking: set[str], changes: frozenset[Change]) -> Expanded:
        """The problem with these changes, without the models that ask for nothing: it is smaller, and the answer is the same."""
        left = tuple(model for model in self.expanded.described.models if model.name in asking)
        rest = self.expanded.described.model_copy(update={"models": left})
        return expand(apply_changes(rest, (each for each in changes if each.target in asking or not isinstance(KINDS[each.kind], ModelKind))))
