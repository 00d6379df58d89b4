"""What one more would be worth: a node of each pool, a unit of each named resource, a level less isolation.

Nothing is estimated: each value is the difference between two solves, of the problem as it is and of the changed one, both
checked; where both are proven optimal it is exact, otherwise it lies between stated limits. More choice is never worth less than
nothing: what is found for the problem as it is can be done in the changed one, too, and what is proven of the changed one holds before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction

from packing.compile.compiler import compile_problem
from packing.describe.expand import Expanded
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.placement import Placement
from packing.domain.units import MICRO, exact, round_half_up
from packing.domain.weights import Axis, Weights
from packing.explain.conditions import KINDS, Change, Condition
from packing.explain.conditions.fleet import enough_nodes
from packing.explain.oracle import Oracle
from packing.solve.result import Result

ONE_MORE = ("stock", "resource", "tenant_isolation", "isolation")
"""Kinds of conditions of which one step less is valued, in this order."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two solves.

    Parameters
    ----------
    missing : copies left out.
    units, bound : objective and proven bound in units of 1e-9; bound None: not known.
    cost_per_hour : USD.
    least_cost_per_hour : USD that no placement that leaves out as little can cost less than, where only cost counts; None: not known.
    """

    missing: int
    units: int
    bound: int | None
    cost_per_hour: float
    least_cost_per_hour: float | None = None

    @property
    def optimal(self) -> bool:
        """Whether no placement is better, proven."""
        return self.bound is not None and self.bound >= self.units


@dataclass(frozen=True, slots=True)
class Value:
    """What a change is worth.

    Parameters
    ----------
    change : one step of one condition.
    sentence : the same in words.
    before, after : the solves under the problem's own weights.
    same_scale : whether both objectives are measured against the same references (docs/fitness.md); an owned node changes them.
    cheapest_before, cheapest_after : the same under cost alone: the least that a complete placement can cost.
    """

    change: Change
    sentence: str
    before: Side
    after: Side
    same_scale: bool
    cheapest_before: Side
    cheapest_after: Side

    @property
    def missing(self) -> int:
        """Copies that are left out less."""
        return self.before.missing - self.after.missing

    @property
    def units(self) -> int | None:
        """How much smaller the objective becomes (1e-9); None where more or less is placed, or it is measured otherwise."""
        return self.before.units - self.after.units if self.same_scale and not self.missing else None

    @property
    def cost_per_hour(self) -> float | None:
        """USD that the best placement under the problem's weights costs less."""
        return self.before.cost_per_hour - self.after.cost_per_hour if not self.missing else None

    @property
    def least_cost_per_hour(self) -> float | None:
        """USD that the cheapest placement costs less: what the condition costs. None: not known exactly, see `least_cost_limits`."""
        same = self.cheapest_before.missing == self.cheapest_after.missing
        exact = same and self.cheapest_before.optimal and self.cheapest_after.optimal
        return self.cheapest_before.cost_per_hour - self.cheapest_after.cost_per_hour if exact else None

    @property
    def least_cost_limits(self) -> tuple[float | None, float | None]:
        """(least, most) USD that the cheapest placement costs less; None: not known, or as many copies are not placed."""
        before, after = self.cheapest_before, self.cheapest_after
        if before.missing != after.missing:
            return None, None
        low = None if before.least_cost_per_hour is None else before.least_cost_per_hour - after.cost_per_hour
        high = None if after.least_cost_per_hour is None else before.cost_per_hour - after.least_cost_per_hour
        return (max(low or 0.0, 0.0) if self.same_scale else low), high

    @property
    def limits(self) -> tuple[int | None, int | None]:
        """(least, most) that `units` can be if both problems were solved to the end; None: not known."""
        least = None if self.before.bound is None else self.before.bound - self.after.units
        least = max(least or 0, 0) if self.same_scale else least
        most = None if self.after.bound is None else self.before.units - self.after.bound
        return least, most

    @property
    def proven(self) -> bool:
        """Whether all four solves are proven optimal, so that the figures are exact."""
        return all(side.optimal for side in (self.before, self.after, self.cheapest_before, self.cheapest_after))


