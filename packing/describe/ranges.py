"""Sums must stay where integers are exact: in the solver's 64 bits, and in the floats of a report."""

from __future__ import annotations

from collections.abc import Iterator

from packing.describe.draft import Draft
from packing.describe.known import InstanceTypes
from packing.domain.demand import fewest_copies
from packing.domain.hardware import price_micro_usd
from packing.domain.units import MAX_EXACT, show_usd
from packing.domain.workload import Model
from packing.errors import Fault

MAX_COPIES = 1_000_000
"""Copies that all models together may ask for: ten times the largest platform that this is made for."""
MAX_SUM = MAX_EXACT * 128
"""Sums over copies (bytes, thousandths of vCPUs, millionths of requests/s) stay below this, 2^60, so that int64 holds them
with room for a factor of eight."""


def sums(draft: Draft) -> Iterator[Fault]:
    """Worst cases of the sums that rules and cost are made of; Python integers, so that the check itself is exact."""
    total, largest = 0, {"memory_per_accelerator": 0, "host_memory": 0, "vcpus": 0}
    for at, model in draft.each("models"):
        copies = fewest_copies(model)
        total += copies
        if copies > MAX_COPIES:
            cause = f"The model asks for {copies} copies; {MAX_COPIES} in all is the most."
            yield Fault("too_large", draft.where("models", at), str(copies), cause, "Check copies, traffic and requests_per_second.")
        for name, most in _needs(model).items():
            largest[name] += most * max(1, copies)
        if copies * max((mode.rps_micro or 0 for mode in model.modes), default=0) > MAX_SUM:
            cause = "Copies times requests_per_second leaves the range of exact integers."
            yield Fault("too_large", draft.where("models", at), str(copies), cause, "Check copies and requests_per_second.")
    if total > MAX_COPIES:
        cause = f"All models together ask for {total} copies; {MAX_COPIES} is the most."
        yield Fault("too_large", "models", str(total), cause, "Split the problem.")
    for name, amount in largest.items():
        if amount > MAX_SUM:
            yield Fault(
                "too_large", "models", str(amount), f"The {name} of all copies together leaves the range of exact integers.", "Check the units."
            )
    yield from _prices(draft, min(total, MAX_COPIES))


def _needs(model: Model) -> dict[str, int]:
    """The most that a copy takes in any of its modes."""
    return {
        "memory_per_accelerator": max((mode.memory_per_accelerator for mode in model.modes), default=0),
        "host_memory": max((mode.host_memory for mode in model.modes), default=0),
        "vcpus": max((mode.vcpu_milli for mode in model.modes), default=0),
    }


def _prices(draft: Draft, copies: int) -> Iterator[Fault]:
    """No more nodes of a pool are ever rented than there are copies."""
    types, total = InstanceTypes(draft.problem), 0
    for _, pool in draft.each("fleet"):
        kind = types.find(pool.instance_type)
        if kind is None or (pool.price_per_hour is None and kind.price_per_hour is None):
            continue
        nodes = copies if pool.count is None else pool.count if pool.owned else min(copies, pool.count)
        total += price_micro_usd(pool, kind) * nodes
    if total > MAX_EXACT:
        cause = "The price of the whole fleet leaves the range of exact integers (over 9 thousand million USD per hour)."
        yield Fault("too_large", "fleet", f"{show_usd(total)} an hour", cause, "Check prices and counts.")
