"""Checks of over-committed nodes: effective needs instead of what is resident in the slot, time for loads, waits by quantile."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.overcommit import BY_NAME, Amount, Kept, Level, asked_of, keep, may_over_commit
from packing.domain.rules import Rule
from packing.domain.units import MICRO, capacity
from packing.domain.words import Sharing
from packing.verify.facts import Facts, KindFacts, ModelFacts, Seat, Site
from packing.verify.violation import Violation

Named = tuple[Rule, str, Amount]


def loading(facts: Facts) -> Iterator[Violation]:
    """In every slot, of every capacity of an over-committed node: effective needs <= what there is; loads <= `loading_limit`."""
    for site in _sites(facts):
        assert site.kind is not None
        level = BY_NAME[site.keeps or ""]
        totals: dict[tuple[Rule, str], tuple[list[int], int]] = {}
        for seat in site.seats:
            if seat.model is None:
                continue
            named = _amounts(facts, site.kind, seat)
            kept = _kept(facts, seat.model, seat, level, [amount for _, _, amount in named])
            if isinstance(kept, str):
                yield Violation(Rule.COLD_START, seat.where, f"{kept} (level {level.name})")
                continue
            limit = capacity(facts.problem.loading_limit, MICRO)
            loads: Named = (Rule.LOADING, "loads: ", Amount(0, limit))
            for (rule, name, amount), need in zip((*named, loads), (*kept.needs, kept.loading), strict=True):
                if amount.capacity is not None:
                    used, _ = totals.setdefault((rule, name), ([0] * facts.slots, amount.capacity))
                    for slot, resident in enumerate(kept.resident):
                        used[slot] += need if resident else 0
        for (rule, name), (used, there) in totals.items():
            if max(used) > there:
                yield Violation(rule, site.where, f"{name}effective needs of {max(used)} in slot {used.index(max(used))}, {there} there")


def _sites(facts: Facts) -> list[Site]:
    return [site for site in facts.sites.values() if site.kind is not None and site.over_committed]


def _amounts(facts: Facts, kind: KindFacts, seat: Seat) -> list[Named]:
    """What the copy needs of each capacity while it is loaded. Behind multi-model endpoints there is at most one accelerator."""
    mode = seat.mode
    there = [(Rule.HOST_MEMORY, "", Amount(mode.host_memory, kind.host_memory, memory=True)), (Rule.VCPUS, "", Amount(mode.vcpus, kind.vcpus))]
    if mode.accelerators:
        there = [(Rule.MEMORY, "", Amount(mode.memory, kind.memory, memory=True)), (Rule.COMPUTE, "", Amount(mode.compute, MICRO)), *there]
    named = sorted({name for each in facts.seats for name in each.mode.resources})
    return [*there, *((Rule.RESOURCES, f"{name}: ", Amount(mode.resources.get(name, 0), kind.resources.get(name, 0))) for name in named)]


def _kept(facts: Facts, model: ModelFacts, seat: Seat, level: Level, amounts: list[Amount]) -> Kept | str:
    record, mode = model.model, seat.mode.mode
    if not may_over_commit(record) or model.placed > 1:
        return "only a model whose requests may wait (cold_start_quantile) and that one copy serves is over-committed"
    if mode.load_s is None:
        return "the mode states no load_s"
    if seat.site is not None and seat.site.kind is not None and seat.site.kind.sharing is Sharing.MIG:
        return "partitions are not over-committed"
    return keep(asked_of(facts.problem, record), level, amounts, mode.load_s)
