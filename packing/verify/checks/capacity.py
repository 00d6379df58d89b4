"""Checks of what accelerators and nodes can carry, in every slot (over-committed nodes: `over_commit`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter

from packing.domain.rules import Rule
from packing.domain.units import MICRO, compute_short, memory_short, resource_short, vcpus_short
from packing.domain.words import Sharing
from packing.verify.facts import Facts, ModeFacts, Seat, Site, is_exclusive
from packing.verify.violation import Violation

Amount = Callable[[ModeFacts], int]
Short = Callable[[int, int], str]
"""What is needed and what is there, in the units that people write."""


def _too_much(site: Site, seats: list[Seat], amount: Amount, capacity: int, slots: int, short: Short) -> str | None:
    """What is wrong if the residents of some slot need more than `capacity`; None where nothing is."""
    amounts = [amount(seat.mode) for seat in seats]
    total = sum(amounts)
    if total <= capacity:
        return None  # the copies of any one slot, or any one alone, need no more than all together
    if not site.swaps:
        return short(total, capacity)
    for seat, alone in zip(seats, amounts, strict=True):
        if alone > capacity:
            return f"{short(alone, capacity)}, for {seat.copy.model} alone"
    by_hours: dict[tuple[bool, ...], int] = {}  # copies with the same hours are one sum: most endpoints have few different ones
    always = (True,) * slots
    for seat, each in zip(seats, amounts, strict=True):
        hours = seat.model.active if seat.model is not None else always
        by_hours[hours] = by_hours.get(hours, 0) + each
    for slot in range(slots):
        resident = sum(each for hours, each in by_hours.items() if slot < len(hours) and hours[slot])
        if resident > capacity:
            return f"{short(resident, capacity)}, in slot {slot}"
    return None


def _accelerators(facts: Facts, rule: Rule, amount: Amount, capacity: Callable[[Site], int], short: Short) -> Iterator[Violation]:
    for site in facts.sites.values():
        if site.kind is None or site.over_committed:
            continue
        there = capacity(site)
        for index, seats in site.on.items():
            wrong = _too_much(site, seats, amount, there, facts.slots, short)
            if wrong:
                yield Violation(rule, f"{site.where}.accelerators[{index}]", wrong)


def _nodes(facts: Facts, rule: Rule, amount: Amount, capacity: Callable[[Site], int | None], short: Short) -> Iterator[Violation]:
    for site in facts.sites.values():
        there = capacity(site) if site.kind is not None and not site.over_committed else None
        wrong = None if there is None else _too_much(site, site.seats, amount, there, facts.slots, short)
        if wrong:
            yield Violation(rule, site.where, wrong)


def memory(facts: Facts) -> Iterator[Violation]:
    """On each accelerator: bytes of the residents <= usable bytes."""
    return _accelerators(facts, Rule.MEMORY, attrgetter("memory"), lambda site: site.kind.memory if site.kind else 0, memory_short)


def compute(facts: Facts) -> Iterator[Violation]:
    """On each accelerator: compute shares (millionths) <= 1."""
    return _accelerators(facts, Rule.COMPUTE, attrgetter("compute"), lambda _: MICRO, compute_short)


def vcpus(facts: Facts) -> Iterator[Violation]:
    """On each node: thousandths of vCPUs."""
    return _nodes(facts, Rule.VCPUS, attrgetter("vcpus"), lambda site: site.kind.vcpus if site.kind else None, vcpus_short)


def host_memory(facts: Facts) -> Iterator[Violation]:
    """On each node: bytes of host memory."""
    return _nodes(facts, Rule.HOST_MEMORY, attrgetter("host_memory"), lambda site: site.kind.host_memory if site.kind else None, memory_short)


def resources(facts: Facts) -> Iterator[Violation]:
    """On each node: thousandths of each named resource; one that the type does not have is a capacity of zero."""
    for name in sorted({name for seat in facts.seats for name in seat.mode.resources}):
        yield from _nodes(
            facts,
            Rule.RESOURCES,
            lambda mode, name=name: mode.resources.get(name, 0),  # type: ignore[misc]
            lambda site, name=name: site.kind.resources.get(name, 0) if site.kind else None,  # type: ignore[misc]
            lambda needed, there, name=name: resource_short(needed, there, name),  # type: ignore[misc]
        )


def sharing(facts: Facts) -> Iterator[Violation]:
    """Exclusive: one copy an accelerator. MIG: partitions whose slices sum to no more than there are, in all slots at once."""
    for site in facts.sites.values():
        if site.kind is None:
            continue
        if is_exclusive(site):
            for index, seats in site.on.items():
                if len(seats) > 1:
                    yield Violation(Rule.SHARING, f"{site.where}.accelerators[{index}]", f"{len(seats)} copies on an exclusive accelerator")
        elif site.kind.sharing is Sharing.MIG:
            yield from _partitions(site)


def _partitions(site: Site) -> Iterator[Violation]:
    kind = site.kind
    geometry = kind.kind.mig if kind else None
    if kind is None or geometry is None:
        return
    for index, seats in site.on.items():
        where = f"{site.where}.accelerators[{index}]"
        taken = [(seat, kind.partition(seat.mode)) for seat in seats]
        for seat, profile in taken:
            if profile is None:
                yield Violation(Rule.SHARING, where, f"no legal partition is enough for {seat.copy.model}")
        compute_slices = sum(profile.compute_slices for _, profile in taken if profile)
        memory_slices = sum(profile.memory_slices for _, profile in taken if profile)
        if compute_slices > geometry.compute_slices or memory_slices > geometry.memory_slices:
            there = f"{geometry.compute_slices} and {geometry.memory_slices} there"
            yield Violation(Rule.SHARING, where, f"partitions take {compute_slices} compute and {memory_slices} memory slices, {there}")


def max_copies_per_node(facts: Facts) -> Iterator[Violation]:
    """Copies of one model on one node <= the model's limit."""
    for site in facts.sites.values():
        counts: dict[str, int] = {}
        for seat in site.seats:
            if seat.model is not None and seat.model.model.max_copies_per_node is not None:
                counts[seat.copy.model] = counts.get(seat.copy.model, 0) + 1
        for name, count in counts.items():
            most = facts.models[name].model.max_copies_per_node
            if most is not None and count > most:
                yield Violation(Rule.MAX_COPIES_PER_NODE, site.where, f"{count} copies of {name}, at most {most} on one node")
