"""Random multi-model nodes: cold starts as predicted beside those of the event-driven simulation."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packing.bench.coldstart_cases import random_node
from packing.bench.options import Options
from packing.bench.report import Report, Row, Target
from packing.coldstart import predict, simulate_endpoint

if TYPE_CHECKING:
    from packing.coldstart import ColdStarts, SharedNode

COUNT, QUICK = 500, 3
REQUESTS, FEW = 200_000, 20_000
BURSTY, ONE_IN = 4.0, 5
"""Burstiness of the second line, and its share of the nodes; one in twice as many is simulated again, to see how much chance there is in it."""
POINTS, SLACK = 2.0, 1.2
SHARES = (0.95, 0.99)
ENOUGH, LONGER = 1_000, 5
"""Requests of a model from which on its p99 is judged; how many times as many requests judge a promise that seems broken."""


@dataclass(slots=True)
class Seen:
    """Errors of one kind of node, each a list over models unless it says otherwise; hit rates and shares in points."""

    nodes: int = 0
    hit: list[float] = field(default_factory=list)
    hit_bias: list[float] = field(default_factory=list)
    hit_by_slot: list[float] = field(default_factory=list)
    chance: list[float] = field(default_factory=list)
    node_hit: list[float] = field(default_factory=list)
    """Over nodes: all requests together."""
    percentile: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    """Of the wait, in points of the load time."""
    judged: int = 0
    suspected: int = 0
    broken: list[str] = field(default_factory=list)
    slots: list[float] = field(default_factory=list)
    seconds: float = 0.0
    simulated_per_s: list[float] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    waits: list[tuple[float, float]] = field(default_factory=list)


def run(options: Options) -> Report:
    """Poisson and bursty requests; bursty ones also as if they were Poisson, which is what a prediction without the burstiness says."""
    count = options.number(COUNT, QUICK)
    requests = FEW if options.quick else REQUESTS
    calm, busy, bursty, unknown, again, timing = Seen(), Seen(), Seen(), Seen(), Seen(), Seen()
    for seed in range(count):
        node = random_node(seed)
        truth = _simulated(node, requests, 0, timing)
        predicted = _predicted(node, timing)
        _compare(node, truth, predicted, busy if truth.total.thrashing else calm)
        if seed % (2 * ONE_IN) == 0:
            _compare(node, truth, simulate_endpoint(node, requests=requests, seed=1), again)
        if seed % ONE_IN == 0:
            node = random_node(seed, BURSTY)
            truth = _simulated(node, requests, 0, bursty)
            _compare(node, truth, _predicted(node, bursty), bursty)
            _compare(node, truth, predicted, unknown)
    both = _joined(_joined(calm, busy), timing)
    named = (
        ("all, Poisson", both),
        ("… loading ≤ 20 % of the time", calm),
        ("… thrashing", busy),
        (f"bursty (squared CV {BURSTY:g})", bursty),
        ("… predicted as Poisson", unknown),
        ("a second simulation instead of the prediction", again),
    )
    rows = tuple(_row(name, seen) for name, seen in named if seen.nodes)
    speed = _mean(both.simulated_per_s)
    targets = (
        Target(f"hit rate of a model: mean absolute error ≤ {POINTS:g} points", f"{_mean(both.hit):.2f}", _mean(both.hit) <= POINTS),
        Target(
            f"cold-start percentile (share of requests within the simulated p95 and p99): mean absolute error ≤ {POINTS:g} points",
            f"{_mean(both.percentile):.2f}",
            _mean(both.percentile) <= POINTS,
        ),
        Target(
            f"p99 promised ≤ x, simulated ≤ {SLACK:g} x, Poisson",
            f"{len(both.broken)} of {both.judged:,} models on {both.nodes} nodes exceed it",
            not both.broken,
        ),
        Target(
            "the same with bursty requests of known burstiness",
            f"{len(bursty.broken)} of {bursty.judged:,} models on {bursty.nodes} nodes exceed it",
            not bursty.broken,
        ),
        Target("simulation: 300,000 requests/s", f"{speed:,.0f} in the mean", speed >= 300_000),
    )
    notes = (
        f"{requests:,} requests or more on each node. `chance`: standard error of the simulated hit rates. p95 and p99 of the wait in % of the load time.",
        f"Promises: those that seem broken (`suspected`) are judged by a simulation {LONGER} times as long, with other requests.",
        *(f"broken: {each}" for each in (*both.broken, *bursty.broken)[:10]),
    )
    curves = ({"name": "hit", "points": both.points}, {"name": "wait", "points": both.waits})
    return Report("coldstart", rows, targets, notes, curves)


def _simulated(node: SharedNode, requests: int, seed: int, seen: Seen) -> ColdStarts:
    begun = time.process_time()
    found = simulate_endpoint(node, requests=requests, seed=seed)
    seen.simulated_per_s.append(sum(model.total.requests or 0 for model in found.models) / (time.process_time() - begun))
    return found


def _predicted(node: SharedNode, seen: Seen) -> ColdStarts:
    begun = time.process_time()
    found = predict(node)
    seen.seconds += time.process_time() - begun
    return found


def _compare(node: SharedNode, truth: ColdStarts, said: ColdStarts, seen: Seen) -> None:
    seen.nodes += 1
    suspects: list[tuple[str, float]] = []
    seen.node_hit.append(100 * abs((said.total.hit or 0.0) - (truth.total.hit or 0.0)))
    for true, told in zip(truth.models, said.models, strict=True):
        true_waits, told_waits = true.total.waits, told.total.waits
        if not true.total.requests or true.total.hit is None or told.total.hit is None or true_waits is None or told_waits is None:
            continue
        error = 100 * (told.total.hit - true.total.hit)
        seen.hit.append(abs(error))
        seen.hit_bias.append(error)
        seen.chance.append(100 * (true.total.hit_error or 0.0))
        seen.points.append((round(true.total.hit, 4), round(told.total.hit, 4)))
        slots = zip(true.slots, told.slots, strict=True)
        seen.hit_by_slot += [100 * abs(b.hit - a.hit) for a, b in slots if a.hit is not None and b.hit is not None and (a.requests or 0) >= ENOUGH]
        load_s = true.load_s or 1.0
        for share, errors in zip(SHARES, (seen.p95, seen.p99), strict=True):
            wait = true_waits.quantile(share)
            just_after = wait * (1 + 1e-6) + 1e-9
            seen.percentile.append(100 * abs(told_waits.within(just_after) - true_waits.within(just_after)))
            errors.append(100 * abs(told_waits.quantile(share) - wait) / load_s)
        if true.total.requests >= ENOUGH:
            seen.judged += 1
            seen.waits.append((round(wait / load_s, 4), round(told_waits.promise(SHARES[-1]) / load_s, 4)))
            if wait > SLACK * told_waits.promise(SHARES[-1]) + 1e-9:
                suspects.append((true.name, told_waits.promise(SHARES[-1])))
    if suspects and said.how != "simulated":
        _try(node, suspects, seen, LONGER * sum(model.total.requests or 0 for model in truth.models))


def _try(node: SharedNode, suspects: Sequence[tuple[str, float]], seen: Seen, requests: int) -> None:
    """A p99 of some thousand requests is itself uncertain: promises that seem broken are judged by a longer simulation with other requests."""
    seen.suspected += len(suspects)
    truth = simulate_endpoint(node, requests=requests, seed=2)
    for name, promised in suspects:
        waits = truth.model(name).total.waits
        wait = 0.0 if waits is None else waits.quantile(SHARES[-1])
        if wait > SLACK * promised + 1e-9:
            seen.broken.append(f"{node.name} {name}: promised {promised:.3g} s, simulated {wait:.3g} s")


def _joined(one: Seen, other: Seen) -> Seen:
    return Seen(**{name: getattr(one, name) + getattr(other, name) for name in Seen.__dataclass_fields__})


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _row(name: str, seen: Seen) -> Row:
    return {
        "nodes": name,
        "number": seen.nodes,
        "models": len(seen.hit),
        "hit": _mean(seen.hit),
        "bias": _mean(seen.hit_bias),
        "chance": _mean(seen.chance),
        "by slot": _mean(seen.hit_by_slot) if seen.hit_by_slot else None,
        "whole node": _mean(seen.node_hit),
        "percentile": _mean(seen.percentile),
        "p95 % of load": _mean(seen.p95),
        "p99 % of load": _mean(seen.p99),
        "promises": seen.judged,
        "suspected": seen.suspected,
        "broken": len(seen.broken),
        "s per prediction": seen.seconds / seen.nodes if seen.seconds else None,
    }
