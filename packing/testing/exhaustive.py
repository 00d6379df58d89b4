"""The true optimum of tiny problems, by looking at everything: simple and slow, and apart from solver and checker.

Two facts keep it small, and both follow from docs/rules.md and docs/fitness.md alone:

* No rule gets easier by putting two nodes behind one endpoint, and the objective does not count endpoints. So it is
  enough to look at placements in which every node has an endpoint of its own.
* Taking a copy away breaks no rule but those on counts, and no coefficient is negative. A model with more copies than
  max(copies needed in its slowest usable mode, min_zones) can lose one: keep one copy in each of min_zones zones, take
  any other; what is left still serves the traffic. So it is enough to look at up to that many copies.

First all contents of one node are listed, for each instance type and hosting option, with every choice of accelerators.
Then nodes are added to the fleet pool by pool; of ways that lead to the same copies in the same zones the cheapest is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.words import Hosting
from packing.domain.workload import Model
from packing.testing.exhaustive_node import Item, NodeRules
from packing.testing.exhaustive_objective import Coefficients
from packing.testing.exhaustive_overcommit import TIMES
from packing.testing.needs import Needs, needs_of

LARGEST = 10
"""Copies in all (at most) that are worth looking at."""

MOST_WAYS = 5_000_000
"""Ways to look at before giving up: some tens of seconds."""

Content = tuple[Item, ...]
PlacedNode = tuple[str, Hosting, Content]
"""Label of the pool, hosting option, and what is on the node."""

Chain = tuple["Chain", PlacedNode] | None
"""Nodes of a placement, the last first."""

Steps = dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[int, PlacedNode]]
"""By the copies and requests/s that one more node adds to each model: its smallest cost, and the node."""

Zones = frozenset[tuple[str, int]]
"""Zones in which a model is (only where min_zones asks for more than one), with its copies there (only where these are limited, else 0)."""

Key = tuple[tuple[int, ...], tuple[int, ...], tuple[Zones, ...]]
"""Of every model: copies, requests/s that they count for (millionths), zones."""


@dataclass(frozen=True, slots=True)
class ExhaustiveAnswer:
    """The optimum.

    Parameters
    ----------
    missing : missing copies by priority level, the highest first, for every priority that a model has.
    objective_units : the smallest objective among placements with the fewest missing copies, in units of 1e-9.
    placements_seen : how many ways to add a copy to a node, or a node to a placement, were looked at.
    nodes : one placement that reaches it.
    """

    missing: tuple[int, ...]
    objective_units: int
    placements_seen: int
    nodes: tuple[PlacedNode, ...] = ()


def exhaustive(problem: Problem) -> ExhaustiveAnswer:
    """The true optimum of an expanded tiny problem (every model with its modes).

    Raises
    ------
    ValueError
        The problem is too large: more than `LARGEST` copies in all, or more than `MOST_WAYS` ways.
    """
    return _Search(problem).run()


def most_copies(problem: Problem) -> list[int]:
    """For each model the most copies that can be worth placing."""
    return [_most(model, needs_of(model)) for model in problem.models]


def _most(model: Model, needs: Needs) -> int:
    wanted = [copies for copies in map(needs.copies, model.modes) if copies is not None]
    most = max([needs.base, *wanted])
    most = max(most, model.min_zones) if most else 0
    return most if needs.limit is None else min(most, needs.limit)


class _Search:
    def __init__(self, problem: Problem) -> None:
        self.problem, self.models = problem, problem.models
        self.needs = [needs_of(model) for model in problem.models]
        self.most, self.in_zone = most_copies(problem), [needs.zone for needs in self.needs]
        if sum(self.most) > LARGEST:
            raise ValueError(f"too large for an exhaustive search: {sum(self.most)} copies")
        self.kinds = {kind.name: kind for kind in problem.instance_types}
        self.rules, self.coefficients = NodeRules(problem), Coefficients(problem)
        self.zones_asked = [model.min_zones for model in problem.models]
        self.levels = TIMES if any(model.cold_start_quantile is not None for model in problem.models) else ()
        self.seen = 0

    def run(self) -> ExhaustiveAnswer:
        nothing: Key = ((0,) * len(self.models), (0,) * len(self.models), (frozenset(),) * len(self.models))
        reached: dict[Key, tuple[int, Chain]] = {nothing: (0, None)}
        contents = {name: self.contents(self.kinds[name]) for name in {pool.instance_type for pool in self.problem.fleet}}
        for pool in self.problem.fleet:
            reached = self.add_pool(pool, reached, self.steps(pool, contents[pool.instance_type]))
        return self.best(reached)

    def contents(self, kind: InstanceType) -> list[tuple[int, Hosting, Content]]:
        """Everything that one node of this type can carry, with the sum of its coefficients."""
        found: list[tuple[int, Hosting, Content]] = []
        for hosting, level in [*((hosting, None) for hosting in Hosting), *((Hosting.MULTI_MODEL, level) for level in self.levels)]:
            items = [
                (model, mode, chosen)
                for model, each in enumerate(self.models)
                for mode, form in enumerate(each.modes)
                for chosen in combinations(range(kind.accelerators), form.accelerators)
            ]
            items = [item for item in items if self.rules.allows(kind, hosting, (item,), level)]
            for content in self.grow(kind, hosting, items, (), 0, level):
                units = sum(self.coefficients.copy(model, mode, hosting, in_turns=level is not None) for model, mode, _ in content)
                found.append((units, hosting, content))
        return found

    def grow(
        self, kind: InstanceType, hosting: Hosting, items: list[Item], content: Content, start: int, level: tuple[int, int] | None
    ) -> Iterator[Content]:
        """All allowed multisets of items; a set that breaks a rule still breaks it with more in it."""
        for position in range(start, len(items)):
            larger = (*content, items[position])
            model = items[position][0]
            self.count()
            if sum(other == model for other, _, _ in larger) <= self.most[model] and self.rules.allows(kind, hosting, larger, level):
                yield larger
                yield from self.grow(kind, hosting, items, larger, position, level)

    def steps(self, pool: Pool, contents: list[tuple[int, Hosting, Content]]) -> Steps:
        """Of nodes that add the same copies and requests/s to each model the cheapest."""
        found: Steps = {}
        opened = self.coefficients.node(pool)
        for units, hosting, content in contents:
            counts, rates = [0] * len(self.models), [0] * len(self.models)
            for model, mode, _ in content:
                counts[model] += 1
                rates[model] += self.needs[model].counts(self.models[model].modes[mode])
            key = tuple(counts), tuple(rates)
            if key not in found or units + opened < found[key][0]:
                found[key] = units + opened, (pool.label, hosting, content)
        return found

    def add_pool(self, pool: Pool, reached: dict[Key, tuple[int, Chain]], steps: Steps) -> dict[Key, tuple[int, Chain]]:
        """All that can be reached with up to `count` nodes of this pool on top."""
        layer, best = reached, dict(reached)
        stock = sum(self.most) if pool.count is None else min(pool.count, sum(self.most))
        for _ in range(stock):
            following: dict[Key, tuple[int, Chain]] = {}
            for key, (units, chain) in layer.items():
                for (counts, rates), (cost, node) in steps.items():
                    self.count()
                    larger = self.extend(key, counts, rates, pool.zone)
                    if larger is not None and (larger not in following or units + cost < following[larger][0]):
                        following[larger] = units + cost, (chain, node)
            for key, way in following.items():
                if key not in best or way[0] < best[key][0]:
                    best[key] = way
            layer = following
        return best

    def extend(self, key: Key, counts: tuple[int, ...], rates: tuple[int, ...], zone: str) -> Key | None:
        """One node more; None where a model would have more copies than can be worth it."""
        placed = tuple(map(sum, zip(key[0], counts, strict=True)))
        if any(each > most for each, most in zip(placed, self.most, strict=True)):
            return None
        served = tuple(map(sum, zip(key[1], rates, strict=True)))
        zones = tuple(self.spread(index, key[2][index], count, zone) for index, count in enumerate(counts))
        for found, limit in zip(zones, self.in_zone, strict=True):
            if limit is not None and any(there > limit for _, there in found):
                return None
        return placed, served, zones

    def spread(self, index: int, zones: Zones, count: int, zone: str) -> Zones:
        """The zones of a model with `count` copies more in one of them."""
        if not count:
            return zones
        if self.in_zone[index] is not None:
            there = dict(zones)
            return frozenset((there | {zone: there.get(zone, 0) + count}).items())
        return zones | {(zone, 0)} if self.models[index].min_zones > 1 else zones

    def best(self, reached: dict[Key, tuple[int, Chain]]) -> ExhaustiveAnswer:
        """Fewest missing copies, priority by priority; then the smallest objective."""
        levels = sorted({model.priority for model in self.models}, reverse=True)
        best: tuple[tuple[int, ...], int] | None = None
        chosen: Chain = None
        for (placed, served, zones), (units, chain) in reached.items():
            by_model = list(zip(self.models, placed, served, zones, strict=True))
            if any(asked > 1 and len(found) < min(asked, count) for asked, (_, count, _, found) in zip(self.zones_asked, by_model, strict=True)):
                continue
            missing = [needs.missing(count, rate) for needs, (_, count, rate, _) in zip(self.needs, by_model, strict=True)]
            absent = sum(count * self.coefficients.missing(index) for index, count in enumerate(missing))
            by_level = tuple(sum(count for count, model in zip(missing, self.models, strict=True) if model.priority == level) for level in levels)
            way = by_level, units + absent + self.coefficients.constant()
            if best is None or way < best:
                best, chosen = way, chain
        assert best is not None, "placing nothing is always possible"
        return ExhaustiveAnswer(*best, self.seen, tuple(_nodes(chosen)))

    def count(self) -> None:
        self.seen += 1
        if self.seen > MOST_WAYS:
            raise ValueError(f"too large for an exhaustive search: more than {MOST_WAYS:,} ways")


def _nodes(chain: Chain) -> Iterator[PlacedNode]:
    while chain is not None:
        chain, node = chain
        yield node
