"""Checks of counts: copies, throughput, stock, zones."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.rules import Rule
from packing.domain.units import rate_short
from packing.verify.demand import copies_limit
from packing.verify.facts import Facts
from packing.verify.violation import Violation


def copies(facts: Facts) -> Iterator[Violation]:
    """Placed <= max (1 where over-committed); placed + unplaced >= min (and one for each zone of min_zones)."""
    in_turns = {seat.copy.model for site in facts.sites.values() if site.over_committed for seat in site.seats}
    for name, model in facts.models.items():
        most = copies_limit(model.model)
        if most is not None and model.placed > most:
            yield Violation(Rule.COPIES, f"models[{name}]", f"{model.placed} copies placed, at most {most} allowed")
        if model.placed > 1 and name in in_turns:
            yield Violation(Rule.COPIES, f"models[{name}]", f"{model.placed} copies placed, an over-committed model has one")
        unplaced = facts.unplaced.get(name, 0)
        if model.placed + unplaced < model.base:
            yield Violation(Rule.COPIES, f"models[{name}]", f"{model.placed} placed and {unplaced} unplaced copies, {model.base} asked for")


def throughput(facts: Facts) -> Iterator[Violation]:
    """In every slot the placed copies, and the missing ones counted at the fastest mode, serve the traffic (millionths of requests/s)."""
    for seat in facts.seats:
        if seat.model is not None and seat.model.in_force and not seat.mode.rate:
            yield Violation(Rule.THROUGHPUT, seat.where, "the model has traffic, and this mode does not say what it serves")
    for name, model in facts.models.items():
        if not model.in_force:
            continue
        supply = model.rate + facts.unplaced.get(name, 0) * model.fastest
        for slot, demand in enumerate(model.model.rate_micro(facts.slots) or ()):
            if supply < demand:
                detail = f"slot {slot}: {rate_short(demand, supply, 'placed or said to be missing')}"
                yield Violation(Rule.THROUGHPUT, f"models[{name}]", detail)
                break


def stock(facts: Facts) -> Iterator[Violation]:
    """Nodes of a pool <= its count."""
    taken: dict[str, int] = {}
    for node in facts.placement.nodes:
        taken[node.pool] = taken.get(node.pool, 0) + 1
    for label, count in taken.items():
        pool = facts.pools.get(label)
        if pool is not None and pool.count is not None and count > pool.count:
            yield Violation(Rule.STOCK, f"pools[{label}]", f"{count} nodes, the pool has {pool.count}")


def min_zones(facts: Facts) -> Iterator[Violation]:
    """Zones with a copy >= min(min_zones, placed copies); where that is conceded, they are as few as the placement says."""
    zones: dict[str, set[str]] = {}
    for seat in facts.seats:
        if seat.model is not None and seat.model.model.min_zones > 1 and seat.site is not None:
            zones.setdefault(seat.copy.model, set()).add(seat.site.pool.zone if seat.site.pool else seat.site.node.zone)
    stated = {each.model: each for each in facts.placement.conceded if each.rule == Rule.MIN_ZONES}
    for name, found in zones.items():
        model = facts.models[name]
        asked = min(model.model.min_zones, model.placed)
        if len(found) < asked and name not in stated:
            yield Violation(Rule.MIN_ZONES, f"models[{name}]", f"copies in {len(found)} zones, {asked} asked for")
