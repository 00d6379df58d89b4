"""The five scores of docs/fitness.md, of the whole placement and of each model."""

from __future__ import annotations

from fractions import Fraction

from packing.domain.fitness import NODES_PART, OPERATIONS_PART
from packing.domain.placement import Scores
from packing.domain.units import round_half_up
from packing.verify.baseline import Baseline, price
from packing.verify.facts import Facts, Site
from packing.verify.objective import Tally, missing_share

_DIGITS = 10**6
_FINE = 10**18
"""Shares of nodes are summed as integers of this fineness: exact sums of thousands of fractions would grow without bound."""

_ZERO = Scores(model_size=0.0, performance=0.0, isolation=0.0, cost=0.0, scalability=0.0)


def cost_micro_usd(facts: Facts, reference: Baseline) -> int:
    """Micro-USD per hour: rented nodes of the placement, and all owned nodes of the fleet, used or not."""
    prices = {label: 0 if pool.owned else price(facts, pool) for label, pool in facts.pools.items()}
    return reference.owned + sum(prices.get(node.pool, 0) for node in facts.placement.nodes)


def whole_scores(facts: Facts, reference: Baseline, tallies: list[Tally] | None) -> Scores:
    """Scores of the whole placement; all 0 where a copy cannot be graded."""
    if tallies is None:
        return _ZERO
    models = len(facts.models)
    absent = sum((model.missing * missing_share(model) for model in facts.models.values() if model.missing), Fraction(0))
    cost = Fraction(cost_micro_usd(facts, reference), reference.cost_reference) if reference.cost_reference else Fraction(0)
    nodes = Fraction(len(facts.placement.nodes), reference.node_reference) if reference.node_reference else Fraction(0)
    return _scores(tallies, absent, models, cost, nodes)


def model_scores(facts: Facts, reference: Baseline, tallies: list[Tally] | None) -> dict[str, Scores]:
    """Scores of each model by itself: its own copies, and its share of the nodes that they are on."""
    own: dict[str, list[Tally]] = {}
    for each in tallies or ():
        own.setdefault(each.model.model.name, []).append(each)
    costs, nodes = _node_shares(facts)
    found: dict[str, Scores] = {}
    for name, model in facts.models.items():
        if tallies is None:
            found[name] = _ZERO
            continue
        base_cost, base_nodes = reference.cost.get(name, 0), reference.nodes.get(name, 0)
        cost = Fraction(costs.get(name, 0), base_cost * _FINE) if base_cost else Fraction(0)
        share = Fraction(nodes.get(name, 0), base_nodes * _FINE) if base_nodes else Fraction(0)
        found[name] = _scores(own.get(name, []), model.missing * missing_share(model), 1, cost, share)
    return found


def _node_shares(facts: Facts) -> tuple[dict[str, int], dict[str, int]]:
    """By model, in 1/`_FINE`: micro-USD of the nodes that it is on, and nodes, both by its part of the bytes there."""
    prices = {label: price(facts, pool) for label, pool in facts.pools.items()}
    costs: dict[str, int] = {}
    nodes: dict[str, int] = {}
    for site in facts.sites.values():
        for name, part in _parts(site).items():
            nodes[name] = nodes.get(name, 0) + part
            costs[name] = costs.get(name, 0) + part * prices.get(site.node.pool, 0)
    return costs, nodes


def _parts(site: Site) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for seat in site.seats:
        sizes[seat.copy.model] = sizes.get(seat.copy.model, 0) + max(1, seat.mode.size)
    total = sum(sizes.values())
    return {name: size * _FINE // total for name, size in sizes.items()}


def _scores(tallies: list[Tally], absent: Fraction, models: int, cost: Fraction, nodes: Fraction) -> Scores:
    """1 - losses, each per model; without models there is nothing to lose."""
    size = performance = isolation = operations = absent
    for each in tallies:
        part = each.count * each.losses.share
        size += part * each.losses.size
        performance += part * each.losses.performance
        isolation += part * each.losses.isolation
        operations += part * each.losses.operations
    per = Fraction(1, max(1, models))
    return Scores(
        model_size=_grade(1 - size * per),
        performance=_grade(1 - performance * per),
        isolation=_grade(1 - isolation * per),
        cost=_grade(1 - cost),
        scalability=_grade(1 - OPERATIONS_PART * operations * per - NODES_PART * nodes),
    )


def _grade(value: Fraction) -> float:
    """Clipped to 0..1 and rounded to 6 decimals."""
    return round_half_up(min(Fraction(1), max(Fraction(0), value)) * _DIGITS) / _DIGITS
