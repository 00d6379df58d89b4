"""How copies of one model are spread: at most so many, at most so many on a node, over so many zones, with how many to spare."""

# ruff: noqa: ARG002 - every kind is asked in the same way, and not all need everything

from __future__ import annotations

from collections.abc import Sequence

from packing.describe.expand import Expanded
from packing.domain.demand import copies_needed, survives
from packing.domain.rules import Rule
from packing.domain.words import Survive
from packing.domain.workload import Copies, Model
from packing.explain.conditions.demand import in_force
from packing.explain.conditions.kind import Change, Condition, ModelKind, Plain, model_of, whole


def most_useful(model: Model) -> int:
    """Copies of which more are never of use."""
    return max([1, model.min_zones, *(copies_needed(model, mode) or 0 for mode in model.modes)]) + model.min_zones


class CopiesAtMost(ModelKind):
    """`copies.max`, where the traffic may need more."""

    name, rule, grade = "max_copies", Rule.COPIES, 1

    def value(self, model: Model) -> Plain:
        """The largest number of copies."""
        return model.copies.max if in_force(model) else None

    def relaxed(self, model: Model, new: Plain) -> Model:
        """Another largest number, or none."""
        return model.model_copy(update={"copies": Copies(min=model.copies.min, max=None if new is None else whole(new))})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One more, two more, …, no limit."""
        return (*range(whole(condition.value) + 1, most_useful(model_of(expanded, condition))), None)

    def sentence(self, condition: Condition) -> str:
        """E.g. "at most 3 copies of B"."""
        return f"at most {condition.value} {'copy' if condition.value == 1 else 'copies'} of {condition.target}"

    def change_sentence(self, change: Change) -> str:
        """E.g. "max copies of B 4 instead of 3"."""
        return f"max copies of {change.target} {change.new} instead of {change.old}" if change.new else f"no limit on the copies of {change.target}"


class CopiesPerNode(ModelKind):
    """`max_copies_per_node`."""

    name, rule, grade = "max_copies_per_node", Rule.MAX_COPIES_PER_NODE, 1

    def value(self, model: Model) -> Plain:
        """The limit; not where it says how large a reserve is (rule `survive`): then more of it is no smaller demand."""
        return None if survives(model, Survive.NODE) else model.max_copies_per_node

    def relaxed(self, model: Model, new: Plain) -> Model:
        """Another limit, or none."""
        return model.model_copy(update={"max_copies_per_node": new})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One more, two more, …, no limit."""
        return (*range(whole(condition.value) + 1, most_useful(model_of(expanded, condition))), None)

    def sentence(self, condition: Condition) -> str:
        """E.g. "at most 1 copy of B on a node"."""
        return f"at most {condition.value} {'copy' if condition.value == 1 else 'copies'} of {condition.target} on a node"

    def change_sentence(self, change: Change) -> str:
        """E.g. "2 copies of B on a node instead of 1"."""
        if change.new is None:
            return f"as many copies of {change.target} on a node as fit, instead of {change.old}"
        return f"{change.new} copies of {change.target} on a node instead of {change.old}"


class Zones(ModelKind):
    """`min_zones`."""

    name, rule, grade, rederives = "min_zones", Rule.MIN_ZONES, 2, True

    def value(self, model: Model) -> Plain:
        """Zones, where more than one."""
        return model.min_zones if model.min_zones > 1 else None

    def relaxed(self, model: Model, new: Plain) -> Model:
        """Fewer zones."""
        return model.model_copy(update={"min_zones": whole(new)})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One zone less, …, one."""
        return tuple(range(whole(condition.value) - 1, 0, -1))

    def sentence(self, condition: Condition) -> str:
        """E.g. "B in at least 2 zones"."""
        return f"{condition.target} in at least {condition.value} zones"

    def change_sentence(self, change: Change) -> str:
        """E.g. "drop the zone spread of B"."""
        return f"{change.target} in {change.new} zones instead of {change.old}" if change.new != 1 else f"drop the zone spread of {change.target}"


class Reserve(ModelKind):
    """`survive`."""

    name, rule, grade, ordered = "survive", Rule.SURVIVE, 2, False

    def value(self, model: Model) -> Plain:
        """Of what the loss of any one is survived."""
        asked = any(survives(model, what) for what in (Survive.NODE, Survive.ZONE))
        return str(model.survive) if asked else None

    def relaxed(self, model: Model, new: Plain) -> Model:
        """Another reserve, or none."""
        return model.model_copy(update={"survive": Survive(str(new))})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """Of a node instead of a zone; none."""
        return (*((str(Survive.NODE),) if condition.value == Survive.ZONE else ()), str(Survive.NONE))

    def sentence(self, condition: Condition) -> str:
        """E.g. "B survives the loss of any node"."""
        return f"{condition.target} survives the loss of any {condition.value}"

    def change_sentence(self, change: Change) -> str:
        """E.g. "no standing reserve of B"."""
        if change.new == Survive.NONE:
            return f"no standing reserve of {change.target} against the loss of a {change.old}"
        return f"{change.target} survives the loss of any {change.new} instead of any {change.old}"
