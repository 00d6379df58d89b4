"""What comes after the search, naming the answer's copies and checking it, and the time that it has to be left.

Measured, not assumed: the checker's work on the problem itself takes about as long as the compiler's (`problem`), each model what an
empty answer took (`models`), and each copy what a part of greedy's first plan took (`per_copy`). The search ends so much before the time limit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

from packing.compile.data import Compiled
from packing.solve.plan import Plan, make_plan

GRACE_S = 0.5
"""Seconds beyond the time limit after which even what always comes first (compilation, greedy's first plan) ends where it is."""
PER_COPY_S = 8e-6
"""Seconds for each copy until they are measured: few, since a plan that turns out to be too large can still be shortened."""
PER_MODEL_S = 1e-4
"""Seconds for each model until they are measured."""
FASTEST_S = 2e-6
"""Nothing that is done with a copy takes less: a clock that stood still is not believed."""
MARGIN = 1.2
"""What is kept, relative to what is expected: a reserve that is too small breaks the limit, one that is too large costs a little of the search."""
LARGE, SAMPLE = 5_000, 2_000
"""Copies from which on they are measured, and the copies that they are measured on."""
CHECKING = 3.5
"""Seconds for a copy in all, relative to what naming it takes."""


class Finishing:
    """Seconds that are kept for naming and checking the answer."""

    def __init__(self) -> None:
        self.problem = self.models = 0.0
        self.per_copy, self.copies = PER_COPY_S, 0
        self.name: Callable[[Plan], object] | None = None
        """Names the copies of a plan, as is done with the answer; None: nothing is named here."""

    @property
    def fixed(self) -> float:
        """Seconds whatever is placed: for the problem, and for each of its models."""
        return self.problem + self.models

    @property
    def seconds(self) -> float:
        """To be kept of the time limit."""
        return MARGIN * (self.fixed + self.copies * self.per_copy)

    def measure(self, plan: Plan) -> None:
        """The answer will be about as large as this plan, and each of its copies take as long as those of a part of it."""
        self.copies = sum(len(node.copies) for node in plan.nodes)
        if self.name is None or self.copies < LARGE:
            return
        part = first_copies(plan, SAMPLE)
        began = time.monotonic()
        self.name(Plan((), plan.value))
        between = time.monotonic()
        self.name(part)
        without, named = between - began, time.monotonic() - between
        self.models = CHECKING * without
        self.per_copy = max(FASTEST_S, CHECKING * (named - without) / max(1, sum(len(node.copies) for node in part.nodes)))

    def affordable(self, seconds: float) -> int:
        """Copies that can be named and checked in so many seconds."""
        if math.isinf(seconds):
            return MANY
        return max(0, math.floor((seconds - self.fixed) / self.per_copy))


def first_copies(plan: Plan, copies: int) -> Plan:
    """The plan's first nodes that have no more copies than this, together (its value is still the whole plan's)."""
    nodes, left = [], copies
    for node in plan.nodes:
        left -= len(node.copies)
        if left < 0:
            break
        nodes.append(node)
    return Plan(tuple(nodes), plan.value)


def shortened(compiled: Compiled, plan: Plan, copies: int) -> Plan:
    """A valid plan of no more copies than this: the first nodes; models that are to be in several zones stay whole or not at all."""
    kept = first_copies(plan, copies).nodes
    candidates, models = compiled.candidates, compiled.models
    lost = {candidates[index].model for node in plan.nodes[len(kept) :] for index, _ in node.copies}
    lost = {model for model in lost if models[model].min_zones > 1}
    if lost:
        rest = [(node, tuple(copy for copy in node.copies if candidates[copy[0]].model not in lost)) for node in kept]
        kept = tuple(node if len(left) == len(node.copies) else replace(node, copies=left) for node, left in rest)
    return make_plan(compiled, kept)


MANY = 2**62
"""More copies than there are: without a limit there is time for all."""
