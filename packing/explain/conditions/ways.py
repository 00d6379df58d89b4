"""What a model without any way to run could be given: another precision of its weights, another instance type of the catalogue."""

# ruff: noqa: ARG002 - every kind is asked in the same way, and not all need everything

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packing.describe.expand import Expanded
from packing.describe.known import offers
from packing.describe.targets import targets_of
from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.workload import Model
from packing.explain.conditions.kind import Change, Condition, Kind, ModelKind, Plain

NARROWER = ("fp8", "int8", "int4")
"""Precisions that are tried, the widest first."""
MOST_TYPES = 3
"""Instance types of the catalogue that are offered to one model, each with another accelerator."""


class Precision(ModelKind):
    """`precision`, of a model that the capacity laws find no mode for."""

    name, rule, grade, ordered, rederives = "precision", Rule.MODE, 1, False, True

    def value(self, model: Model) -> Plain:
        """The precisions that it may have, where none of them gives it a mode."""
        return None if model.modes or model.architecture is None else tuple(model.precision)

    def relaxed(self, model: Model, new: Plain) -> Model:
        """Other precisions."""
        assert isinstance(new, tuple)
        return model.model_copy(update={"precision": new})

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One precision more, the widest first; then all."""
        assert isinstance(condition.value, tuple)
        more = [name for name in NARROWER if name not in condition.value]
        return (*((*condition.value, name) for name in more[: len(more) - (len(more) == 1)]), (*condition.value, *more))

    def sentence(self, condition: Condition) -> str:
        """E.g. "B in bf16"."""
        assert isinstance(condition.value, tuple)
        return f"{condition.target} in {' or '.join(condition.value)}"

    def change_sentence(self, change: Change) -> str:
        """E.g. "allow B in int8, too"."""
        assert isinstance(change.new, tuple)
        assert isinstance(change.old, tuple)
        return f"allow {change.target} in {' and '.join(each for each in change.new if each not in change.old)}, too"


class Pools(Kind):
    """The instance types of the fleet, where a model has no mode for any of them: others of the same cloud and region could be rented, too."""

    name, rule, grade, ordered = "pools", Rule.MODE, 0, False

    def find(self, expanded: Expanded) -> Iterator[Condition]:
        """One for the whole problem, where another instance type would give a mode to a model that has none."""
        if any(not model.modes and model.architecture is not None for model in expanded.problem.models) and helpful_types(expanded):
            yield Condition(self.name, "", ())

    def steps(self, expanded: Expanded, condition: Condition) -> Sequence[Plain]:
        """One instance type more, the cheapest first; then all of them."""
        names = helpful_types(expanded)
        return (*((name,) for name in names), names) if len(names) > 1 else (names,)

    def apply(self, problem: Problem, target: str, new: Plain) -> Problem:
        """Pools without a count for these instance types, in the zone of the first pool."""
        assert isinstance(new, tuple)
        labels = {pool.label for pool in problem.fleet}
        zone = problem.fleet[0].zone
        more = [Pool(instance_type=name, zone=zone, name=_free(name, labels)) for name in new]
        return problem.model_copy(update={"fleet": (*problem.fleet, *more)})

    def sentence(self, condition: Condition) -> str:
        """In words."""
        return "only the instance types of the fleet"

    def change_sentence(self, change: Change) -> str:
        """E.g. "rent ml.g5.12xlarge, too"."""
        assert isinstance(change.new, tuple)
        return f"rent {' and '.join(change.new)}, too"


def _free(name: str, labels: set[str]) -> str:
    """A label that no pool has."""
    return next(label for number in range(len(labels) + 1) if (label := f"{name}+{number}" if number else name) not in labels)


def helpful_types(expanded: Expanded) -> tuple[str, ...]:
    """Instance types of the catalogue, of a cloud and region that the fleet is in, that give a mode to a model without one: the cheapest first."""
    known = offers()
    places = {(known[pool.instance_type].cloud, known[pool.instance_type].region) for pool in expanded.problem.fleet if pool.instance_type in known}
    there = {pool.instance_type for pool in expanded.problem.fleet}
    priced = [
        (each.instance.price_per_hour, name, each.instance)
        for name, each in known.items()
        if (each.cloud, each.region) in places and name not in there and each.instance.price_per_hour
    ]
    kinds = [kind for _, _, kind in sorted(priced, key=lambda each: each[:2])]
    found: dict[str, None] = {}
    for model in expanded.problem.models:
        if not model.modes and model.architecture is not None:
            found.update(dict.fromkeys(_helpful(expanded, model, kinds)))
    return tuple(kind.name for kind in kinds if kind.name in found)


def _helpful(expanded: Expanded, model: Model, kinds: Sequence[InstanceType]) -> list[str]:
    """The cheapest types with a mode for the model, each of another accelerator."""
    from packing.capacity.modes import derive
    from packing.capacity.own import with_own
    from packing.describe.architectures import Architectures

    assert model.architecture is not None
    assert not isinstance(expanded.described.calibration, str)
    architecture, law = Architectures(None).resolve(model.architecture), with_own(expanded.described.calibration)
    found: dict[str | None, str] = {}
    for kind in kinds:
        if len(found) == MOST_TYPES:
            break
        if kind.accelerator not in found and any(derive(model, architecture, [target], law).modes for target in targets_of([kind])):
            found[kind.accelerator] = kind.name
    return list(found.values())
