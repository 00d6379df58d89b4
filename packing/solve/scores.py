"""The five scores of a whole plan, by the search's own arithmetic (the checker has another)."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from packing.compile.coefficients import axis_losses, latency_losses, owned_cost
from packing.compile.data import Compiled
from packing.domain.fitness import NODES_PART, OPERATIONS_PART
from packing.domain.hardware import price_micro_usd
from packing.domain.placement import Placement, Scores
from packing.domain.problem import Problem, isolation_of
from packing.domain.units import MICRO
from packing.domain.weights import Axis
from packing.solve.plan import Plan, missing_of


def cost_micro_usd(compiled: Compiled, problem: Problem, plan: Plan) -> int:
    """Price of all rented nodes of the plan and of all owned nodes of the fleet."""
    rented = sum(compiled.pools[node.pool].price for node in plan.nodes if not compiled.pools[node.pool].owned)
    return rented + owned_cost(problem.fleet, {kind.name: kind for kind in problem.instance_types})


def running_cost_micro_usd(problem: Problem, placement: Placement) -> int:
    """Micro-USD per hour of the nodes of a placement at the prices of an expanded problem, whatever the placement says that it costs.

    All owned nodes of the fleet count, used or not; nodes of pools that the fleet does not have (any more) have no price, and count nothing.
    """
    kinds = {kind.name: kind for kind in problem.instance_types}
    prices = {pool.label: price_micro_usd(pool, kinds[pool.instance_type]) for pool in problem.fleet if not pool.owned}
    return sum(prices.get(node.pool, 0) for node in placement.nodes) + owned_cost(problem.fleet, kinds)


def usd(micro: int) -> float:
    """Micro-USD as USD."""
    return micro / MICRO


def plan_scores(compiled: Compiled, problem: Problem, plan: Plan) -> Scores:
    """Scores of docs/fitness.md, "Whole scores"."""
    counts = Counter(index for node in plan.nodes for index, _ in node.copies)
    tenants = {tenant.name: tenant for tenant in problem.tenants}
    lost = dict.fromkeys(Axis, Fraction(0))
    placed: Counter[int] = Counter()
    rates: Counter[int] = Counter()
    latencies: dict[int, list[Fraction]] = {}
    for index, count in counts.items():
        candidate = compiled.candidates[index]
        placed[candidate.model] += count
        rates[candidate.model] += count * candidate.rate
        model = problem.models[candidate.model]
        if candidate.model not in latencies:
            latencies[candidate.model] = latency_losses(model)
        mode, latency = model.modes[candidate.mode], latencies[candidate.model][candidate.mode]
        parts = axis_losses(mode, latency, isolation_of(model, tenants), candidate.hosting, kept=candidate.keep >= 0)
        for axis, part in parts.items():
            lost[axis] += part * Fraction(count, max(1, candidate.needed))
    short = Fraction(0)
    for index, data in enumerate(compiled.models):
        short += Fraction(missing_of(data, placed[index], rates[index]), max(1, data.fewest))
    for axis in (Axis.MODEL_SIZE, Axis.PERFORMANCE, Axis.ISOLATION):
        lost[axis] += short
    lost[Axis.SCALABILITY] += OPERATIONS_PART * short
    models = max(1, len(problem.models))
    losses = {axis: loss / models for axis, loss in lost.items()}
    cost = cost_micro_usd(compiled, problem, plan)
    losses[Axis.COST] = Fraction(cost, compiled.reference_cost) if compiled.reference_cost else Fraction(0)
    losses[Axis.SCALABILITY] += NODES_PART * Fraction(len(plan.nodes), compiled.reference_nodes) if compiled.reference_nodes else Fraction(0)
    return Scores(**{str(axis): score_of(losses[axis]) for axis in Axis})


def score_of(loss: Fraction) -> float:
    """1 - loss, clipped to 0..1, to six decimals."""
    return round(float(max(Fraction(0), min(Fraction(1), 1 - loss))), 6)
