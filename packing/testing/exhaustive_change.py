"""The best change of tiny fleets, by looking at everything: which node stays which, and what has to be loaded.

It goes by `packing.domain.change.Policy` and docs/design/rebalancing.md alone. Every node of the current placement is
tried with every content under its hosting option, and left out; nodes that do not run yet are added as in
`packing.testing.exhaustive`. What a node is given that it does not have yet is paid for. Error bands and limits on
moves are not looked at: take problems without error bands, and read the answer as a bound where moves are limited.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from packing.domain.change import Policy
from packing.domain.hardware import Pool
from packing.domain.placement import PlacedCopy, Placement
from packing.domain.problem import Problem
from packing.domain.words import Hosting
from packing.domain.workload import Mode
from packing.testing.exhaustive import Chain, Content, ExhaustiveAnswer, Key, Steps, _Search
from packing.testing.exhaustive_node import Item

FIGURES = {"requests_per_second", "ttft_ms", "tpot_ms", "load_s", "source", "error_band", "error_bands"}
"""What a mode promises, rather than what it is."""

Layers = list[dict[Key, tuple[int, Chain]]]
"""What can be reached with 0, 1, 2, … nodes of a pool."""


@dataclass(frozen=True, slots=True)
class NowNode:
    """A node that runs now: its copies as items of the problem, and those of them that have to stay."""

    name: str
    pool: str
    hosting: Hosting
    copies: Content
    pinned: Content


class Now:
    """What of a current placement the problem still knows."""

    def __init__(self, problem: Problem, current: Placement, policy: Policy) -> None:
        self.problem, self.policy = problem, policy
        self.index = {model.name: number for number, model in enumerate(problem.models)}
        self.running: Counter[tuple[int, int]] = Counter()
        """Copies by (model, mode), also of those that have to leave."""
        endpoints = {each.name: each for each in reversed(current.endpoints)}
        fleet = {pool.label: pool for pool in problem.fleet}
        hosted = {
            node.id: (node.pool, endpoints[node.endpoint].hosting)
            for node in reversed(current.nodes)
            if node.endpoint in endpoints and node.pool in fleet and fleet[node.pool].instance_type == node.instance_type
        }
        self.drained = Counter(hosted[name][0] for name in {node.id for node in current.nodes} & set(policy.drain) if name in hosted)
        self.copies: dict[str, list[tuple[Item, bool]]] = {}
        seen: set[tuple[str, int]] = set()
        for copy in current.copies:
            found = self._read(copy)
            if (copy.model, copy.copy_index) not in seen and found is not None and found[1] in hosted:
                item, node, pinned = found
                self.running[item[0], item[1]] += 1
                self.copies.setdefault(node, []).append((item, pinned))
            seen.add((copy.model, copy.copy_index))
        self.nodes = [
            NowNode(name, *hosted[name], tuple(item for item, _ in mine), tuple(item for item, pinned in mine if pinned))
            for name, mine in self.copies.items()
            if name not in policy.drain and hosted[name][0] not in policy.drain
        ]
        self.whole = sum(count * self.effort(problem.models[model].modes[mode]) for (model, mode), count in self.running.items())

    def _read(self, copy: PlacedCopy) -> tuple[Item, str, bool] | None:
        """(item, node, whether it has to stay)."""
        if copy.model not in self.index:
            return None
        model = self.index[copy.model]
        modes = list(self.problem.models[model].modes)
        alike = [number for number, mode in enumerate(modes) if _form(mode) == _form(copy.mode)]
        alike.sort(key=lambda number: modes[number] != copy.mode)
        move = next((each for each in self.policy.in_flight if (each.model, each.copy_index) == (copy.model, copy.copy_index)), None)
        node, accelerators = (move.node, move.accelerators) if move else (copy.node, copy.accelerators)
        pinned = move is not None or not {copy.model, f"{copy.model}#{copy.copy_index}", node}.isdisjoint(self.policy.pins)
        return ((model, alike[0], tuple(sorted(accelerators))), node, pinned) if alike else None

    @staticmethod
    def effort(mode: Mode) -> int:
        """Milliseconds of loading × bytes; five seconds and 0.21 gigabytes a second where nothing is stated."""
        time = math.ceil(Fraction(str(mode.load_s)) * 1000) if mode.load_s is not None else 5000 + math.ceil(Fraction(mode.size, 210_000))
        return max(1, time) * max(1, mode.size)

    def price(self, model: int, mode: int) -> int:
        """Objective units of loading one copy: move_weight × (1 + rank) × its effort / that of everything that runs, at least one."""
        if not self.whole:
            return 1
        priorities = sorted({each.priority for each in self.problem.models})
        which = self.problem.models[model]
        rank = Fraction(priorities.index(which.priority), max(1, len(priorities) - 1))
        share = Fraction(self.effort(which.modes[mode]), self.whole)
        return max(1, math.ceil(Fraction(str(self.policy.move_weight)) * (1 + rank) * share * 10**9))

    def loading(self, content: Content, there: Content = ()) -> int:
        """Objective units of everything in `content` that is not there yet."""
        anew = Counter(content) - Counter(there)
        return sum(count * self.price(model, mode) for (model, mode, _), count in anew.items())

    def stock(self, pool: Pool) -> int | None:
        """Nodes that may be used; None: as many as needed."""
        if pool.label in self.policy.drain:
            return 0
        return None if pool.count is None else max(0, pool.count - self.drained[pool.label])


def _form(mode: Mode) -> dict[str, object]:
    return mode.model_dump(exclude=FIGURES)


def stated_price(problem: Problem, current: Placement, policy: Policy, new: Placement) -> int:
    """Objective units of all loads that lead from `current` to `new`, nodes taken by their names."""
    now = Now(problem, current, policy)
    homes = {node.name: node for node in now.nodes}
    hosting = {endpoint.name: endpoint.hosting for endpoint in new.endpoints}
    wanted: dict[str, list[Item]] = {node.id: [] for node in new.nodes}
    for copy in new.copies:
        model = now.index[copy.model]
        wanted[copy.node].append((model, problem.models[model].modes.index(copy.mode), tuple(sorted(copy.accelerators))))
    total = 0
    for node in new.nodes:
        home = homes.get(node.id)
        same = home is not None and (home.pool, home.hosting) == (node.pool, hosting[node.endpoint])
        total += now.loading(tuple(wanted[node.id]), home.copies if home is not None and same else ())
    return total


def exhaustive_change(
    problem: Problem, current: Placement, policy: Policy, conceded: Mapping[str, int] = MappingProxyType({})
) -> ExhaustiveAnswer | None:
    """The least missing copies, then the least objective with the price of all loads; None where no placement keeps all pins and all rules.

    `conceded` : zones that are enough for some models, by name, whatever their `min_zones`.

    Raises
    ------
    ValueError
        The problem is too large: see `packing.testing.exhaustive.exhaustive`.
    """
    return _ChangeSearch(problem, current, policy, conceded).best_change()


class _ChangeSearch(_Search):
    def __init__(self, problem: Problem, current: Placement, policy: Policy, conceded: Mapping[str, int]) -> None:
        super().__init__(problem)
        self.zones_asked = [conceded.get(model.name, model.min_zones) for model in problem.models]
        self.now = Now(problem, current, policy)

    def best_change(self) -> ExhaustiveAnswer | None:
        nothing: Key = ((0,) * len(self.models), (0,) * len(self.models), (frozenset(),) * len(self.models))
        reached: dict[Key, tuple[int, Chain]] = {nothing: (0, None)}
        contents = {name: self.contents(self.kinds[name]) for name in {pool.instance_type for pool in self.problem.fleet}}
        for pool in self.problem.fleet:
            layers: Layers = [reached]
            stock = self.now.stock(pool)
            most = sum(self.most) if stock is None else min(stock, sum(self.most))
            for node in self.now.nodes:
                if node.pool == pool.label:
                    layers = self.with_home(pool, layers, self.home_steps(pool, node, contents[pool.instance_type]), bool(node.pinned))
            layers = self.with_new(pool, layers, self.new_steps(pool, contents[pool.instance_type]), most)
            reached = _cheapest(layers[: most + 1])
            if not reached:
                return None
        spread = {key: way for key, way in reached.items() if self.in_zones(key)}
        return self.best(spread) if spread else None

    def in_zones(self, key: Key) -> bool:
        """Rule min_zones; what is pinned may break it in every placement."""
        return all(asked <= 1 or len(found) >= min(asked, count) for asked, count, found in zip(self.zones_asked, key[0], key[2], strict=True))

    def home_steps(self, pool: Pool, node: NowNode, contents: list[tuple[int, Hosting, Content]]) -> Steps:
        """What the node may carry, with the price of what it does not have yet."""
        mine = [
            (units + self.now.loading(content, node.copies), hosting, content)
            for units, hosting, content in contents
            if hosting is node.hosting and not Counter(node.pinned) - Counter(content)
        ]
        return self.steps(pool, mine)

    def new_steps(self, pool: Pool, contents: list[tuple[int, Hosting, Content]]) -> Steps:
        """What a node that does not run yet may carry: everything is loaded."""
        return self.steps(pool, [(units + self.now.loading(content), hosting, content) for units, hosting, content in contents])

    def with_home(self, pool: Pool, layers: Layers, steps: Steps, must: bool) -> Layers:
        """With this node, or without it where nothing on it has to stay."""
        following: Layers = [{}, *(self.grown(pool, layer, steps) for layer in layers)]
        return following if must else [_cheapest([one, other]) for one, other in zip([*layers, {}], following, strict=True)]

    def with_new(self, pool: Pool, layers: Layers, steps: Steps, most: int) -> Layers:
        """With any number of nodes that do not run yet."""
        layers = [*layers, *({} for _ in range(most + 1 - len(layers)))]
        for number in range(most):
            layers[number + 1] = _cheapest([layers[number + 1], self.grown(pool, layers[number], steps)])
        return layers

    def grown(self, pool: Pool, layer: dict[Key, tuple[int, Chain]], steps: Steps) -> dict[Key, tuple[int, Chain]]:
        """All that one more node leads to."""
        found: dict[Key, tuple[int, Chain]] = {}
        for key, (units, chain) in layer.items():
            for (counts, rates), (cost, node) in steps.items():
                self.count()
                larger = self.extend(key, counts, rates, pool.zone)
                if larger is not None and (larger not in found or units + cost < found[larger][0]):
                    found[larger] = units + cost, (chain, node)
        return found


def _cheapest(layers: Layers) -> dict[Key, tuple[int, Chain]]:
    best: dict[Key, tuple[int, Chain]] = {}
    for layer in layers:
        for key, way in layer.items():
            if key not in best or way[0] < best[key][0]:
                best[key] = way
    return best
