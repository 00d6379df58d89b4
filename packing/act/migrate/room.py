"""Whether a copy may be loaded onto a node as it is: every rule on accelerators, node and endpoint, docs/rules.md."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from packing.act.migrate.seats import Form, Seat, Site
from packing.domain.units import MICRO, exact
from packing.domain.words import AcceleratorKind, Hosting, Isolation, Sharing
from packing.verify.checks.over_commit import too_much
from packing.verify.facts import KindFacts, ModelFacts

CONTAINER, INSTANCE = Isolation.CONTAINER.level, Isolation.INSTANCE.level
Conflicts = frozenset[tuple[str, str]]


def legal(model: ModelFacts, mode: Form, kind: KindFacts | None, hosting: Hosting) -> bool:
    """What does not depend on who else is there: mode, kind of accelerator, hosting, streaming, cold start, latency."""
    asked, stated = model.model, mode.mode
    if kind is None or mode.key not in model.keys or hosting not in asked.hosting:
        return False
    if mode.accelerators and (stated.accelerator != kind.kind.accelerator or mode.accelerators > kind.accelerators):
        return False
    if model.in_force and not mode.rate:
        return False
    if kind.sharing is Sharing.MIG and mode.accelerators and kind.partition(mode) is None:
        return False
    pairs = (stated.ttft_ms, asked.slo.ttft_ms), (stated.tpot_ms, asked.slo.tpot_ms)
    if any(is_ is not None and most is not None and exact(is_) > exact(most) for is_, most in pairs):
        return False
    if hosting is not Hosting.SINGLE_MODEL and model.isolation is Isolation.ENDPOINT:
        return False
    return hosting is not Hosting.MULTI_MODEL or _may_swap(model, mode, kind)


def _may_swap(model: ModelFacts, mode: Form, kind: KindFacts) -> bool:
    asked, load = model.model, mode.mode.load_s
    one_gpu = kind.accelerators == 0 or (kind.accelerators == 1 and kind.kind.accelerator_kind is AcceleratorKind.GPU)
    tolerant = asked.cold_start_s > 0 and (load is None or exact(load) <= exact(asked.cold_start_s))
    return mode.accelerators <= 1 and one_gpu and tolerant and not asked.streaming


def fits(seat: Seat, slots: int, ratio: Fraction, conflicts: Conflicts, max_models: int | None) -> bool:
    """Whether the (legal) seat can be taken with everybody there who is there now. `max_models`: what the problem allows on one node."""
    if not _one_more_model(seat, max_models):
        return False
    return _on_accelerators(seat, slots) and _on_node(seat, slots, conflicts) and _behind_endpoint(seat, ratio, conflicts) and _in_turns(seat, slots)


def _one_more_model(seat: Seat, max_models: int | None) -> bool:
    """Rule `max_models_per_node`; nothing is added to a node that has too many already."""
    kind = seat.site.kind
    assert kind is not None, "only legal seats are asked for"
    limits = [limit for limit in (max_models, kind.kind.max_models_per_node) if limit is not None]
    return not limits or len({seat.name, *(each.name for each in seat.site.seats)}) <= min(limits)


def _in_turns(seat: Seat, slots: int) -> bool:
    """Effective needs on an over-committed node; a copy that broke the rules before is not counted."""
    if not seat.site.over_committed:
        return True
    here = [each.turn for each in (*seat.site.seats, seat)]
    return next(too_much((each for each in here if each is not None), slots), None) is None


def _on_accelerators(seat: Seat, slots: int) -> bool:
    site, kind = seat.site, seat.site.kind
    assert kind is not None, "only legal seats are asked for"
    for index in seat.accelerators:
        there = site.on.get(index)
        on = [*there, seat] if there else [seat]
        if len(on) > 1 and (site.exclusive or _mixed(on, CONTAINER)):
            return False
        if _too_much(site, on, [each.mode.memory for each in on], kind.memory, slots):
            return False
        if _too_much(site, on, [each.mode.compute for each in on], MICRO, slots):
            return False
        if kind.sharing is Sharing.MIG and not _partitions_fit(kind, on):
            return False
    return True


def _partitions_fit(kind: KindFacts, on: Sequence[Seat]) -> bool:
    geometry, taken = kind.kind.mig, [kind.partition(each.mode) for each in on]
    if geometry is None:
        return True
    profiles = [profile for profile in taken if profile is not None]
    return (
        len(profiles) == len(taken)
        and sum(profile.compute_slices for profile in profiles) <= geometry.compute_slices
        and sum(profile.memory_slices for profile in profiles) <= geometry.memory_slices
    )


def _on_node(seat: Seat, slots: int, conflicts: Conflicts) -> bool:
    site, kind = seat.site, seat.site.kind
    assert kind is not None, "only legal seats are asked for"
    here = [*site.seats, seat]
    if kind.vcpus is not None and _too_much(site, here, [each.mode.vcpus for each in here], kind.vcpus, slots):
        return False
    if kind.host_memory is not None and _too_much(site, here, [each.mode.host_memory for each in here], kind.host_memory, slots):
        return False
    for name in {name for each in here for name in each.mode.resources}:
        if _too_much(site, here, [each.mode.resources.get(name, 0) for each in here], kind.resources.get(name, 0), slots):
            return False
    counts: dict[int, int] = {}
    for each in here:
        most = each.model.model.max_copies_per_node
        if most is not None:
            counts[id(each.model)] = counts.get(id(each.model), 0) + 1
            if counts[id(each.model)] > most:
                return False
    return not _mixed(here, INSTANCE) and not (conflicts and _in_conflict({each.tenant for each in here}, conflicts))


def _too_much(site: Site, seats: Sequence[Seat], amounts: list[int], capacity: int, slots: int) -> bool:
    """Whether the residents of some slot, or one copy alone, need more than there is."""
    if sum(amounts) <= capacity or site.over_committed:
        return False
    if not site.swaps or max(amounts) > capacity:
        return True
    resident = [0] * slots
    for seat, amount in zip(seats, amounts, strict=True):
        for slot, active in enumerate(seat.model.active):
            if active:
                resident[slot] += amount
    return max(resident) > capacity


def _mixed(seats: Sequence[Seat], level: int) -> bool:
    """Whether several tenants meet although one of them asks for `level` or more."""
    first = seats[0].tenant
    return any(seat.tenant != first for seat in seats) and any(seat.level >= level for seat in seats)


def _in_conflict(tenants: set[str], conflicts: Conflicts) -> bool:
    return len(tenants) > 1 and any((one, other) in conflicts for one in tenants for other in tenants)


def _behind_endpoint(seat: Seat, ratio: Fraction, conflicts: Conflicts) -> bool:
    group, model = seat.site.group, seat.model
    if group.hosting is Hosting.SINGLE_MODEL:
        return not (group.models.keys() - {seat.name})
    if group.hosting is Hosting.INFERENCE_COMPONENT:
        return True
    if len(group.frameworks.keys() | {framework(model)}) > 1:
        return False
    sizes = [*group.sizes, seat.mode.size]
    if max(sizes) > ratio * min(sizes):
        return False
    tenants = group.tenants.keys() | {model.tenant}
    strict = group.strict or seat.level >= CONTAINER
    return not (len(tenants) > 1 and strict) and not (conflicts and _in_conflict(set(tenants), conflicts))


def framework(model: ModelFacts) -> str:
    """The model's framework; stating none counts as one of its own."""
    return model.model.framework or "(none stated)"
