"""What one more would be worth: a node of each pool, a unit of each named resource, a level less isolation.

Nothing is estimated: each value is the difference between two solves, of the problem as it is and of the changed one, both
checked; where both are proven optimal it is exact, otherwise it lies between stated limits.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from packing.compile.compiler import compile_problem
from packing.describe.expand import Expanded
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.placement import Placement
from packing.domain.units import exact, round_half_up
from packing.domain.weights import Axis, Weights
from packing.explain.conditions import KINDS, Change
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
    """

    missing: int
    units: int
    bound: int | None
    cost_per_hour: float

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
        """USD that the cheapest placement costs less: what the condition costs."""
        same = self.cheapest_before.missing == self.cheapest_after.missing
        return self.cheapest_before.cost_per_hour - self.cheapest_after.cost_per_hour if same else None

    @property
    def limits(self) -> tuple[int | None, int | None]:
        """(least, most) that `units` can be if both problems were solved to the end; None: not known."""
        least = None if self.before.bound is None else self.before.bound - self.after.units
        most = None if self.after.bound is None else self.before.units - self.after.bound
        return least, most

    @property
    def proven(self) -> bool:
        """Whether all four solves are proven optimal, so that the figures are exact."""
        return all(side.optimal for side in (self.before, self.after, self.cheapest_before, self.cheapest_after))


def steps(expanded: Expanded, oracle: Oracle, placement: Placement) -> list[Change]:
    """One step less of every condition that has a value; pools that the placement uses up come before those that it does not."""
    used = Counter(node.pool for node in placement.nodes)
    worth = [condition for condition in oracle.conditions if condition.kind in ONE_MORE]
    worth.sort(key=lambda each: (each.kind == "stock" and used[each.target] != each.value, ONE_MORE.index(each.kind)))
    return [Change(each.kind, each.target, each.value, KINDS[each.kind].steps(expanded, each)[0]) for each in worth]


def values(oracle: Oracle) -> tuple[Value, ...]:
    """The value of every step, as far as the oracle's time allows; the most valuable first."""
    base = oracle.solve(())
    before, references = _side(base)
    cheapest = _cheapest(oracle, (), before)
    found = []
    for change in steps(oracle.expanded, oracle, base.placement):
        if oracle.out_of_time:
            break
        after, others = _side(oracle.solve((change,)))
        sentence = KINDS[change.kind].change_sentence(change)
        found.append(Value(change, sentence, before, after, references == others, cheapest, _cheapest(oracle, (change,), after)))
    return tuple(sorted(found, key=lambda each: (-each.missing, -(each.least_cost_per_hour or 0.0), -(each.units or 0))))


def _side(result: Result) -> tuple[Side, tuple[int, int]]:
    """The figures of a solve under the problem's own weights, and what its objective is measured against."""
    compiled = compile_problem(result.expanded.problem)
    return side_of(result), (compiled.reference_cost, compiled.reference_nodes)


def _cheapest(oracle: Oracle, changes: tuple[Change, ...], own: Side) -> Side:
    """The solve under cost alone, which is the same one where nothing else counts."""
    only_cost = oracle.expanded.described.weights.share(Axis.COST) == 1
    return own if only_cost else side_of(oracle.solve(changes, Weights(cost=1)))


def side_of(result: Result) -> Side:
    """The figures of a solve."""
    placement = result.placement
    assert placement.objective is not None
    units = round_half_up(exact(placement.objective) * OBJECTIVE_UNITS)
    bound = None if placement.bound is None else round_half_up(exact(placement.bound) * OBJECTIVE_UNITS)
    return Side(sum(left.copies for left in placement.unplaced), units, bound, placement.cost_per_hour)
