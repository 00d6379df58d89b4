"""`state_after`: where a migration that stopped half way has left the fleet, as a placement to plan from."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.joined import joined
from packing.domain.migration import Migration
from packing.domain.placement import Conceded, Placement, Reason, Unplaced
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.units import MICRO
from packing.domain.words import Status
from packing.verify.baseline import baseline
from packing.verify.facts import Facts
from packing.verify.objective import objective_units, tally
from packing.verify.replay.replay import fleet_after, refuse_stale
from packing.verify.scores import cost_micro_usd, whole_scores
from packing.verify.violation import UNKNOWN_REASON


def state_after(problem: Problem, old: Placement, migration: Migration, waves: int, *, old_problem: Problem | None = None) -> Placement:
    """The placement after the first `waves` waves; 0: the old one, as far as it was clear (`packing.domain.running`).

    A copy that is loaded at both ends is two copies with numbers of their own. Cost, objective and scores are
    recomputed; bound and gap are not known.

    Parameters
    ----------
    problem, old_problem : expanded.

    Raises
    ------
    ProblemError : the migration was made for another state (``stale_state``), or a step cannot be done (``bad_migration``).
    """
    refuse_stale(old, migration)
    fleet = fleet_after(problem, old, migration, waves)
    used = dict.fromkeys(node.endpoint for node in fleet.nodes.values())
    placement = Placement(
        problem=migration.problem,
        status=Status.FEASIBLE,
        cost_per_hour=0.0,
        endpoints=tuple(fleet.endpoint(name) for name in used),
        nodes=tuple(fleet.nodes.values()),
        copies=tuple(running.copy for running in fleet.copies.values()),
        fitness=old.fitness,
    )
    facts = Facts(joined(problem, placement, old_problem), placement)
    reference, tallies = baseline(facts), tally(facts)
    units = objective_units(facts, reference, tallies)
    missing = {name: model.missing for name, model in facts.models.items() if model.missing}
    reason = Reason(rule=UNKNOWN_REASON, detail="missing while a migration is under way")
    short = tuple(_short_of_zones(facts))
    return placement.model_copy(
        update={
            "status": Status.PARTIAL if missing or short else Status.FEASIBLE,
            "objective": None if units is None else units / 10**9,
            "cost_per_hour": cost_micro_usd(facts, reference) / MICRO,
            "fitness": whole_scores(facts, reference, tallies),
            "unplaced": tuple(Unplaced(model=name, copies=count, reasons=(reason,)) for name, count in missing.items()),
            "conceded": short,
        }
    )


def _short_of_zones(facts: Facts) -> Iterator[Conceded]:
    """Models that are in fewer zones than they ask for: on the way that is no rule (docs/migration.md), and it is said."""
    zones: dict[str, set[str]] = {}
    for seat in facts.seats:
        if seat.site is not None:
            zones.setdefault(seat.copy.model, set()).add(seat.site.pool.zone if seat.site.pool else seat.site.node.zone)
    for name, model in facts.models.items():
        asked, found = model.model.min_zones, len(zones.get(name, ()))
        if 0 < found < min(asked, model.placed):
            yield Conceded(model=name, rule=str(Rule.MIN_ZONES), asked=asked, kept=found)
