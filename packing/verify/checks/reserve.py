"""Check of the standing reserve: the rule as it is stated, and the promise that it is made for."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.rules import Rule
from packing.domain.units import rate_short
from packing.domain.words import Survive
from packing.verify.demand import node_limit, zone_limit
from packing.verify.facts import Facts, Seat
from packing.verify.violation import Violation


def survive(facts: Facts) -> Iterator[Violation]:
    """No node (or zone) has more copies than are spare; and whichever is lost, the copies asked for and the traffic served are left."""
    seats: dict[str, list[Seat]] = {}
    for seat in facts.seats:
        if seat.model is not None and seat.model.model.survive in (Survive.NODE, Survive.ZONE):
            seats.setdefault(seat.copy.model, []).append(seat)
    for name, mine in seats.items():
        yield from _of_model(facts, name, mine)


def _of_model(facts: Facts, name: str, seats: list[Seat]) -> Iterator[Violation]:
    model = facts.models[name]
    by_zone = model.model.survive is Survive.ZONE
    most = zone_limit(model.model) if by_zone else node_limit(model.model)
    groups: dict[str, list[Seat]] = {}
    for seat in seats:
        groups.setdefault(_zone(seat) if by_zone else seat.copy.node, []).append(seat)
    for where, lost in sorted(groups.items()):
        what = f"zone {where or '(no zone)'}" if by_zone else f"node {where}"
        if most is not None and len(lost) > most:
            yield Violation(Rule.SURVIVE, f"models[{name}]", f"{len(lost)} copies on {what}, at most {most} allowed")
        if model.missing == 0:
            yield from _promise(facts, name, lost, what)


def _promise(facts: Facts, name: str, lost: list[Seat], what: str) -> Iterator[Violation]:
    """Without `lost`: copies >= min, and requests/s >= the traffic of every slot. Whole where nothing is missing."""
    model = facts.models[name]
    left = model.placed - len(lost)
    if left < model.model.copies.min:
        yield Violation(Rule.SURVIVE, f"models[{name}]", f"{left} copies are left if {what} is lost, {model.model.copies.min} asked for")
    rate = model.rate - sum(seat.mode.rate or 0 for seat in lost)
    if model.in_force and rate < model.model.peak_micro:
        detail = rate_short(model.model.peak_micro, rate, f"left if {what} is lost")
        yield Violation(Rule.SURVIVE, f"models[{name}]", detail)


def _zone(seat: Seat) -> str:
    if seat.site is None:
        return ""
    return seat.site.pool.zone if seat.site.pool else seat.site.node.zone
