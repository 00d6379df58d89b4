"""What each model goes without, in a placement compared with what it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packing.act.shortage.answer import Addition, Loss
from packing.act.shortage.ladder import reserve_of
from packing.domain.demand import fewest_copies, throughput_in_force
from packing.domain.placement import PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.shortage import Concession, Stage
from packing.domain.units import MICRO, exact
from packing.domain.words import Survive
from packing.domain.workload import Model


@dataclass(frozen=True, slots=True)
class Running:
    """Copies of a model, and how they are hosted."""

    copies: tuple[PlacedCopy, ...] = ()
    hostings: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()


def running(placement: Placement) -> dict[str, Running]:
    """By model."""
    hosting = {endpoint.name: str(endpoint.hosting) for endpoint in placement.endpoints}
    at = {node.id: hosting[node.endpoint] for node in placement.nodes}
    zone = {node.id: node.zone for node in placement.nodes}
    copies: dict[str, list[PlacedCopy]] = {}
    for copy in placement.copies:
        copies.setdefault(copy.model, []).append(copy)
    return {
        name: Running(tuple(mine), frozenset(at[copy.node] for copy in mine), frozenset(zone[copy.node] for copy in mine))
        for name, mine in copies.items()
    }


def loss_of(problem: Problem, model: Model, mine: Sequence[Concession], now: Running, brought_back_by: Addition | None, note: str) -> Loss:
    """The loss of one model.

    Parameters
    ----------
    problem : before any concession, with all modes filled in.
    model : one of its models.
    mine : its concessions.
    now : what of it runs.
    """
    copies = now.copies
    served = sum(copy.mode.rps_micro or 0 for copy in copies)
    in_force = throughput_in_force(model)
    asked_modes = {mode.precision for mode in model.modes}
    return Loss(
        model=model.name,
        priority=model.priority,
        concessions=tuple(sorted(mine, key=lambda each: each.stage.severity)),
        copies_asked=fewest_copies(model),
        copies=len(copies),
        rate_asked=model.peak_micro / MICRO if in_force else None,
        rate=min(served, model.peak_micro) / MICRO if in_force else None,
        ttft_factor=_factor((copy.mode.ttft_ms, model.slo.ttft_ms) for copy in copies),
        tpot_factor=_factor((copy.mode.tpot_ms, model.slo.tpot_ms) for copy in copies),
        precisions=_further(copies, {*model.precision, *asked_modes}),
        hostings=tuple(sorted(now.hostings - {str(option) for option in model.hosting})),
        reserve=_reserve(problem, model, mine),
        brought_back_by=brought_back_by,
        note=note,
    )


def _reserve(problem: Problem, model: Model, mine: Sequence[Concession]) -> str | None:
    """The reserve that it asked for and lost, by itself or with its copies."""
    asked = reserve_of(problem, model)
    lost = any(each.stage in {Stage.RESERVE, Stage.SCALE_TO_ZERO, Stage.REFUSAL} for each in mine)
    return str(asked) if lost and asked is not Survive.NONE else None


def _factor(pairs: Iterable[tuple[float | None, float | None]]) -> float | None:
    """The largest figure / limit above 1."""
    factors = [float(exact(figure) / exact(limit)) for figure, limit in pairs if figure is not None and limit and figure > limit]
    return round(max(factors), 4) if factors else None


def _further(copies: Sequence[PlacedCopy], asked: set[str | None]) -> tuple[str, ...]:
    return tuple(sorted({copy.mode.precision for copy in copies if copy.mode.precision is not None and copy.mode.precision not in asked}))
