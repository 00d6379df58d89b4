"""The objective of docs/fitness.md, coefficient by coefficient, in exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from packing.domain.fitness import (
    COLD_LOSS,
    COLD_PART,
    HOSTING_ISOLATION,
    ISOLATION_GRADE,
    LATENCY_PART,
    NODES_PART,
    OBJECTIVE_UNITS,
    OPERATIONS_LOSS,
    OPERATIONS_PART,
    OVER_COMMITTED_COLD_LOSS,
    SCALING_LOSS,
    SCALING_PART,
    size_grade,
)
from packing.domain.units import MILLI, exact, need, round_half_up
from packing.domain.weights import Axis
from packing.domain.words import Hosting
from packing.domain.workload import Mode, Model, Traffic
from packing.verify.baseline import Baseline, price
from packing.verify.demand import copies_needed, fewest_copies
from packing.verify.facts import Facts, ModeFacts, ModelFacts

_DEFAULT_OUTPUT = Traffic.model_fields["output_tokens"].default


@dataclass(frozen=True, slots=True)
class Losses:
    """1 - score of one copy on the axes that its mode and hosting decide, and its share of the model's demand."""

    share: Fraction
    """1 / n_im."""
    size: Fraction
    performance: Fraction
    isolation: Fraction
    operations: Fraction


@dataclass(frozen=True, slots=True)
class Tally:
    """Copies of one model in one mode under one hosting option."""

    model: ModelFacts
    count: int
    losses: Losses


def latency_us(model: Model, mode: Mode) -> int | None:
    """L_m: TTFT + output tokens x TPOT in whole microseconds, rounded up; None where neither is stated."""
    if mode.ttft_ms is None and mode.tpot_ms is None:
        return None
    tokens = model.traffic.output_tokens if model.traffic else _DEFAULT_OUTPUT
    return need(mode.ttft_ms or 0, MILLI) + need(exact(tokens) * need(mode.tpot_ms or 0, MILLI))


def latency_loss(model: Model, mode: Mode) -> Fraction:
    """1 - L* / L_m; an unknown latency counts as the slowest known one."""
    known = [each for each in (latency_us(model, other) for other in model.modes) if each is not None]
    if not known or min(known) == 0:
        return Fraction(0)
    own = latency_us(model, mode)
    return 1 - Fraction(min(known), max(known) if own is None else own)


def losses(model: ModelFacts, form: ModeFacts, hosting: Hosting, *, keeps: bool) -> Losses | None:
    """The losses of a copy; None where its mode cannot serve the model's traffic and so has no coefficient."""
    copies = copies_needed(model.model, form.mode)
    if copies is None:
        return None
    grade = max(ISOLATION_GRADE[HOSTING_ISOLATION[hosting]], ISOLATION_GRADE[model.isolation])
    cold = OVER_COMMITTED_COLD_LOSS if keeps else COLD_LOSS[hosting]
    return Losses(
        share=Fraction(1, max(1, copies)),
        size=1 - size_grade(form.size),
        performance=LATENCY_PART * latency_loss(model.model, form.mode) + COLD_PART * cold + SCALING_PART * SCALING_LOSS[hosting],
        isolation=1 - grade,
        operations=OPERATIONS_LOSS[hosting],
    )


def tally(facts: Facts) -> list[Tally] | None:
    """Copies counted by model, mode and hosting; None where one of them has no coefficient."""
    counts: dict[tuple[int, int, Hosting, bool], int] = {}
    kinds: dict[tuple[int, int, Hosting, bool], tuple[ModelFacts, ModeFacts]] = {}
    for seat in facts.seats:
        hosting = seat.site.hosting if seat.site else None
        if seat.model is None or hosting is None:
            return None
        key = id(seat.model), id(seat.mode), hosting, seat.site is not None and seat.site.keeps is not None
        counts[key] = counts.get(key, 0) + 1
        kinds[key] = seat.model, seat.mode
    found: list[Tally] = []
    for key, count in counts.items():
        lost = losses(*kinds[key], key[2], keeps=key[3])
        if lost is None:
            return None
        found.append(Tally(kinds[key][0], count, lost))
    return found


def missing_share(model: ModelFacts) -> Fraction:
    """1 / n*_i: the part of the model's demand that one missing copy is."""
    return Fraction(1, max(1, fewest_copies(model.model)))


def objective_units(facts: Facts, reference: Baseline, tallies: list[Tally] | None) -> int | None:
    """The objective in units of 1e-9: each coefficient rounded once, then summed as integers."""
    if tallies is None or any(node.pool not in facts.pools for node in facts.placement.nodes):
        return None
    weight = {axis: facts.problem.weights.share(axis) for axis in Axis}
    operations = weight[Axis.SCALABILITY] * OPERATIONS_PART
    models = len(facts.models)
    total = 0
    for each in tallies:
        lost = each.losses
        blend = weight[Axis.MODEL_SIZE] * lost.size + weight[Axis.PERFORMANCE] * lost.performance
        blend += weight[Axis.ISOLATION] * lost.isolation + operations * lost.operations
        total += each.count * round_half_up(OBJECTIVE_UNITS * lost.share / models * blend)
    absent = weight[Axis.MODEL_SIZE] + weight[Axis.PERFORMANCE] + weight[Axis.ISOLATION] + operations
    for model in facts.models.values():
        if model.missing:
            total += model.missing * round_half_up(OBJECTIVE_UNITS * missing_share(model) / models * absent)
    return total + _nodes(facts, reference, weight) + _owned(reference, weight)


def _nodes(facts: Facts, reference: Baseline, weight: dict[Axis, Fraction]) -> int:
    coefficient: dict[str, int] = {}
    for label, pool in facts.pools.items():
        value = Fraction(0)
        if not pool.owned and reference.cost_reference:
            value += weight[Axis.COST] * Fraction(price(facts, pool), reference.cost_reference)
        if reference.node_reference:
            value += weight[Axis.SCALABILITY] * NODES_PART / reference.node_reference
        coefficient[label] = round_half_up(OBJECTIVE_UNITS * value)
    return sum(coefficient[node.pool] for node in facts.placement.nodes)


def _owned(reference: Baseline, weight: dict[Axis, Fraction]) -> int:
    if not reference.cost_reference:
        return 0
    return round_half_up(OBJECTIVE_UNITS * weight[Axis.COST] * Fraction(reference.owned, reference.cost_reference))
