"""What a problem asks for and limits, piece by piece, and how each piece can be asked for less.

A new rule is one more class of `Kind` (`kind.py`) and one more entry here. Capacities of a machine (memory, vCPU, …),
modes that are given, and what endpoints can do are facts, not conditions: nobody can relax them.
"""

from __future__ import annotations

from collections.abc import Iterable

from packing.describe.expand import Expanded
from packing.domain.problem import Problem
from packing.explain.conditions import demand, fleet, hosting, spread, tenants, ways
from packing.explain.conditions.kind import Change, Condition, Kind

# In the order in which changes are applied, and in which explanations prefer them: what is asked for and had, before rules.
_ALL: tuple[Kind, ...] = (
    demand.CopiesAtLeast(),
    fleet.Stock(),
    ways.Pools(),
    demand.Throughput(),
    spread.CopiesAtMost(),
    spread.CopiesPerNode(),
    fleet.ModelsPerNode(),
    spread.Zones(),
    spread.Reserve(),
    demand.Ttft(),
    demand.Tpot(),
    fleet.Resource(),
    ways.Precision(),
    hosting.HostingOptions(),
    hosting.ColdStart(),
    hosting.Streaming(),
    hosting.OneFramework(),
    hosting.SizeRatio(),
    tenants.ModelIsolation(),
    tenants.TenantIsolation(),
    tenants.Conflict(),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
_RANK = {name: rank for rank, name in enumerate(KINDS)}


def conditions(expanded: Expanded) -> tuple[Condition, ...]:
    """All conditions of a problem, in the order in which explanations prefer them."""
    return tuple(found for kind in _ALL for found in kind.find(expanded))


def dropped(expanded: Expanded, condition: Condition) -> Change:
    """The change after which a condition asks for nothing any more."""
    return Change(condition.kind, condition.target, condition.value, KINDS[condition.kind].last(expanded, condition))


def apply_changes(problem: Problem, changes: Iterable[Change]) -> Problem:
    """The problem with all changes made; the order in which they are given does not matter."""
    for change in sorted(changes, key=lambda each: (_RANK[each.kind], each.target)):
        problem = KINDS[change.kind].apply(problem, change.target, change.new)
    return problem


__all__ = ["KINDS", "Change", "Condition", "Kind", "apply_changes", "conditions", "dropped"]
