"""What each model goes without, in a placement compared with what it asks for."""

from __future__ import annotations

from collections.abc import Iterable

from packing.act.shortage.answer import Addition, Loss
from packing.act.shortage.ladder import reserve_of
from packing.domain.demand import fewest_copies, throughput_in_force
from packing.domain.placement import PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.shortage import Concession, Stage
from packing.domain.units import MICRO, exact
from packing.domain.words import Survive
from packing.domain.workload import Model


def loss_of(
    described: Problem, model: Model, mine: tuple[Concession, ...], placement: Placement, brought_back_by: Addition | None, note: str
) -> Loss:
    """The loss of one model.

    Parameters
    ----------
    described : the problem as it was asked.
    model : the model of the expanded problem, with its modes, before any concession.
    mine : its concessions.
    placement : what runs.
    """
    copies = [copy for copy in placement.copies if copy.model == model.name]
    hosting = {node.id: endpoint.hosting for endpoint in placement.endpoints for node in placement.nodes if node.endpoint == endpoint.name}
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
        hostings=tuple(sorted({str(hosting[copy.node]) for copy in copies} - {str(option) for option in model.hosting})),
        reserve=_reserve(described, model, mine),
        brought_back_by=brought_back_by,
        note=note,
    )


def _reserve(described: Problem, model: Model, mine: tuple[Concession, ...]) -> str | None:
    """The reserve that it asked for and lost, by itself or with its copies."""
    asked = reserve_of(described, model)
    lost = any(each.stage in {Stage.RESERVE, Stage.SCALE_TO_ZERO, Stage.REFUSAL} for each in mine)
    return str(asked) if lost and asked is not Survive.NONE else None


def _factor(pairs: Iterable[tuple[float | None, float | None]]) -> float | None:
    """The largest figure / limit above 1."""
    factors = [float(exact(figure) / exact(limit)) for figure, limit in pairs if figure is not None and limit and figure > limit]
    return round(max(factors), 4) if factors else None


def _further(copies: list[PlacedCopy], asked: set[str | None]) -> tuple[str, ...]:
    return tuple(sorted({copy.mode.precision for copy in copies if copy.mode.precision is not None and copy.mode.precision not in asked}))
