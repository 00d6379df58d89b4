"""Rule `min_zones` where the fleet does not let what runs keep it: what is in service stays in service, in as many zones as there are.

See docs/design/running-and-rules.md: which rules are given up, for whom, and how an answer says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from packing.compile.data import Compiled
from packing.domain.placement import Conceded
from packing.domain.problem import Problem
from packing.domain.rules import Rule
from packing.solve.plan import Plan, missing_of
from packing.solve.rebalance.mend import mend, staying


def conceding(compiled: Compiled, best: Callable[[Compiled], Plan]) -> Compiled:
    """The problem in which models that run are spread over no more zones than is possible without stopping what runs.

    Parameters
    ----------
    compiled : with what runs now.
    best : the plan that misses least, by as many moves as it takes: asked only where room for a copy in another zone is in question.

    Returns
    -------
    Compiled : `Home.conceded` names the models whose `min_zones` is less than they ask for.
    """
    home = compiled.home
    assert home is not None
    asked = {index for index, model in enumerate(compiled.models) if model.min_zones > 1 and home.running[index]}
    if not asked:
        return compiled
    healthy = _healthy(compiled)
    there = {index: len(_zones_with_stock(compiled, index)) for index in asked}
    given = _with(compiled, {index: max(1, zones) for index, zones in there.items() if zones < compiled.models[index].min_zones})
    squeezed = {index for index in asked if len(healthy[index].zones) < min(given.models[index].min_zones, healthy[index].copies)}
    return _as_room_allows(given, squeezed, healthy, best) if squeezed else given


@dataclass(slots=True)
class _Healthy:
    """Copies of a model that may stay where they are, but for the zones that they are in."""

    copies: int
    rate: int
    zones: frozenset[int]


def _healthy(compiled: Compiled) -> dict[int, _Healthy]:
    found: defaultdict[int, _Healthy] = defaultdict(lambda: _Healthy(0, 0, frozenset()))
    for node in staying(compiled):
        for index, _ in node.copies:
            candidate = compiled.candidates[index]
            mine = found[candidate.model]
            mine.copies, mine.rate = mine.copies + 1, mine.rate + candidate.rate
            mine.zones |= {compiled.pools[node.pool].zone}
    return found


def _zones_with_stock(compiled: Compiled, index: int) -> set[int]:
    kinds = {compiled.candidates[each].kind for each in compiled.models[index].candidates}
    return {pool.zone for pool in compiled.pools if pool.kind in kinds and pool.stock > 0}


def _with(compiled: Compiled, spread: dict[int, int]) -> Compiled:
    """With this many zones for these models."""
    home = compiled.home
    assert home is not None
    if not spread:
        return compiled
    models = tuple(replace(model, min_zones=spread.get(index, model.min_zones)) for index, model in enumerate(compiled.models))
    return replace(compiled, models=models, home=replace(home, conceded=home.conceded | spread.keys()))


def _as_room_allows(compiled: Compiled, squeezed: set[int], healthy: dict[int, _Healthy], best: Callable[[Compiled], Plan]) -> Compiled:
    """One zone less for whoever would lose copies that run to its rule, until nobody does."""
    plan = mend(compiled)
    while lost := _losing(compiled, plan, squeezed, healthy):
        plan = best(compiled)  # others may make room in another zone
        lost = _losing(compiled, plan, squeezed, healthy)
        if lost:
            compiled = _with(compiled, {index: compiled.models[index].min_zones - 1 for index in lost})
            plan = mend(compiled)
    return compiled


def _losing(compiled: Compiled, plan: Plan, models: set[int], healthy: dict[int, _Healthy]) -> list[int]:
    """Models that miss more than if their copies just stayed, and are asked to be in more zones than those are in."""
    placed: Counter[int] = Counter()
    rates: Counter[int] = Counter()
    for node in plan.nodes:
        for index, _ in node.copies:
            candidate = compiled.candidates[index]
            placed[candidate.model] += 1
            rates[candidate.model] += candidate.rate
    return [
        index
        for index in sorted(models)
        if compiled.models[index].min_zones > len(healthy[index].zones)
        and missing_of(compiled.models[index], placed[index], rates[index])
        > missing_of(compiled.models[index], healthy[index].copies, healthy[index].rate)
    ]


def concessions(compiled: Compiled, problem: Problem, plan: Plan) -> tuple[Conceded, ...]:
    """What a plan concedes of the rules as they are stated, by model."""
    home = compiled.home
    if home is None or not home.conceded:
        return ()
    zones: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for node in plan.nodes:
        for index, _ in node.copies:
            zones[compiled.candidates[index].model][compiled.pools[node.pool].zone] += 1
    found = []
    for index in sorted(home.conceded):
        asked, mine = problem.models[index].min_zones, zones[index]
        if len(mine) < min(asked, mine.total()):
            found.append(Conceded(model=problem.models[index].name, rule=str(Rule.MIN_ZONES), asked=asked, kept=len(mine)))
    return tuple(found)
