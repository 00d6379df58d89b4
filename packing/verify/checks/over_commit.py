"""Checks of over-committed nodes: effective needs instead of what is resident in the slot, time for loads, waits by quantile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packing.domain.overcommit import BY_NAME, Amount, Level, asked_of, keep, may_over_commit
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.domain.units import MICRO, capacity, compute_short, memory_short, resource_short, time_short, vcpus_short
from packing.domain.words import Sharing
from packing.verify.facts import Facts, KindFacts, ModeFacts, ModelFacts
from packing.verify.violation import Violation


@dataclass(frozen=True, slots=True)
class Row:
    """What a copy takes of one capacity."""

    rule: Rule
    name: str
    """Of a named resource."""
    need: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What a copy takes of an over-committed node, in the slots in which it counts."""

    rows: tuple[Row, ...]
    resident: tuple[bool, ...]


def loading(facts: Facts) -> Iterator[Violation]:
    """In every slot, of every capacity of an over-committed node: effective needs <= what there is; loads <= `loading_limit`."""
    for site in facts.sites.values():
        if site.kind is None or not site.over_committed:
            continue
        level, turns = BY_NAME[site.keeps or ""], []
        for seat in site.seats:
            found = turn(facts.problem, seat.model, seat.mode, site.kind, level) if seat.model is not None else None
            if isinstance(found, str):
                yield Violation(Rule.COLD_START, seat.where, f"{found} (level {level.name})")
            elif found is not None:
                turns.append(found)
        for row, slot, used in too_much(turns, facts.slots):
            yield Violation(row.rule, site.where, f"{_short(row, used)}, over-committed, in slot {slot}")


def _short(row: Row, used: int) -> str:
    """What the copies take with their effective needs, and what there is."""
    match row.rule:
        case Rule.MEMORY | Rule.HOST_MEMORY:
            return memory_short(used, row.capacity)
        case Rule.COMPUTE:
            return compute_short(used, row.capacity)
        case Rule.VCPUS:
            return vcpus_short(used, row.capacity)
        case Rule.LOADING:
            return time_short(used, row.capacity)
        case _:
            return resource_short(used, row.capacity, row.name)


def turn(problem: Problem, model: ModelFacts, mode: ModeFacts, kind: KindFacts, level: Level) -> Turn | str:
    """What a copy takes of a node at the level; or why it may not be there."""
    if not may_over_commit(model.model):
        return "only a model whose requests may wait (cold_start_quantile) and that one copy serves is over-committed"
    if mode.mode.load_s is None:
        return "the mode states no load_s"
    if kind.sharing is Sharing.MIG:
        return "partitions are not over-committed"
    amounts = list(_amounts(kind, mode))
    kept = keep(asked_of(problem, model.model), level, tuple(amount for _, _, amount in amounts), mode.mode.load_s)
    if isinstance(kept, str):
        return kept
    rows = [
        Row(rule, name, need, amount.capacity) for (rule, name, amount), need in zip(amounts, kept.needs, strict=True) if amount.capacity is not None
    ]
    return Turn((*rows, Row(Rule.LOADING, "", kept.loading, capacity(problem.loading_limit, MICRO))), kept.resident)


def too_much(turns: Iterable[Turn], slots: int) -> Iterator[tuple[Row, int, int]]:
    """(row, slot, amount) of every capacity of which the copies on one node take more than there is."""
    totals: dict[tuple[Rule, str], tuple[Row, list[int]]] = {}
    for each in turns:
        for row in each.rows:
            _, used = totals.setdefault((row.rule, row.name), (row, [0] * slots))
            for slot, resident in enumerate(each.resident):
                used[slot] += row.need if resident else 0
    for row, used in totals.values():
        if max(used) > row.capacity:
            yield row, used.index(max(used)), max(used)


def _amounts(kind: KindFacts, mode: ModeFacts) -> Iterator[tuple[Rule, str, Amount]]:
    """What the copy needs of each capacity while it is loaded. Behind multi-model endpoints there is at most one accelerator."""
    if mode.accelerators:
        yield Rule.MEMORY, "", Amount(mode.memory, kind.memory, memory=True)
        yield Rule.COMPUTE, "", Amount(mode.compute, MICRO)
    yield Rule.HOST_MEMORY, "", Amount(mode.host_memory, kind.host_memory, memory=True)
    yield Rule.VCPUS, "", Amount(mode.vcpus, kind.vcpus)
    for name, amount in sorted(mode.resources.items()):
        yield Rule.RESOURCES, name, Amount(amount, kind.resources.get(name, 0))
