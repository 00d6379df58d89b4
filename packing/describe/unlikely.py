"""Quantities that are allowed and hardly meant: a forgotten unit is said, and not guessed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from packing.domain.faults import path_of
from packing.domain.problem import Problem
from packing.domain.units import UnitError, memory_fraction, show_bytes
from packing.domain.workload import Mode, Model

NAMED = 5
"""Quantities that are named before it says "and so many more"."""
LEAST_BYTES = 2**20
"""Nothing that is placed, and no machine, has less memory than this: a number without a unit is bytes."""
LEAST_TTFT_MS, LEAST_TPOT_MS, MOST_MS = 10.0, 0.5, 600_000.0
MOST_S = 86_400.0
MOST_VCPUS, MOST_USD = 2_000.0, 10_000.0

Odd = tuple[tuple[int | str, ...], str]


def unlikely(problem: Problem) -> tuple[str, ...]:
    """One sentence for each quantity that looks as if its unit were another one; the first few, and how many more."""
    found = list(_all(problem))
    more = [f"and {len(found) - NAMED:,} more quantities like these"] if len(found) > NAMED else []
    return (*(f"{path_of(where, problem)} {why}" for where, why in found[:NAMED]), *more)


def unlikely_memory_limit(limit: str | None) -> str | None:
    """The same for the memory that a search may hold; None: nothing is odd with it, or it is refused elsewhere."""
    try:
        size = None if limit is None else math.floor(memory_fraction(limit))
    except UnitError:
        return None
    return None if size is None or size >= LEAST_BYTES else f"--memory-limit {_bytes(size, 'GiB')}"


def _all(problem: Problem) -> Iterator[Odd]:
    for at, kind in enumerate(problem.instance_types):
        here = "instance_types", at
        for field in ("memory_per_accelerator", "host_memory"):
            yield from _small(getattr(kind, field), (*here, field))
        yield from _above(kind.vcpus, MOST_VCPUS, (*here, "vcpus"), "vCPUs on one machine; are these thousandths (500m)?")
        yield from _above(kind.price_per_hour, MOST_USD, (*here, "price_per_hour"), "USD an hour for one machine")
        yield from _above(kind.start_s, MOST_S, (*here, "start_s"), "seconds; are these milliseconds?")
    for at, pool in enumerate(problem.fleet):
        yield from _above(pool.price_per_hour, MOST_USD, ("fleet", at, "price_per_hour"), "USD an hour for one machine")
    for at, model in enumerate(problem.models):
        yield from _of_model(model, ("models", at))


def _of_model(model: Model, here: tuple[int | str, ...]) -> Iterator[Odd]:
    yield from _latency(model.slo.ttft_ms, LEAST_TTFT_MS, (*here, "slo", "ttft_ms"))
    yield from _latency(model.slo.tpot_ms, LEAST_TPOT_MS, (*here, "slo", "tpot_ms"))
    yield from _above(model.cold_start_s, MOST_S, (*here, "cold_start_s"), "seconds; are these milliseconds?")
    for number, mode in enumerate(model.modes):
        yield from _of_mode(mode, (*here, "modes", number))


def _of_mode(mode: Mode, here: tuple[int | str, ...]) -> Iterator[Odd]:
    for field in ("memory_per_accelerator", "host_memory"):
        yield from _small(getattr(mode, field), (*here, field))
    yield from _above(mode.vcpus, MOST_VCPUS, (*here, "vcpus"), "vCPUs for one copy; are these thousandths (500m)?")
    yield from _above(mode.load_s, MOST_S, (*here, "load_s"), "seconds; are these milliseconds?")
    yield from _above(mode.ttft_ms, MOST_MS, (*here, "ttft_ms"), "ms; are these microseconds?")
    yield from _above(mode.tpot_ms, MOST_MS, (*here, "tpot_ms"), "ms; are these microseconds?")


def _small(size: int | None, where: tuple[int | str, ...]) -> Iterator[Odd]:
    if size and size < LEAST_BYTES:
        yield where, _bytes(size, "GiB")


def _bytes(size: int, unit: str) -> str:
    return f"is {show_bytes(size)}: a number without a unit is bytes; is {unit} meant?"


def _latency(limit: float | None, least: float, where: tuple[int | str, ...]) -> Iterator[Odd]:
    if limit is not None and limit < least:
        yield where, f"is {limit:g} ms, which hardly any server keeps; are these seconds?"
    yield from _above(limit, MOST_MS, where, "ms; are these microseconds?")


def _above(value: float | None, most: float, where: tuple[int | str, ...], what: str) -> Iterator[Odd]:
    if value is not None and value > most:
        yield where, f"is {value:,.12g} {what}"
