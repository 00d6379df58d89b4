"""What the same demand costs without this library: baselines, as placements that the checker accepts.

dedicated : every model alone on its own cheapest endpoint (single-model hosting), as if stock had no end.
best_fit : best-fit decreasing with no choice of hosting: every model behind inference components (single-model
    only where it must be), in one mode, the largest copies first, each into the open node that it leaves
    the least room on, else onto the cheapest new node that takes it.

`best_fit` takes the first mode of each model, or with ``mode="cheapest"`` the one that is cheapest for the
model alone, which is as good a choice as can be made before packing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Literal

from packing.compile.compiler import compile_problem
from packing.compile.data import Candidate, Compiled, ModelData
from packing.describe import Expanded
from packing.domain.demand import copies_needed, zone_limit
from packing.domain.hardware import Pool, price_micro_usd
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.domain.words import Hosting, Status
from packing.domain.workload import Model
from packing.solve.assemble import assemble
from packing.solve.node_state import NodeState
from packing.solve.plan import NodePlan, Plan, make_plan, missing_of
from packing.verify import Verification, verify


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline's placement, the problem that it answers, and what the checker says of it."""

    name: str
    problem: Problem
    placement: Placement
    verification: Verification

    @property
    def unplaced(self) -> int:
        """Copies that it could not place."""
        return sum(entry.copies for entry in self.placement.unplaced)


def dedicated(expanded: Expanded) -> Baseline:
    """Every model alone on its own cheapest endpoint; stock and restrictions on hosting are ignored."""
    problem = without_limits(expanded.problem)
    compiled = compile_problem(problem)
    nodes: list[NodePlan] = []
    for model in compiled.models:
        ways = [_alone(compiled, compiled.candidates[index]) for index in model.candidates]
        cheapest: list[NodePlan] = min((way for way in ways if way), key=lambda way: _price(compiled, way), default=[])
        nodes += cheapest
    return finished("dedicated", Expanded(expanded.described, problem, expanded.digest), compiled, make_plan(compiled, nodes))


def without_limits(problem: Problem) -> Problem:
    """The problem with every instance type to be had without end, at its lowest price, in as many zones as anyone asks for,
    and with single-model hosting for every model.
    """
    types = {kind.name: kind for kind in problem.instance_types}
    cheapest: dict[str, int] = {}
    for pool in problem.fleet:
        price = price_micro_usd(pool, types[pool.instance_type])
        cheapest[pool.instance_type] = min(price, cheapest.get(pool.instance_type, price))
    zones = range(max((_zones(model) for model in problem.models), default=1))
    fleet = [Pool(instance_type=name, zone=f"zone-{zone}", price_per_hour=price / MICRO) for name, price in cheapest.items() for zone in zones]
    models = tuple(model.model_copy(update={"hosting": (Hosting.SINGLE_MODEL,)}) for model in problem.models)
    return problem.model_copy(update={"fleet": tuple(fleet), "models": models}).canonical()


