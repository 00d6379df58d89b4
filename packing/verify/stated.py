"""Checks of what a placement says about itself: cost, objective, bound, gap, fitness, status, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.placement import Placement, Scores, Unplaced
from packing.domain.rules import Rule
from packing.domain.units import MICRO, exact, round_half_up, show_usd
from packing.domain.weights import Axis
from packing.domain.words import Status
from packing.verify.facts import Facts, Seat
from packing.verify.violation import CONCEDED, COST, FITNESS, OBJECTIVE, ROUTING, STATUS, UNKNOWN_REASON, UNPLACED, Violation

_TOLERANCE = Fraction(1, 10**6)
"""Gaps and scores are read as rounded to 6 decimals: off by one in the last is not a lie."""

_REASONS = frozenset(Rule) | {UNKNOWN_REASON}


def cost(placement: Placement, micro_usd: int) -> Iterator[Violation]:
    """The stated USD per hour, to the micro-USD."""
    if round_half_up(exact(placement.cost_per_hour) * MICRO) != micro_usd and placement.cost_per_hour != micro_usd / MICRO:
        yield Violation(COST, "cost_per_hour", f"{placement.cost_per_hour} USD/h stated, {show_usd(micro_usd)}/h found")


def objective(placement: Placement, units: int | None) -> Iterator[Violation]:
    """The stated objective to the unit; bound <= objective; gap = (objective - bound) / objective."""
    stated, bound, gap = placement.objective, placement.bound, placement.gap
    if stated is None:
        if units is not None and placement.status in (Status.OPTIMAL, Status.FEASIBLE, Status.PARTIAL):
            yield Violation(OBJECTIVE, "objective", f"not stated, though the status is {placement.status}")
        if gap is not None:
            yield Violation(OBJECTIVE, "gap", "a gap without an objective")
        return
    # Beyond 2^53 units a float cannot say them all: the nearest float is then the true statement.
    if units is None or (round_half_up(exact(stated) * OBJECTIVE_UNITS) != units and stated != units / OBJECTIVE_UNITS):
        found = "none can be computed" if units is None else f"{units / OBJECTIVE_UNITS} found"
        yield Violation(OBJECTIVE, "objective", f"{stated} stated, {found}")
    if (bound is None) != (gap is None):
        yield Violation(OBJECTIVE, "gap", "bound and gap go together")
    if bound is None or gap is None:
        return
    difference = exact(stated) - exact(bound)
    if difference * OBJECTIVE_UNITS < -Fraction(1, 2):
        yield Violation(OBJECTIVE, "bound", f"the bound {bound} is above the objective {stated}")
    true_gap = difference / exact(stated) if stated else Fraction(0)
    if abs(exact(gap) - true_gap) > _TOLERANCE:
        yield Violation(OBJECTIVE, "gap", f"{gap} stated, {float(true_gap)} by objective and bound")


def fitness(placement: Placement, scores: Scores) -> Iterator[Violation]:
    """The five stated scores, to 6 decimals."""
    for axis in Axis:
        if abs(exact(placement.fitness[axis]) - exact(scores[axis])) > _TOLERANCE:
            yield Violation(FITNESS, f"fitness.{axis}", f"{placement.fitness[axis]} stated, {scores[axis]} found")


def routing(facts: Facts) -> Iterator[Violation]:
    """Weights, where they are stated: each copy of a model has the weight of its group, in proportion to the requests/s that it serves.

    A group is of copies in one mode behind one endpoint. Whether weights are left out is not judged: files of earlier versions have none.
    """
    stated = facts.placement.routing_weights
    if not stated:
        return
    groups: dict[str, dict[tuple[str, object], list[Seat]]] = {}
    for seat in facts.seats:
        behind = seat.site.node.endpoint if seat.site else ""
        groups.setdefault(seat.copy.model, {}).setdefault((behind, seat.mode.key), []).append(seat)
    expected: dict[tuple[str, str, tuple[int, ...]], int] = {}
    for model, parts in groups.items():
        silent = any(not seats[0].mode.rate for seats in parts.values())
        for (behind, _), seats in parts.items() if len(parts) > 1 else ():
            units = MICRO if silent else seats[0].mode.rate or 0
            expected[model, behind, tuple(sorted(seat.copy.copy_index for seat in seats))] = len(seats) * units
    found = {(each.model, each.endpoint, tuple(sorted(each.copies))): each.weight for each in stated}
    for key in sorted(expected.keys() | found.keys(), key=str):
        model, behind, numbers = key
        if len(found) != len(stated) or key not in expected or key not in found or abs(exact(found[key]) * MICRO - expected[key]) >= 1:
            true = f"{expected[key] / MICRO} follows" if key in expected else "there is no such group of copies that are alike"
            yield Violation(ROUTING, f"routing_weights[{model}@{behind}]", f"copies {list(numbers)}: {found.get(key, 'nothing')} stated, {true}")


def status(facts: Facts) -> Iterator[Violation]:
    """Optimal and feasible: nothing missing; optimal: proven; partial: some missing; infeasible and unknown: nothing placed."""
    placement = facts.placement
    missing = sum(model.missing for model in facts.models.values())
    if placement.status in (Status.OPTIMAL, Status.FEASIBLE) and (missing or placement.unplaced):
        yield Violation(STATUS, "status", f"{placement.status}, but {max(missing, len(placement.unplaced))} copies are missing")
    if placement.status in (Status.OPTIMAL, Status.FEASIBLE) and placement.conceded:
        yield Violation(STATUS, "status", f"{placement.status}, but a rule is conceded for {len(placement.conceded)} models")
    if placement.status in (Status.PARTIAL, Status.INFEASIBLE) and not missing and not (placement.conceded and placement.copies):
        yield Violation(STATUS, "status", f"{placement.status}, but nothing is missing")
    if placement.status in (Status.INFEASIBLE, Status.UNKNOWN) and placement.copies:
        yield Violation(STATUS, "status", f"{placement.status}, but {len(placement.copies)} copies are placed")
    if placement.status is Status.OPTIMAL:
        yield from _proven(placement)


def _proven(placement: Placement) -> Iterator[Violation]:
    if placement.objective is None or placement.bound is None:
        yield Violation(STATUS, "status", "optimal without objective and bound")
    elif (exact(placement.objective) - exact(placement.bound)) * OBJECTIVE_UNITS > Fraction(3, 2):
        yield Violation(STATUS, "status", f"optimal, but the objective {placement.objective} is above the bound {placement.bound}")


def unplaced(facts: Facts) -> Iterator[Violation]:
    """As many copies as are missing, each with a reason: a rule, or `unknown`."""
    for name, model in facts.models.items():
        stated = facts.unplaced.get(name, 0)
        if stated != model.missing:
            yield Violation(UNPLACED, f"unplaced[{name}]", f"{stated} copies stated, {model.missing} are missing")
    for left in facts.placement.unplaced:
        yield from _reasons(left)


def conceded(facts: Facts) -> Iterator[Violation]:
    """Each concession once, of a rule that can be conceded, and true: the model asks for so many zones, and its copies are in so many, fewer."""
    zones: dict[str, set[str]] = {}
    for seat in facts.seats if facts.placement.conceded else ():
        if seat.site is not None:
            zones.setdefault(seat.copy.model, set()).add(seat.site.pool.zone if seat.site.pool else seat.site.node.zone)
    seen: set[str] = set()
    for each in facts.placement.conceded:
        where, model = f"conceded[{each.model}]", facts.models.get(each.model)
        if each.rule != Rule.MIN_ZONES:
            yield Violation(CONCEDED, where, f"the rule {each.rule!r} is never conceded")
        elif model is None:
            yield Violation(CONCEDED, where, "no such model")
        elif each.model in seen:
            yield Violation(CONCEDED, where, "there twice")
        elif (each.asked, each.kept) != (model.model.min_zones, len(zones.get(each.model, ()))):
            true = f"{model.model.min_zones} asked for, {len(zones.get(each.model, ()))} kept"
            yield Violation(CONCEDED, where, f"{each.asked} zones said to be asked for and {each.kept} kept; true are {true}")
        elif each.kept >= min(each.asked, model.placed):
            yield Violation(CONCEDED, where, "the rule is kept: nothing is conceded")
        seen.add(each.model)


def _reasons(left: Unplaced) -> Iterator[Violation]:
    if not left.reasons:
        yield Violation(UNPLACED, f"unplaced[{left.model}]", "no reason is given")
    for reason in left.reasons:
        if reason.rule not in _REASONS:
            yield Violation(UNPLACED, f"unplaced[{left.model}]", f"the reason {reason.rule!r} is no rule")
