"""Over-committed multi-model nodes: what a model that is loaded on demand takes of a node, and how long a request may wait.

A node at a *level* keeps each of its models in memory for the level's `keep_s` (T) after its last request, except with a probability
that the reserve bounds; the least recently used go first. Requests are taken to be independent (Poisson), rates constant within a slot.
With size s and rate x of each model, capacity C, steepness k = 16 and reserve f = 1/4 (docs/design/overcommit.md has the derivation):

    p       = 1 - exp(-x T)                                  was asked for within T (x: the largest rate of any slot)
    plain   = C ln(1 + p (exp(k s / C) - 1)) / k             effective bandwidth
    need    = plain / (1 - f)                                on every node, for every capacity, in every slot: sum of needs <= C
    early   = exp(-k (f - (s - plain) / C))                  evicted before T, at most (Chernoff); summed over the kinds of memory
    miss    = (T/slot) exp(-min(x, x before) T) + (1 - T/slot) exp(-x T) + early
    loading = x miss load_s                                  on every node, in every slot: sum <= `loading_limit` (r)
    waits   = miss (1 + x (load_s + r L / (1 - r)))          requests that find it not loaded, or being loaded
    late    = waits exp(-y (cold_start_s - load_s) / L)      wait longer than cold_start_s, at most: M/G/1 queue of loads (Kingman),
                                                             y the root of r (exp(y) - 1) = y, no load longer than the level's `load_s` (L)

Needs are additive, so that whether models fit together stays a sum. Sources: Che, Tung, Wang, "Hierarchical web caching systems",
IEEE JSAC 2002 (keep time); Kelly, "Notes on effective bandwidths", 1996 (needs); Kingman, "Inequalities in the theory of queues", 1970.

All of it is decimal arithmetic with 30 digits, the same on every machine; needs are rounded up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from packing.domain.demand import copies_needed
from packing.domain.problem import Problem
from packing.domain.units import MICRO, capacity, exact
from packing.domain.workload import Model

_DIGITS = Context(prec=30, rounding=ROUND_HALF_EVEN)
"""Whatever the caller's own decimal context is: `keep` alone computes, and in this one."""
STEEPNESS = Decimal(16)
RESERVE = Decimal("0.25")
WORTH = Fraction(9, 10)
"""A level is for copies that take no more than this part of what they take when they are always loaded, of what they take most of."""
GRID = 4096
"""Sizes are rounded up to this part of the capacity, probabilities to this part of one: few distinct logarithms."""


@dataclass(frozen=True, slots=True)
class Level:
    """How long models stay after their last request, and how long a load takes at most, in seconds."""

    name: str
    keep_s: int
    load_s: int


LOADS = (20, 60, 180)
LEVELS = tuple(Level(f"{keep // 60}min/{load}s", keep, load) for keep in (120, 600, 1800) for load in LOADS)
BY_NAME = {level.name: level for level in LEVELS}
"""What an endpoint's `keep` may name: how long models stay, and the longest load."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A model as an over-committed node sees it: requests/s per slot (millionths), and what may be waited for."""

    rates: tuple[int, ...]
    slot_s: Fraction
    cold_start_s: float
    quantile: float
    loading_limit: float


@dataclass(frozen=True, slots=True)
class Amount:
    """What a copy needs of one capacity while it is loaded; capacity None: unlimited."""

    needed: int
    capacity: int | None
    memory: bool = False
    """Where it runs short, models are evicted."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one copy takes of an over-committed node."""

    needs: tuple[int, ...]
    """Effective needs, in the order and the units of the amounts."""
    loading: int
    """Share of the time that its loads take in its worst slot, in millionths."""
    resident: tuple[bool, ...]
    """Slots in which it may have been asked for within the keep time."""


@lru_cache(maxsize=2**14)
def keep(asked: Asked, level: Level, amounts: tuple[Amount, ...], load_s: float) -> Kept | str:
    """What one copy takes of a node at the level; or why the level is not for it, in words.

    Parameters
    ----------
    asked : the model's demand.
    level : of the node.
    amounts : what it needs while it is loaded.
    load_s : seconds of one load.
    """
    with localcontext(_DIGITS):
        return _kept(asked, level, amounts, load_s)


def _kept(asked: Asked, level: Level, amounts: tuple[Amount, ...], load_s: float) -> Kept | str:
    if next((load for load in LOADS if exact(load_s) <= load), None) != level.load_s:
        return f"a load takes {load_s:g} s, which is not of this level ({level.load_s} s)"
    if level.keep_s > asked.slot_s:
        return f"a slot is shorter than the keep time of {level.keep_s} s"
    if any(each.capacity is not None and each.needed > each.capacity for each in amounts):
        return "a copy alone does not fit"
    parts = [_part(each, _used_share(max(asked.rates), level.keep_s)) for each in amounts]
    early = sum((_early(each, part) for each, part in zip(amounts, parts, strict=True) if each.memory), Decimal(0))
    loading, late = _worst(asked, level, _decimal(load_s), early)
    if late > 1 - _decimal(asked.quantile):
        return f"{float(late):.2g} of the requests could wait longer than {asked.cold_start_s:g} s"
    if loading > capacity(asked.loading_limit, MICRO):
        return f"its loads alone could take more than {asked.loading_limit:g} of the time"
    needs = tuple(
        each.needed if part is None else _up(part * (each.capacity or 0) / (1 - RESERVE)) for each, part in zip(amounts, parts, strict=True)
    )
    if _largest(amounts, needs) > min(Fraction(1), WORTH * _largest(amounts, [each.needed for each in amounts])):
        return "it is asked for so often that it would take no less than if it were always loaded"
    return Kept(needs, loading, resident_slots(asked.rates))


