"""The repair that always exists: to ask for no more than what a partial placement gives."""

from __future__ import annotations

from collections import Counter

from packing.describe.expand import Expanded
from packing.domain.demand import counted_micro, missing_copies, survives
from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.placement import Placement
from packing.domain.units import MICRO
from packing.domain.words import Status, Survive
from packing.domain.workload import Model
from packing.explain.conditions import Change
from packing.explain.conditions.demand import in_force
from packing.verify import verify


def as_placed(expanded: Expanded, placement: Placement) -> tuple[Change, ...]:
    """Changes after which the models with missing copies ask for what is placed of them."""
    placed = Counter(copy.model for copy in placement.copies)
    models = {model.name: model for model in expanded.problem.models}
    rates: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for copy in placement.copies:
        rates[copy.model] += copy.mode.rps_micro or 0
        counted[copy.model] += counted_micro(models[copy.model], copy.mode)
    return tuple(change for model in expanded.problem.models for change in _of(model, placed[model.name], rates[model.name], counted[model.name]))


def itself_a_witness(repaired: Expanded, placement: Placement) -> Placement | None:
    """The partial placement as a complete one of the repaired problem; None where its checker does not agree (modes may be derived anew)."""
    claim = placement.model_copy(update={"problem": repaired.digest, "unplaced": (), "status": Status.FEASIBLE, "bound": None, "gap": None})
    seen = verify(repaired.problem, claim)
    if seen.objective_units is None:
        return None
    figures = {"objective": seen.objective_units / OBJECTIVE_UNITS, "cost_per_hour": seen.cost_micro_usd / MICRO, "fitness": seen.scores}
    claim = claim.model_copy(update=figures)
    checked = verify(repaired.problem, claim, repaired.digest)
    return claim if checked.ok and not any(count for _, count in checked.missing) else None


def _of(model: Model, placed: int, rate: int, counted: int) -> list[Change]:
    """`counted`: what its copies count for, where there is a reserve; `rate`: what they serve."""
    if not missing_copies(model, placed, counted):
        return []
    changes = []
    if any(survives(model, what) for what in (Survive.NODE, Survive.ZONE)):
        # A reserve that is not complete is none; without it some or all of what is placed may be enough.
        changes.append(Change("survive", model.name, str(model.survive), str(Survive.NONE)))
    if placed < model.copies.min:
        changes.append(Change("copies", model.name, model.copies.min, placed))
    if 0 < placed < model.min_zones and model.copies.min:
        changes.append(Change("min_zones", model.name, model.min_zones, placed))
    if in_force(model) and rate < model.peak_micro:
        changes.append(Change("throughput", model.name, model.peak_micro / MICRO, rate / MICRO))
    return changes
