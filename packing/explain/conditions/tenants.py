"""Who is kept apart from whom: isolation of models and tenants, tenants in conflict."""

# ruff: noqa: ARG002 - every kind is asked in the same way, and not all need everything

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packing.describe.expand import Expanded
from packing.domain.problem import Problem, conflicting_pairs
from packing.domain.rules import Rule
from packing.domain.words import Isolation
from packing.domain.workload import Model
from packing.explain.conditions.kind import Change, Condition, Kind, ModelKind, Plain


def _weaker(level: Plain) -> tuple[str, ...]:
    """The levels below, the strictest first."""
    levels = list(Isolation)
    return tuple(str(each) for each in reversed(levels[: levels.index(Isolation(str(level)))]))


class ModelIsolation(ModelKind):
    """`isolation` of a model."""

    name, rule, grade = "isolation", Rule.ISOLATION, 3

    def value(self, model: Model) -> Plain:
        """Its own level, where it is not shared."""
        return None if model.isolation is Isolation.SHARED else str(model.isolation)

    def relaxed(self, model: Model, new: Plain) -> Model:
        """Another level."""
        return model.model_copy(update={"isolation": Isolation(str(new))})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One level less, …, shared."""
        return _weaker(condition.value)

    def sentence(self, condition: Condition) -> str:
        """E.g. "isolation of B: instance"."""
        return f"isolation of {condition.target}: {condition.value}"

    def change_sentence(self, change: Change) -> str:
        """E.g. "isolation of B container instead of instance"."""
        return f"isolation of {change.target} {change.new} instead of {change.old}"


class TenantIsolation(Kind):
    """`isolation` of a tenant."""

    name, rule, grade = "tenant_isolation", Rule.ISOLATION, 3

    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """One for each tenant that is not shared and has models."""
        owners = {model.tenant for model in expanded.problem.models}
        for tenant in expanded.problem.tenants:
            if tenant.isolation is not Isolation.SHARED and tenant.name in owners:
                yield Condition(self.name, tenant.name, str(tenant.isolation))

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One level less, …, shared."""
        return _weaker(condition.value)

    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """Another level for the tenant."""
        level = Isolation(str(new))
        tenants = tuple(each.model_copy(update={"isolation": level}) if each.name == target else each for each in problem.tenants)
        return problem.model_copy(update={"tenants": tenants})

    def sentence(self, condition: Condition) -> str:
        """E.g. "isolation of tenant T: instance"."""
        return f"isolation of tenant {condition.target}: {condition.value}"

    def change_sentence(self, change: Change) -> str:
        """E.g. "isolation of tenant T container instead of instance"."""
        return f"isolation of tenant {change.target} {change.new} instead of {change.old}"


class Conflict(Kind):
    """Two tenants of which one lists the other in `conflicts_with`."""

    name, rule, grade = "conflicts", Rule.CONFLICTS, 3

    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """One for each pair of tenants in conflict that both have models."""
        owners = {model.tenant for model in expanded.problem.models}
        for first, second in _pairs(expanded.problem):
            if {first, second} <= owners:
                yield Condition(self.name, _label(first, second), True)

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """No conflict."""
        return (False,)

    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """Neither lists the other any more."""
        ended = next({first, second} for first, second in _pairs(problem) if _label(first, second) == target)
        tenants = tuple(
            each.model_copy(update={"conflicts_with": tuple(other for other in each.conflicts_with if {each.name, other} != ended)})
            for each in problem.tenants
        )
        return problem.model_copy(update={"tenants": tenants})

    def sentence(self, condition: Condition) -> str:
        """E.g. "tenants T and U never on one node"."""
        return f"tenants {condition.target} never on one node"

    def change_sentence(self, change: Change) -> str:
        """E.g. "tenants T and U may share nodes"."""
        return f"tenants {change.target} may share nodes"


def _pairs(problem: Problem) -> list[tuple[str, str]]:
    pairs = conflicting_pairs({tenant.name: tenant for tenant in problem.tenants})
    return sorted(pair for pair in pairs if pair[0] < pair[1])


def _label(first: str, second: str) -> str:
    return f"{first} and {second}"