def may_over_commit(model: Model) -> bool:
    """Whether the model's requests may wait, by quantile, and one copy in any of its modes serves them all."""
    if model.cold_start_quantile is None or model.cold_start_s <= 0 or model.streaming or not model.peak_micro or model.min_zones > 1:
        return False
    return all(copies_needed(model, mode) in {None, 0, 1} for mode in model.modes)


def asked_of(problem: Problem, model: Model) -> Asked:
    """A model that may be over-committed, as a node sees it."""
    rates = model.rate_micro(problem.slots)
    assert rates is not None
    assert model.cold_start_quantile is not None
    return Asked(rates, exact(problem.slot_hours) * 3600, model.cold_start_s, model.cold_start_quantile, problem.loading_limit)


def _largest(amounts: Sequence[Amount], needs: Sequence[int]) -> Fraction:
    return max((Fraction(need, each.capacity) for each, need in zip(amounts, needs, strict=True) if each.capacity), default=Fraction(0))


def resident_slots(rates: Sequence[int]) -> tuple[bool, ...]:
    """Slots with requests in them or in the slot before (the day repeats): when a model may be in memory."""
    return tuple(rate > 0 or rates[slot - 1] > 0 for slot, rate in enumerate(rates))


def _worst(asked: Asked, level: Level, load: Decimal, early: Decimal) -> tuple[int, Decimal]:
    """(loading in millionths, late) of the worst slot."""
    limit = _decimal(asked.loading_limit)
    held = load + limit * level.load_s / (1 - limit)
    busiest = waits = Decimal(0)
    for rate, quiet_before in _misses(asked.rates, asked.slot_s, level.keep_s):
        miss = min(Decimal(1), quiet_before + early)
        busiest = max(busiest, rate * miss)
        waits = max(waits, miss * (1 + rate * held / MICRO))
    return _up(busiest * load), min(Decimal(1), waits) * _queue_tail(asked, level, load)


def _queue_tail(asked: Asked, level: Level, load: Decimal) -> Decimal:
    """Share of the loads that wait for their turn longer than is tolerated, at most."""
    spare = _decimal(asked.cold_start_s) - load
    return Decimal(1) if spare < 0 else (-_decay(asked.loading_limit) * spare / level.load_s).exp()


@lru_cache(maxsize=2**14)
def _misses(rates: tuple[int, ...], slot_s: Fraction, seconds: int) -> tuple[tuple[int, Decimal], ...]:
    """(rate in millionths, share of the requests that find nothing asked for within T), for each different slot with requests."""
    window = seconds / _ratio(slot_s)
    slots = {(rates[slot - 1], rate) for slot, rate in enumerate(rates) if rate}
    return tuple((rate, window * _quiet(min(rate, before), seconds) + (1 - window) * _quiet(rate, seconds)) for before, rate in sorted(slots))


@lru_cache(maxsize=2**16)
def _quiet(rate: int, seconds: int) -> Decimal:
    """exp(-x T): no request within T at x requests/s (millionths)."""
    return (Decimal(-rate * seconds) / MICRO).exp()


def _used_share(rate: int, seconds: int) -> int:
    """p: asked for within T, in 1/GRID, rounded up."""
    return _up((1 - _quiet(rate, seconds)) * GRID)


@lru_cache(maxsize=64)
def _decay(limit: float) -> Decimal:
    """y > 0 with r (exp(y) - 1) = y, rounded down: how fast the tail of the queue of loads falls, by bisection."""
    share, low, high = _decimal(limit), Decimal(0), Decimal(64)
    for _ in range(64):
        middle = (low + high) / 2
        low, high = (middle, high) if share * (middle.exp() - 1) <= middle else (low, middle)
    return low.quantize(Decimal("1e-9"), ROUND_FLOOR)


def _size(amount: Amount) -> int:
    """What is needed of a limited capacity, in 1/GRID of it, rounded up."""
    return -(-amount.needed * GRID // amount.capacity) if amount.capacity else 0


def _part(amount: Amount, used: int) -> Decimal | None:
    """Effective bandwidth as a part of the capacity, without the reserve; None where nothing limits. What alone is too much has been refused."""
    return None if amount.capacity is None or not amount.needed else _effective_part(_size(amount), used)


@lru_cache(maxsize=2**16)
def _effective_part(size: int, used: int) -> Decimal:
    """ln(1 + p (exp(k s) - 1)) / k with s and p in 1/GRID."""
    return (1 + ((STEEPNESS * size / GRID).exp() - 1) * used / GRID).ln() / STEEPNESS


def _early(amount: Amount, part: Decimal | None) -> Decimal:
    """Evicted before its time for want of this memory, at most."""
    if part is None:
        return Decimal(0)
    return min(Decimal(1), (-STEEPNESS * (RESERVE - (Decimal(_size(amount)) / GRID - part))).exp())


def _up(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_CEILING))


@lru_cache(maxsize=2**12)
def _decimal(value: float) -> Decimal:
    return _ratio(exact(value))


def _ratio(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator
