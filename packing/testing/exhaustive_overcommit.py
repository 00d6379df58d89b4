"""Whether one over-committed node may carry given copies: docs/design/overcommit.md read line by line, with ordinary floating-point numbers.

Its own arithmetic, without decimals. Where a figure comes so close to a limit that the last digits could decide, `UndecidedError` is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, exp, log

from packing.domain.hardware import InstanceType
from packing.domain.problem import Problem
from packing.domain.words import Sharing
from packing.domain.workload import Mode, Model
from packing.testing.needs import needs_of

TIMES = ((2, 20), (2, 60), (2, 180), (10, 20), (10, 60), (10, 180), (30, 20), (30, 60), (30, 180))
"""Minutes that models stay, and seconds of the longest load, of each level."""
STEEP, RESERVE, WORTH = 16.0, 0.25, 0.9
GRID = 4096
"""Parts of capacities and probabilities are rounded up to one in so many."""
CLOSE = 1e-6
"""Relative distance to a limit within which rounding could decide."""

Here = Sequence[tuple[Model, Mode, tuple[int, ...]]]


class UndecidedError(ValueError):
    """Too close to a limit to be judged with floating-point numbers."""


def over_committed(problem: Problem, kind: InstanceType, minutes: int, longest: int, here: Here) -> bool:
    """Whether these copies may share the node in turns at the level."""
    hour = float(problem.slot_hours) * 3600
    names = [model.name for model, _, _ in here]
    if kind.effective_sharing is Sharing.MIG or len(set(names)) < len(names) or minutes * 60 > hour:
        return False
    each = [_copy(problem, kind, minutes * 60.0, longest, model, mode, hour) for model, mode, _ in here]
    if any(taken is None for taken in each):
        return False
    for slot in range(problem.slots):
        rows = [taken for (model, _, _), taken in zip(here, each, strict=True) if taken is not None and _there(model, problem.slots, slot)]
        if rows and not all(_below(sum(parts), 1.0) for parts in zip(*rows, strict=True)):
            return False
    return True


def _copy(problem: Problem, kind: InstanceType, stay: float, longest: int, model: Model, mode: Mode, hour: float) -> list[float] | None:
    """Parts of every capacity, and of the time for loads, that one copy takes; None where the level is not for it."""
    if model.cold_start_quantile is None or model.cold_start_s <= 0 or model.traffic is None or mode.load_s is None or model.min_zones > 1:
        return None
    asked = needs_of(model)
    if any(asked.copies(other) not in {None, 0, 1} for other in model.modes) or not model.peak_micro:
        return None
    if mode.load_s > longest or any(mode.load_s <= other < longest for _, other in TIMES):
        return None
    rates = _rates(model, problem.slots)
    used = ceil((1 - exp(-max(rates) * stay)) * GRID) / GRID
    sizes = list(_sizes(kind, mode))
    if any(size > 1 for size, _ in sizes):
        return None
    plain = [log(1 + used * (exp(STEEP * size) - 1)) / STEEP for size, _ in sizes]
    early = sum(exp(-STEEP * (RESERVE - (size - part))) for (size, memory), part in zip(sizes, plain, strict=True) if memory and size)
    limit, loading = float(problem.loading_limit), 0.0
    for slot, rate in enumerate(rates):
        if not rate:
            continue
        before = min(rate, rates[slot - 1])
        miss = min(1.0, stay / hour * exp(-before * stay) + (1 - stay / hour) * exp(-rate * stay) + early)
        loading = max(loading, rate * miss * mode.load_s)
        waits = min(1.0, miss * (1 + rate * (mode.load_s + limit * longest / (1 - limit))))
        late = waits * exp(-_root(limit) * (model.cold_start_s - mode.load_s) / longest)
        if not _below(late, 1 - model.cold_start_quantile):
            return None
    needs = [part / (1 - RESERVE) for part in plain]
    worth = max([size for size, _ in sizes], default=0.0) * WORTH
    if not _below(max(needs, default=0.0), min(1.0, worth)) or not _below(loading, limit):
        return None
    return [*needs, loading / limit]


def _sizes(kind: InstanceType, mode: Mode) -> Iterator[tuple[float, bool]]:
    """(part of the capacity, whether models are evicted where it runs short) of everything that is limited."""
    if mode.accelerators:
        yield _part(mode.memory_per_accelerator, kind.memory_per_accelerator), True
        yield _part(mode.compute_micro, 10**6), False
    if kind.host_memory is not None:
        yield _part(mode.host_memory, kind.host_memory), True
    if kind.vcpu_milli is not None:
        yield _part(mode.vcpu_milli, kind.vcpu_milli), False
    for name, amount in sorted(mode.resource_milli.items()):
        yield _part(amount, kind.resource_milli.get(name, 0)), False


def _part(amount: int, there: int) -> float:
    return -(-amount * GRID // there) / GRID if there else 2.0 * (amount > 0)


def _rates(model: Model, slots: int) -> list[float]:
    assert model.traffic is not None
    rates = [float(rate) for rate in model.traffic.requests_per_second]
    return rates * slots if len(rates) == 1 else rates


def _there(model: Model, slots: int, slot: int) -> bool:
    rates = _rates(model, slots)
    return rates[slot] > 0 or rates[slot - 1] > 0


def _root(limit: float) -> float:
    """y > 0 with limit (e^y - 1) = y."""
    return _bisect(lambda y: limit * (exp(y) - 1) <= y, 1e-9, 64.0)


def _bisect(holds: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _below(value: float, limit: float) -> bool:
    """value <= limit; undecided where it is close."""
    if value and abs(value - limit) <= CLOSE * limit:
        raise UndecidedError
    return value <= limit
