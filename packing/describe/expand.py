"""From what was described to what is solved: every instance type spelled out, every model with its modes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packing.describe.architectures import Architectures
from packing.describe.check import check_draft
from packing.describe.draft import draft_of
from packing.describe.filled import Filling
from packing.describe.in_turns import over_commit_notices
from packing.describe.known import InstanceTypes, offers
from packing.describe.problem import with_facts
from packing.describe.ranges import sums
from packing.describe.unlikely import unlikely
from packing.domain.hardware import InstanceType
from packing.domain.problem import Problem
from packing.domain.words import Survive
from packing.domain.workload import Model
from packing.errors import ProblemError


@dataclass(frozen=True, slots=True)
class Expanded:
    """A problem before and after its catalogue names were filled in.

    Parameters
    ----------
    described : what the user stated, with folders of architectures replaced by their facts.
    problem : the same in canonical order, with the fleet's instance types and every model's modes. With `robust` the figures of
        the modes are those at that confidence, and `robust` is None: it has been seen to.
    digest : digest of `described`: which problem a placement belongs to.
    notices : what the user should know of the figures, one sentence each.
    """

    described: Problem
    problem: Problem
    digest: str
    notices: tuple[str, ...] = ()


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
    assert not isinstance(canonical.calibration, str)
    filling = Filling(types, resolver, canonical.robust, canonical.calibration)
    models = tuple(filling.model(model) for model in with_reserve(canonical))
    filled = canonical.model_copy(update={"instance_types": tuple(map(_with_start, types)), "models": models, "robust": None})
    faults = list(sums(draft_of(filled)))
    if faults:
        raise ProblemError(faults)
    return Expanded(described, filled, described.digest(), (*unlikely(described), *filling.notices(), *over_commit_notices(models)))


def _with_start(kind: InstanceType) -> InstanceType:
    """A type of the catalogue that states no time to start, with the one that is predicted; of hardware of one's own nothing is known."""
    if kind.start_s is not None or kind.name not in offers():
        return kind
    from packing.capacity.load_time import default_start_s

    return kind.model_copy(update={"start_s": default_start_s(kind)})


def with_reserve(problem: Problem) -> tuple[Model, ...]:
    """The models, those that state no standing reserve with the problem's."""
    if problem.survive is Survive.NONE:
        return problem.models
    return tuple(model if model.survive is not None else model.model_copy(update={"survive": problem.survive}) for model in problem.models)
