"""What the fleet limits and what could be had more of: nodes of a pool, named resources of an instance type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packing.describe.expand import Expanded, expand
from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.workload import Model
from packing.explain.conditions.kind import Change, Condition, Kind, Plain, number, whole
from packing.explain.conditions.spread import most_useful


def enough_nodes(problem: Problem) -> int:
    """Nodes of which more are never of use: one for each copy that may be worth placing."""
    return sum(most_useful(model) for model in problem.models)


class Stock(Kind):
    """`count` of a pool."""

    name, rule, grade = "stock", Rule.STOCK, 0

    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """One for each pool that states a count."""
        for pool in expanded.problem.fleet:
            if pool.count is not None:
                yield Condition(self.name, pool.label, pool.count)

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One node more, …, one for each copy."""
        count = whole(condition.value)
        return tuple(range(count + 1, count + enough_nodes(expanded.problem) + 1))

    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """Another count."""
        fleet = tuple(pool.model_copy(update={"count": new}) if pool.label == target else pool for pool in problem.fleet)
        return problem.model_copy(update={"fleet": fleet})

    def sentence(self, condition: Condition) -> str:
        """E.g. "3 nodes of ml.g5.xlarge@us-east-1a in stock"."""
        return f"{_count(whole(condition.value), 'node')} of {condition.target} in stock"

    def change_sentence(self, change: Change) -> str:
        """E.g. "+1 ml.g5.12xlarge@us-east-1a"."""
        return f"+{whole(change.new) - whole(change.old)} {change.target}"


class Resource(Kind):
    """A named resource of an instance type."""

    name, rule, grade = "resource", Rule.RESOURCES, 0

    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """One for each instance type of the fleet and each resource that a mode for it needs."""
        used = {pool.instance_type for pool in expanded.problem.fleet}
        for kind in expanded.problem.instance_types:
            for name in sorted(_needed(expanded.problem.models, kind)) if kind.name in used else ():
                yield Condition(self.name, _label(name, kind.name), kind.resources.get(name, 0.0))

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One unit more, …, enough for all copies together."""
        name, kind = _split(expanded.problem.instance_types, expanded.problem.models, condition.target)
        most = sum(
            max((mode.resources.get(name, 0.0) for mode in model.modes), default=0.0) * most_useful(model) for model in expanded.problem.models
        )
        have = kind.resources.get(name, 0.0)
        return (*(have + more for more in range(1, min(64, int(most)))), have + most)

    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """Another amount; an instance type of the catalogue becomes one of the file."""
        used = sorted({pool.instance_type for pool in problem.fleet}, key=len, reverse=True)
        owner = next(each for each in used if target.endswith(_label("", each)))
        name = target.removesuffix(_label("", owner))
        stated = [each for each in problem.instance_types if each.name == owner]
        kind = stated[0] if stated else next(each for each in expand(problem).problem.instance_types if each.name == owner)
        changed = kind.model_copy(update={"resources": {**kind.resources, name: number(new)}})
        others = tuple(each for each in problem.instance_types if each.name != kind.name)
        return problem.model_copy(update={"instance_types": (*others, changed)})

    def sentence(self, condition: Condition) -> str:
        """E.g. "2 licence of lab.8gpu on each node"."""
        return f"{condition.value:g} {condition.target} on each node"

    def change_sentence(self, change: Change) -> str:
        """E.g. "+1 licence of lab.8gpu on each node"."""
        return f"+{number(change.new) - number(change.old):g} {change.target} on each node"


class ModelsPerNode(Kind):
    """`max_models_per_node` of the problem (whose target is empty) and of its instance types."""

    name, rule, grade = "max_models_per_node", Rule.MAX_MODELS_PER_NODE, 1

    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """One for the problem, and one for each instance type of the fleet that states it."""
        problem = expanded.problem
        used = {pool.instance_type for pool in problem.fleet}
        stated = [("", problem.max_models_per_node), *((kind.name, kind.max_models_per_node) for kind in problem.instance_types if kind.name in used)]
        for target, limit in stated:
            if limit is not None and limit < len(problem.models):
                yield Condition(self.name, target, limit)

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One more, two more, …, no limit."""
        return (*range(whole(condition.value) + 1, len(expanded.problem.models)), None)

    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """Another limit, or none. Only the file's own instance types state one."""
        if not target:
            return problem.model_copy(update={"max_models_per_node": new})
        kinds = tuple(kind.model_copy(update={"max_models_per_node": new}) if kind.name == target else kind for kind in problem.instance_types)
        return problem.model_copy(update={"instance_types": kinds})

    def sentence(self, condition: Condition) -> str:
        """E.g. "at most 2 models on a node of lab.8gpu"."""
        return f"at most {_count(whole(condition.value), 'model')} on a node{_of(condition.target)}"

    def change_sentence(self, change: Change) -> str:
        """E.g. "3 models on a node instead of 2"."""
        if change.new is None:
            return f"no limit on the models on a node{_of(change.target)}"
        return f"{_count(whole(change.new), 'model')} on a node{_of(change.target)} instead of {change.old}"


def _of(kind: str) -> str:
    return f" of {kind}" if kind else ""


def _needed(models: Sequence[Model], kind: InstanceType) -> set[str]:
    modes = [mode for model in models for mode in model.modes if mode.accelerator in {None, kind.accelerator}]
    return {name for mode in modes for name, amount in mode.resources.items() if amount > 0}


def _label(resource: str, kind: str) -> str:
    return f"{resource} of {kind}"


def _split(kinds: Sequence[InstanceType], models: Sequence[Model], target: str) -> tuple[str, InstanceType]:
    return next((name, kind) for kind in kinds for name in _needed(models, kind) if _label(name, kind.name) == target)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def pool_of(problem: Problem, label: str) -> Pool:
    """The pool of this label."""
    return next(pool for pool in problem.fleet if pool.label == label)
