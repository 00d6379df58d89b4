"""From what was described to what is solved: every instance type spelled out, every model with its modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packing.describe.architectures import Architectures
from packing.describe.check import check_draft
from packing.describe.draft import draft_of
from packing.describe.known import InstanceTypes, accelerators, offers
from packing.describe.problem import with_facts
from packing.describe.ranges import sums
from packing.domain.hardware import InstanceType
from packing.domain.problem import Problem
from packing.domain.words import AcceleratorKind, Survive
from packing.domain.workload import Mode, Model
from packing.errors import ProblemError

if TYPE_CHECKING:
    from packing.capacity import Target

# Fields of a model that say where its copies may go, not what a copy is: models that differ in these only have the same modes.
_NOT_OF_A_COPY = {"name", "tenant", "isolation", "priority", "max_copies_per_node", "max_unavailable", "min_zones", "survive", "degrade"}


@dataclass(frozen=True, slots=True)
class Expanded:
    """A problem before and after its catalogue names were filled in.

    Parameters
    ----------
    described : what the user stated, with folders of architectures replaced by their facts.
    problem : the same in canonical order, with the fleet's instance types and every model's modes.
    digest : digest of `described`: which problem a placement belongs to.
    """

    described: Problem
    problem: Problem
    digest: str


def expand(problem: Problem, base: Path | None = None) -> Expanded:
    """Fill in what the catalogue and the capacity laws know.

    Given modes win over derived ones, and instance types of the problem over those of the catalogue.

    Parameters
    ----------
    problem : valid in all its types.
    base : folder that folders of architectures are relative to; None: the current folder.

    Raises
    ------
    ProblemError : with all faults that `check` finds.
    """
    resolver = Architectures(base)
    faults = check_draft(draft_of(problem), resolver)
    if faults:
        raise ProblemError(faults)
    described = with_facts(problem, resolver)
    canonical = described.canonical()
    types = InstanceTypes(canonical).of_fleet(canonical.fleet)
    filled = canonical.model_copy(update={"instance_types": tuple(types), "models": _with_modes(with_reserve(canonical), types, resolver)})
    faults = list(sums(draft_of(filled)))
    if faults:
        raise ProblemError(faults)
    return Expanded(described, filled, described.digest())


def with_reserve(problem: Problem) -> tuple[Model, ...]:
    """The models, those that state no standing reserve with the problem's."""
    if problem.survive is Survive.NONE:
        return problem.models
    return tuple(model if model.survive is not None else model.model_copy(update={"survive": problem.survive}) for model in problem.models)


def _with_modes(models: Sequence[Model], types: Sequence[InstanceType], resolver: Architectures) -> tuple[Model, ...]:
    """Models with their own modes, or with those that follow from architecture and fleet."""
    derived: dict[str, tuple[Mode, ...]] = {}
    targets: list[Target] | None = None
    filled = []
    for model in models:
        if model.modes or model.architecture is None:
            filled.append(model)
            continue
        if targets is None:
            targets = targets_of(types)
        key = model.model_dump_json(exclude=_NOT_OF_A_COPY)
        if key not in derived:
            derived[key] = _derive(model, targets, resolver)
        filled.append(model.model_copy(update={"modes": derived[key]}))
    return tuple(filled)


def _derive(model: Model, targets: Sequence[Target], resolver: Architectures) -> tuple[Mode, ...]:
    from packing.capacity import derive_modes

    assert model.architecture is not None
    return derive_modes(model, resolver.resolve(model.architecture), targets)


def targets_of(types: Sequence[InstanceType]) -> list[Target]:
    """One target per distinct kind of node, in the order of the types' names.

    A type whose accelerator the catalogue does not know is no target: nothing is known of its speed, so only
    measured modes can use it.
    """
    found: dict[tuple[object, ...], Target] = {}
    for kind in types:
        target = _target(kind)
        if target is not None:
            found.setdefault((target.accelerator and target.accelerator.name, *_figures(target)), target)
    return list(found.values())


def _figures(target: Target) -> tuple[object, ...]:
    return (
        target.max_accelerators,
        target.memory_per_accelerator,
        target.vcpus,
        target.host_memory,
        target.sharing,
        target.multi_model,
        target.load_bandwidth,
    )


def _target(kind: InstanceType) -> Target | None:
    from packing.capacity import Target

    accelerator = accelerators().get(kind.accelerator) if kind.accelerator and kind.accelerators else None
    if kind.accelerators and accelerator is None:
        return None
    offer = offers().get(kind.name)
    speeds = [] if offer is None else [speed for speed in (offer.network, offer.storage) if speed is not None]
    return Target(
        accelerator=accelerator,
        max_accelerators=kind.accelerators,
        memory_per_accelerator=kind.memory_per_accelerator,
        vcpus=kind.vcpus,
        host_memory=kind.host_memory,
        sharing=kind.effective_sharing,
        multi_model=kind.accelerators == 0 or (kind.accelerators == 1 and kind.accelerator_kind is AcceleratorKind.GPU),
        load_bandwidth=min(speeds, default=None),
    )
