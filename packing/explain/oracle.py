"""One problem, asked many times: would it have a complete placement if these changes were made, proven or not known."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cached_property

from packing.describe.expand import Expanded, expand
from packing.domain.demand import fewest_copies
from packing.domain.problem import Problem
from packing.domain.weights import Weights
from packing.explain.conditions import Change, Condition, apply_changes, conditions, dropped
from packing.explain.decide import Decision, decide
from packing.solve.api import MANY, solve_placement
from packing.solve.context import SearchContext
from packing.solve.result import Result

SOLVE = 0.4
"""Part of the time of a question for finding the best placement where it is known that there is one: its cost is wanted, not its proof."""
FEW = 40
"""Copies up to which the exact formulation alone is quicker than all that `auto` tries before it (measured: four times)."""


def strategy_for(problem: Problem) -> str:
    """The strategy for an expanded problem of this size."""
    return "cp_sat" if sum(fewest_copies(model) for model in problem.models) <= FEW else "auto"


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
        self.questions = 0

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
        """Whether the problem with these changes has a complete placement."""
        key = frozenset(changes)
        known = self._known.get(key)
        if known is None and not self.out_of_time:
            self.questions += 1
            limits = SearchContext(min(self.seconds, self.clock.remaining()), self.clock.seed, cancel=self.cancel)
            known = decide(self.changed(key), limits)
            if known.complete is not None:
                self._known[key] = known
        return known or Decision(None)

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
        return self.decide(change for condition, change in self.drops.items() if condition not in held).complete

    def dropping(self, left: Iterable[Condition]) -> bool | None:
        """Whether there is a complete placement when these conditions are dropped and all others hold."""
        return self.decide(self.drops[condition] for condition in left).complete