def _zones(model: Model) -> int:
    """Zones that a model needs in the mode that needs most."""
    limit = zone_limit(model)
    copies = max((needed for mode in model.modes if (needed := copies_needed(model, mode))), default=1)
    return max(model.min_zones, -(-copies // limit) if limit else 1)


def _price(compiled: Compiled, nodes: list[NodePlan]) -> tuple[int, int]:
    """(price, number) of nodes."""
    return sum(compiled.pools[node.pool].price for node in nodes), len(nodes)


def _spread(model: ModelData, copies: int) -> int:
    """Zones that a model with so many copies needs."""
    return max(model.min_zones, -(-copies // model.max_per_zone))


def _alone(compiled: Compiled, candidate: Candidate) -> list[NodePlan]:
    """Nodes that carry the whole model in this candidate, the first ones in different zones."""
    model, pools = compiled.models[candidate.model], compiled.kinds[candidate.kind].pools
    left, nodes = candidate.needed, list[NodePlan]()
    used = dict.fromkeys(pools[: _spread(model, left)], 0)
    while left:
        # A copy is kept back for each zone still to come.
        later = min(left - 1, max(0, model.min_zones - len(nodes) - 1))
        pool = min(used, key=lambda each: used[each])
        state, put = NodeState(compiled, pool, Hosting.SINGLE_MODEL), 0
        while put < min(left - later, model.max_per_zone - used[pool]) and (spot := state.fits(candidate)) is not None:
            state.add(candidate, spot)
            put += 1
        if not put:
            return []
        left -= put
        used[pool] += put
        nodes.append(state.plan())
    return nodes


def best_fit(expanded: Expanded, mode: Literal["first", "cheapest"] = "first") -> Baseline:
    """Best-fit decreasing in one mode with no choice of hosting (see the module)."""
    compiled = compile_problem(expanded.problem)
    ways = {index: _one_way(compiled, index, mode) for index in range(len(compiled.models))}
    order = sorted((index for index in ways if ways[index]), key=lambda index: (-ways[index][0].size, index))
    fill = _Fill(compiled)
    for index in order:
        fill.place(index, ways[index])
    plan = make_plan(compiled, (state.plan() for state in fill.nodes))
    return finished(f"best-fit, {mode} mode", expanded, compiled, plan)


def _one_way(compiled: Compiled, index: int, mode: str) -> list[Candidate]:
    """The candidates (one per instance type) of the one hosting option and the one mode of a model."""
    candidates = [compiled.candidates[each] for each in compiled.models[index].candidates]
    for hosting in (Hosting.INFERENCE_COMPONENT, Hosting.SINGLE_MODEL, Hosting.MULTI_MODEL):
        fitting = [candidate for candidate in candidates if candidate.hosting is hosting]
        if fitting:
            chosen = min(fitting, key=lambda each: (each.mode if mode == "first" else _price_alone(compiled, each), each.mode)).mode
            return [candidate for candidate in fitting if candidate.mode == chosen]
    return []


def _price_alone(compiled: Compiled, candidate: Candidate) -> int:
    state, together = NodeState(compiled, compiled.kinds[candidate.kind].pools[0], candidate.hosting), 0
    while together < candidate.needed and (spot := state.fits(candidate)) is not None:
        state.add(candidate, spot)
        together += 1
    price = min(compiled.pools[pool].price for pool in compiled.kinds[candidate.kind].pools)
    return price * -(-candidate.needed // max(1, together))


class _Fill:
    """Open nodes of a best-fit pass."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.nodes: list[NodeState] = []
        self._by_kind: dict[tuple[int, Hosting], list[NodeState]] = defaultdict(list)
        self._opened: Counter[int] = Counter()

    def place(self, index: int, ways: list[Candidate]) -> None:
        """Copy after copy until nothing is missing or nothing more fits."""
        model, placed, rate = self.compiled.models[index], 0, 0
        zones: Counter[int] = Counter()
        while placed < model.most and missing_of(model, placed, rate):
            found = self._tightest(ways, zones, model) or self._new(ways, zones, model)
            if found is None:
                return
            state, candidate, spot = found
            state.add(candidate, spot)
            placed, rate = placed + 1, rate + candidate.rate
            zones[self.compiled.pools[state.pool].zone] += 1

    def _tightest(self, ways: list[Candidate], zones: Counter[int], model: ModelData) -> tuple[NodeState, Candidate, tuple[int, ...]] | None:
        best: tuple[tuple[int, ...], NodeState, Candidate, tuple[int, ...]] | None = None
        for candidate in ways:
            for state in self._by_kind[candidate.kind, candidate.hosting]:
                if not self._zone_open(state.pool, zones, model):
                    continue
                key = state.room()
                if (best is None or key < best[0]) and (spot := state.fits(candidate)) is not None:
                    best = (key, state, candidate, spot)
        return best and best[1:]

    def _new(self, ways: list[Candidate], zones: Counter[int], model: ModelData) -> tuple[NodeState, Candidate, tuple[int, ...]] | None:
        pools = [(self.compiled.pools[pool].price, pool, candidate) for candidate in ways for pool in self.compiled.kinds[candidate.kind].pools]
        for _, pool, candidate in sorted(pools, key=lambda each: each[:2]):
            if self._opened[pool] < self.compiled.pools[pool].stock and self._zone_open(pool, zones, model):
                state = NodeState(self.compiled, pool, candidate.hosting)
                spot = state.fits(candidate)
                if spot is not None:
                    self._opened[pool] += 1
                    self.nodes.append(state)
                    self._by_kind[candidate.kind, candidate.hosting].append(state)
                    return state, candidate, spot
        return None

    def _zone_open(self, pool: int, zones: Counter[int], model: ModelData) -> bool:
        there = zones[self.compiled.pools[pool].zone]
        return there == 0 or (len(+zones) >= model.min_zones and there < model.max_per_zone)


def finished(name: str, expanded: Expanded, compiled: Compiled, plan: Plan) -> Baseline:
    """A plan as a placement, with the checker's verdict."""
    status = Status.FEASIBLE if plan.value.complete else Status.PARTIAL
    placement = assemble(compiled, expanded, plan, status, None)
    return Baseline(name, expanded.problem, placement, verify(expanded.problem, placement, expanded.digest))
