"""From what happened to figures: of every model, every node and the whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from packing.act.rehearse.fleet import Fleet
from packing.act.rehearse.run import NOBODY, Course, Outcome
from packing.act.rehearse.stations import Station
from packing.act.rehearse.timetable import HOUR_S, Stage
from packing.act.rehearse.types import ModelRehearsal, NodeRehearsal, Percentiles
from packing.domain.problem import Problem

Floats = NDArray[np.float64]
TOLERANCE = 1e-9
"""Relative: a latency equal to its limit is within it."""
DIGITS = 6
"""Significant digits of the figures: they are the same on every machine."""


def judged(problem: Problem, course: Course, fleet: Fleet, stations: dict[int, Station], seconds: float, first_slot: int) -> ModelRehearsal:
    """How one model fared."""
    model, slo = course.model, course.model.slo
    came, asked = course.stream.at, len(course.stream.at)
    end, first, begun = (
        np.frombuffer(each, dtype=float) if asked else np.empty(0) for each in (course.work.end, course.work.first, course.work.begun)
    )
    served = np.isfinite(end) & (course.copy != NOBODY)
    cold = course.cold
    tolerated = np.where(cold <= model.cold_start_s * (1 + TOLERANCE), cold, 0.0)
    with np.errstate(invalid="ignore"):
        ttft = first - came
        counted = ttft - tolerated
        steps = course.work.tokens if isinstance(course.work.tokens, float) else np.frombuffer(course.work.tokens, dtype=float)
        steps = np.broadcast_to(np.asarray(steps, dtype=float), came.shape)
        tpot = np.where(steps > 0, np.maximum(end - first, 0.0) / np.maximum(steps, 1e-300), 0.0)
        late_first = served & (counted > _limit(slo.ttft_ms))
        late_tokens = served & (tpot > _limit(slo.tpot_ms))
    good = served & ~late_first & ~late_tokens
    worst, worst_share = _worst_slot(problem, first_slot, came, good)
    late_loads = (cold > model.cold_start_s * (1 + TOLERANCE)) & served
    kept = None if model.cold_start_quantile is None or not asked else bool(late_loads.sum() <= (1 - model.cold_start_quantile) * asked)
    numbers = fleet.by_model.get(model.name, [])
    modes = [fleet.copies[number].copy.mode for number in numbers]
    with np.errstate(invalid="ignore"):
        generated = tpot[served & (steps > 0)]
        waits = (begun - came)[served]
    return ModelRehearsal(
        model=model.name,
        requests=asked,
        served=int(served.sum()),
        refused=asked - int(served.sum()),
        in_flight=int((end[served] > seconds).sum()),
        attained=int(good.sum()),
        attainment=_share(int(good.sum()), asked),
        late_first=int(late_first.sum()),
        late_tokens=int(late_tokens.sum()),
        cold_starts=int(((cold > 0) & served).sum()),
        late_loads=int(late_loads.sum()),
        loads=0,
        cold_start_kept=kept,
        worst_slot=worst,
        worst_slot_attainment=worst_share,
        ttft_ms=percentiles(ttft[served] * 1000),
        tpot_ms=percentiles(generated * 1000),
        end_to_end_s=percentiles((end - came)[served]),
        wait_s=percentiles(waits),
        copies=_most_at_once(fleet, numbers),
        planned_ttft_ms=max((mode.ttft_ms for mode in modes if mode.ttft_ms is not None), default=None),
        planned_tpot_ms=max((mode.tpot_ms for mode in modes if mode.tpot_ms is not None), default=None),
        utilisation=_utilisation(fleet, stations, numbers),
    )


def _limit(ms: float | None) -> float:
    return np.inf if ms is None else ms / 1000 * (1 + TOLERANCE)


def _worst_slot(problem: Problem, first_slot: int, came: Floats, good: Any) -> tuple[int | None, float | None]:
    """The slot of the cycle with the lowest attainment; of equal ones the first; None where all is attained."""
    if not len(came) or bool(good.all()):
        return None, None
    slot = (first_slot + (came // (problem.slot_hours * HOUR_S)).astype(np.intp)) % problem.slots
    asked, kept = (np.bincount(each, minlength=problem.slots) for each in (slot, slot[good]))
    shares = np.where(asked > 0, kept / np.maximum(asked, 1), 2.0)
    worst = int(np.argmin(shares))
    return worst, rounded(float(shares[worst]))


def _most_at_once(fleet: Fleet, numbers: Sequence[int]) -> int:
    counts: dict[int, int] = {}
    for number in numbers:
        for stage in fleet.copies[number].stages:
            counts[stage] = counts.get(stage, 0) + 1
    return max(counts.values(), default=0)


def _utilisation(fleet: Fleet, stations: dict[int, Station], numbers: Sequence[int]) -> float | None:
    """Places taken / places there; what is left over at the end can only be beyond it where all were taken."""
    there = sum(stations[number].law.places * fleet.copies[number].ready_s for number in numbers if number in stations)
    return rounded(min(1.0, sum(stations[number].held_s for number in numbers if number in stations) / there)) if there else None


def nodes(problem: Problem, plan: Sequence[Stage], fleet: Fleet, outcome: Outcome) -> tuple[list[NodeRehearsal], list[str]]:
    """How busy every node was, and the names of those that thrash."""
    found, thrashing = [], []
    edges = np.append(np.arange(0.0, plan[-1].end_s, problem.slot_hours * HOUR_S), plan[-1].end_s)
    for key, machine in fleet.machines.items():
        cache, _ = outcome.caches.get(key, (None, []))
        spans = np.array(cache.spans).reshape(-1, 2) if cache else np.empty((0, 2))
        by_slot = [float(np.maximum(np.minimum(spans[:, 1], right) - np.maximum(spans[:, 0], left), 0).sum()) for left, right in pairwise(edges)]
        shares = [loading / (right - left) for loading, left, right in zip(by_slot, edges[:-1], edges[1:], strict=True)]
        worst = max(shares, default=0.0)
        if worst > problem.loading_limit:
            thrashing.append(machine.node.id)
        found.append(
            NodeRehearsal(
                node=machine.node.id,
                instance_type=machine.node.instance_type,
                endpoint=machine.node.endpoint,
                hosting=machine.hosting,
                hours=rounded(machine.ready_s / HOUR_S),
                served=sum(outcome.stations[number].served for number in machine.copies if number in outcome.stations),
                utilisation=_utilisation(fleet, outcome.stations, machine.copies) or 0.0,
                loading=rounded(sum(by_slot) / machine.ready_s) if machine.ready_s else 0.0,
                worst_loading=rounded(worst),
                loads=sum(tenant.loads for tenant in cache.tenants) if cache else 0,
                evictions=sum(tenant.evictions for tenant in cache.tenants) if cache else 0,
            )
        )
    return sorted(found, key=lambda each: each.node), sorted(thrashing)


def loads_of(fleet: Fleet, outcome: Outcome) -> dict[str, int]:
    """Loads on multi-model nodes, by model."""
    counts: dict[str, int] = {}
    for cache, numbers in outcome.caches.values():
        for tenant, number in zip(cache.tenants, numbers, strict=True):
            name = fleet.copies[number].seat.model
            counts[name] = counts.get(name, 0) + tenant.loads
    return counts


def percentiles(values: Floats) -> Percentiles:
    """Of the values; the higher one where a percentile falls between two."""
    if not len(values):
        return Percentiles()
    p50, p95, p99 = (rounded(float(each)) for each in np.percentile(values, (50, 95, 99), method="higher"))
    return Percentiles(p50=p50, p95=p95, p99=p99)


def rounded(value: float) -> float:
    """To `DIGITS` significant digits."""
    return float(f"{value:.{DIGITS}g}")


def _share(part: int, whole: int) -> float | None:
    return rounded(part / whole) if whole else None