def steps(expanded: Expanded, oracle: Oracle, placement: Placement, model: str | None = None) -> list[Change]:
    """One step less of every condition that has a value.

    What is asked of the model (or of its tenant) comes first, where one was asked about: what isolating it costs. Then pools that the placement uses
    up, then the others.
    """
    used = Counter(node.pool for node in placement.nodes)
    asked = {name for each in expanded.problem.models if each.name == model for name in (each.name, each.tenant)}
    worth = [condition for condition in oracle.conditions if condition.kind in ONE_MORE]

    def order(each: Condition) -> tuple[bool, bool, int]:
        mine = each.kind in {"isolation", "tenant_isolation"} and each.target in asked
        return not mine, each.kind == "stock" and used[each.target] != each.value, ONE_MORE.index(each.kind)

    worth.sort(key=order)
    return [Change(each.kind, each.target, each.value, KINDS[each.kind].steps(expanded, each)[0]) for each in worth]


@dataclass(frozen=True, slots=True)
class Values:
    """The value of each step that was tried, the most valuable first; and the sentences of those that there was no time for."""

    tried: tuple[Value, ...]
    untried: tuple[str, ...]


def values(oracle: Oracle, model: str | None = None) -> Values:
    """The value of every step, as far as the oracle's time allows; of the model that was asked about first."""
    base = oracle.solve(())
    before, references = _side(base)
    cheapest = _cheapest(oracle, (), before)
    found: list[Value] = []
    every = steps(oracle.expanded, oracle, base.placement, model)
    for change in every:
        if oracle.out_of_time:
            break
        after, others = _side(oracle.solve((change,)))
        same = references == others
        least = _cheapest(oracle, (change,), after)
        sentence = KINDS[change.kind].change_sentence(change)
        found.append(Value(change, sentence, *_consistent(before, after, same), same, *_consistent(cheapest, least, same)))
    ordered = sorted(found, key=lambda each: (-each.missing, -(each.least_cost_per_hour or each.least_cost_limits[0] or 0.0), -(each.units or 0)))
    return Values(tuple(ordered), tuple(KINDS[change.kind].change_sentence(change) for change in every[len(found) :]))


def _consistent(before: Side, after: Side, same_scale: bool) -> tuple[Side, Side]:
    """Both sides with what each says of the other: the placement before is one of those after, the bound after is one of those before.

    Not where the change has a price of its own (an owned node is paid for), which the scale of the objective shows.
    """
    if not same_scale:
        return before, after
    if (before.missing, before.units) < (after.missing, after.units):
        after = replace(after, missing=before.missing, units=before.units, cost_per_hour=before.cost_per_hour)
    if before.missing == after.missing:
        bounds = [each.bound for each in (before, after) if each.bound is not None]
        costs = [each.least_cost_per_hour for each in (before, after) if each.least_cost_per_hour is not None]
        before = replace(before, bound=max(bounds, default=None), least_cost_per_hour=max(costs, default=None))
    return before, after


def _side(result: Result) -> tuple[Side, tuple[int, int]]:
    """The figures of a solve under the problem's own weights, and what its objective is measured against."""
    compiled = compile_problem(result.expanded.problem)
    return side_of(result), (compiled.reference_cost, compiled.reference_nodes)


def _cheapest(oracle: Oracle, changes: tuple[Change, ...], own: Side) -> Side:
    """The solve under cost alone, which is the same one where nothing else counts."""
    only_cost = oracle.expanded.described.weights.share(Axis.COST) == 1
    result = None if only_cost else oracle.solve(changes, Weights(cost=1))
    side = own if result is None else side_of(result)
    reference = compile_problem(oracle.changed(changes).problem).reference_cost
    return replace(side, least_cost_per_hour=_least_cost(side, reference, enough_nodes(oracle.expanded.problem)))


def _least_cost(side: Side, reference_micro_usd: int, nodes: int) -> float | None:
    """USD per hour that follow from the bound of an objective of cost alone; each node's coefficient is rounded, by half a unit at most.

    Where copies are missing, the bound is one among placements that leave out as much, and so is the cost.
    """
    if side.optimal or side.bound is None:
        return side.cost_per_hour if side.optimal else None
    units = Fraction(side.bound) - Fraction(nodes + 1, 2)
    return max(0.0, float(units * reference_micro_usd / OBJECTIVE_UNITS / MICRO)) if not side.missing else None


def side_of(result: Result) -> Side:
    """The figures of a solve."""
    placement = result.placement
    assert placement.objective is not None
    units = round_half_up(exact(placement.objective) * OBJECTIVE_UNITS)
    bound = None if placement.bound is None else round_half_up(exact(placement.bound) * OBJECTIVE_UNITS)
    return Side(sum(left.copies for left in placement.unplaced), units, bound, placement.cost_per_hour)
