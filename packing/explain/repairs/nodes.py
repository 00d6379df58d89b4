"""The cheapest nodes to add, over all pools at once: a placement problem itself.

Every pool with a count gets a twin without one, at its price; what there is already costs nothing, and nothing but cost
counts. The nodes of the twins in the cheapest complete placement are what has to be added.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from packing.describe.expand import Expanded
from packing.domain.hardware import Pool, price_micro_usd
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.domain.weights import Weights
from packing.explain.conditions import Change
from packing.explain.oracle import Oracle
from packing.explain.repairs.least import least_change
from packing.solve.api import MANY, solve_placement

FEW_MODELS = 20
"""Models up to which it is asked first whether any number of nodes helps at all."""


@dataclass(frozen=True, slots=True)
class MoreNodes:
    """What adding nodes can do.

    Parameters
    ----------
    helps : True: `changes` are enough; False: proven that no number of nodes of these pools is; None: not known.
    cheapest : True if it is proven that no cheaper nodes are enough.
    """

    helps: bool | None
    changes: tuple[Change, ...] = ()
    cheapest: bool | None = None


def cheapest_nodes(oracle: Oracle) -> MoreNodes:
    """The cheapest nodes after which everything can be placed, all conditions but the stock as they are."""
    stocks = [each for each in oracle.conditions if each.kind == "stock"]
    if not stocks or oracle.out_of_time:
        return MoreNodes(None if stocks else False)
    if len(oracle.expanded.problem.models) <= FEW_MODELS and oracle.dropping(stocks) is False:
        return MoreNodes(False)
    problem, twins = with_twins(oracle.expanded)
    seconds = min(oracle.seconds, oracle.clock.remaining())
    many = len(problem.models) >= MANY
    result = solve_placement(problem, time_limit=seconds, seed=oracle.clock.seed, cancel=oracle.cancel, processes=many, strategy=oracle.strategy)
    if not result.has_placement or result.unplaced:
        return MoreNodes(False if result.complete_is_impossible or oracle.dropping(stocks) is False else None)
    added = Counter(twins[node.pool] for node in result.placement.nodes if node.pool in twins)
    have = {each.target: each.value for each in stocks}
    changes = []
    for label, count in sorted(added.items()):
        now = have[label]
        assert isinstance(now, int)
        changes.append(Change("stock", label, now, now + count))
    free = {twins[pool.label] for pool in problem.fleet if pool.label in twins and not pool.price_per_hour}
    proven = result.status == "optimal"
    return MoreNodes(True, _without_needless(oracle, changes, free), True if proven else None)


def _without_needless(oracle: Oracle, changes: list[Change], free: set[str]) -> tuple[Change, ...]:
    """Nodes that cost nothing are added only as far as they are needed: the cheapest placement does not care."""
    for change in [each for each in changes if each.target in free]:
        others = [each for each in changes if each != change]
        if oracle.decide(others).complete:
            changes = others
            continue
        condition = next(each for each in oracle.conditions if (each.kind, each.target) == (change.kind, change.target))
        found = least_change(oracle, condition, others)
        changes = [*others, found[0] if found else change]
    return tuple(sorted(changes, key=lambda each: each.target))


def with_twins(expanded: Expanded) -> tuple[Problem, dict[str, str]]:
    """The problem in which only added nodes cost anything, and whose twin each added pool is."""
    described = expanded.described
    kinds = {kind.name: kind for kind in expanded.problem.instance_types}
    labels = {pool.label for pool in described.fleet}
    fleet: list[Pool] = []
    twins: dict[str, str] = {}
    for pool in described.fleet:
        fleet.append(pool.model_copy(update={"owned": False, "price_per_hour": 0.0, "name": pool.label}))
        if pool.count is None:
            continue
        name = next(name for number in range(len(labels) + 1) if (name := f"+{number}") not in labels | set(twins))
        price = price_micro_usd(pool, kinds[pool.instance_type]) / MICRO
        fleet.append(Pool(instance_type=pool.instance_type, zone=pool.zone, price_per_hour=price, name=name))
        twins[name] = pool.label
    return described.model_copy(update={"fleet": tuple(fleet), "weights": Weights(cost=1)}), twins
