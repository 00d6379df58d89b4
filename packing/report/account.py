"""What a report is about: a placement, and whatever is known of its problem and of the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from packing.domain.hardware import InstanceType
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.words import Limit
from packing.domain.workload import Model


class RemovedCandidate(Protocol):
    """A way to serve a model that a rule forbade before the search began."""

    @property
    def model(self) -> str:
        """Name of the model."""
        ...

    @property
    def rule(self) -> str:
        """Name of the rule."""
        ...


class Baseline(NamedTuple):
    """What another way to do it would cost."""

    cost_per_hour: float
    """USD."""
    missing: int
    """Copies that it leaves out."""


@dataclass(frozen=True, slots=True)
class Account:
    """A placement with what is known around it; every report is made from one.

    Parameters
    ----------
    placement : what is reported.
    problem : the expanded problem; None: capacities and demand are not known.
    elapsed_s : seconds that the search took.
    limit : what ended it before it had nothing more to try; None: nothing did.
    strategy : name of the strategy that found the placement.
    removed : candidates that rules removed before the search.
    complete_is_impossible : whether it is proven that every placement leaves something out; None: not known.
    blocked : nodes that were to be drained and are not.
    moves : whether it changes what runs: objective, bound and gap are then those of the placement without the price of the moves.
    baselines : other ways to do it, by what they are called.
    not_compared : those for which there was no time.
    """

    placement: Placement
    problem: Problem | None = None
    elapsed_s: float | None = None
    limit: Limit | None = None
    strategy: str | None = None
    removed: Sequence[RemovedCandidate] = ()
    complete_is_impossible: bool | None = None
    moves: bool = False
    blocked: tuple[str, ...] = ()
    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    not_compared: Sequence[str] = ()

    @property
    def name(self) -> str:
        """Name of the problem, or "placement"."""
        return (self.problem.name if self.problem else "") or "placement"

    def instance_types(self) -> dict[str, InstanceType]:
        """Instance types by name: the problem's; where it is not known, those of the catalogue that are used."""
        if self.problem is not None:
            return {kind.name: kind for kind in self.problem.instance_types}
        from packing.catalog import offers

        used = {node.instance_type for node in self.placement.nodes}
        return {name: offer.instance for name, offer in offers().items() if name in used}

    def models(self) -> dict[str, Model]:
        """Models by name; empty where the problem is not known."""
        return {model.name: model for model in self.problem.models} if self.problem else {}
