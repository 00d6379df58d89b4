"""A plan: what the strategies hand round. Nodes with the copies on them, by index into `Compiled`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from packing.compile.data import Compiled, ModelData
from packing.domain.words import Hosting

Copy = tuple[int, tuple[int, ...]]
"""(candidate, accelerators)"""


@dataclass(frozen=True, slots=True, order=True)
class Value:
    """What plans are compared by: missing copies by priority level (highest first), then objective units."""

    missing: tuple[int, ...]
    objective: int

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not any(self.missing)


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One opened node."""

    pool: int
    hosting: Hosting
    copies: tuple[Copy, ...]
    home: int = -1
    """The node of the current placement that it is; -1: one that does not run yet, or there is no current placement."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole answer in indices, with its value as the search computes it."""

    nodes: tuple[NodePlan, ...]
    value: Value


def missing_of(model: ModelData, placed: int, rate: int) -> int:
    """Copies still missing (docs/rules.md, "Copies that are missing")."""
    missing = max(0, model.base - placed)
    return max(missing, -(-(model.peak - rate) // model.fastest)) if model.fastest else missing


def evaluate(compiled: Compiled, nodes: Iterable[NodePlan]) -> Value:
    """Value of a set of nodes, from the coefficients alone; where something runs now, with the price of what is loaded anew."""
    placed: Counter[int] = Counter()
    rates: Counter[int] = Counter()
    objective = compiled.constant
    for node in nodes:
        objective += compiled.pools[node.pool].coefficient
        if compiled.home is not None:
            objective += compiled.home.price(node.home, node.copies)
        for index, _ in node.copies:
            candidate = compiled.candidates[index]
            objective += candidate.coefficient
            placed[candidate.model] += 1
            rates[candidate.model] += candidate.rate
    missing = [0] * len(compiled.levels)
    for index, model in enumerate(compiled.models):
        short = missing_of(model, placed[index], rates[index])
        if short:
            missing[model.level] += short
            objective += short * model.missing_coefficient
    return Value(tuple(missing), objective)


def move_price(compiled: Compiled, plan: Plan) -> int:
    """The part of the plan's value that is for loading copies anew; 0 where nothing runs yet."""
    home = compiled.home
    return 0 if home is None else sum(home.price(node.home, node.copies) for node in plan.nodes)


def make_plan(compiled: Compiled, nodes: Iterable[NodePlan]) -> Plan:
    """A plan with its value; nodes without copies are dropped."""
    used = tuple(node for node in nodes if node.copies)
    return Plan(used, evaluate(compiled, used))
