"""Relax, dive, prove: the order in which the parts of this package work on one problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from packing.solve.context import Share
from packing.solve.node_patterns.dive import SHORT, Diver, Rest, whole
from packing.solve.node_patterns.finish import finished
from packing.solve.node_patterns.generate import Generator
from packing.solve.node_patterns.master import Relaxed
from packing.solve.node_patterns.problem import Column, Problem

FIRST = 0.45
"""Part of the share that the linear program may take before the first dive."""
EARLY, MOST_ROUNDS = 12, 10_000
"""Rounds of column generation before the first solution is made of what there is; rounds at most."""
STEPS = 150
"""Linear programs of one dive."""
LADDER = ((0, 1), (1, 2), (0, 1), (1, 8), (0, 1), (1, 1))
"""Where between the linear program's value and the best solution dives aim, in turn."""
DIVES = 60
"""Dives in all; each starts with the columns of those before."""
FRESH, IDLE = 5, 6
"""After so many fruitless dives in turn with hardly a new column, more of them find nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known in the end."""

    bound: int
    """Proven: no solution costs less."""
    cost: int | None
    columns: tuple[Column, ...]
    """One for each opened bin; empty where nothing better than the start was found."""


def solve(
    problem: Problem,
    share: Share,
    *,
    seed: int = 0,
    columns: Sequence[Column] = (),
    upper: int | None = None,
    on_bound: Callable[[int], None] = lambda _: None,
    on_columns: Callable[[tuple[Column, ...]], None] = lambda _: None,
) -> Outcome:
    """The cheapest columns that are found for all demands, and a bound.

    Parameters
    ----------
    problem : in integers.
    share : of the search's work.
    columns : contents to begin with.
    upper : cost of a solution that is known already; only better ones are looked for.
    on_bound, on_columns : hear of better bounds and solutions.
    """
    generator = Generator(problem, share, seed, on_bound)
    generator.master.add(columns)
    best, cost, idle = None, upper, 0
    first = share.part(FIRST)
    generator.pause = lambda: first() <= 0
    relaxed: Relaxed | None = None
    for rounds, patient in ((EARLY, True), (MOST_ROUNDS, False)):
        relaxed = generator.relax(enough=cost, rounds=rounds, patient=patient) or relaxed
        found = finished(generator) if relaxed is not None and relaxed.missing <= SHORT else None
        if found is not None:
            generator.master.add(found.fixed)
            if cost is None or found.cost + problem.constant < cost:
                best, cost = found, found.cost + problem.constant
                on_columns(_needed(problem, best))
    generator.pause = lambda: False
    diver = Diver(generator)
    for number in range(DIVES):
        if relaxed is None or relaxed.missing > SHORT or share() <= 0 or (cost is not None and cost <= generator.bound):
            break
        goal = max(generator.bound, problem.rounded_up(int(relaxed.objective * (1 - 1e-9))))
        if not generator.converged and number == len(LADDER):
            relaxed = generator.relax(enough=cost) or relaxed
            continue
        part, of = LADDER[number % len(LADDER)]
        high = goal + 4 * problem.unit if cost is None else cost - problem.unit
        target = problem.rounded_up(min(high, goal + max(0, high - goal) * part // of))
        known = len(generator.master.columns)
        found = diver.dive(whole(problem), target - problem.constant, STEPS, wild=number)
        idle = idle + 1 if found is None and len(generator.master.columns) - known < FRESH else 0
        if idle >= IDLE:
            break
        if found is not None and (cost is None or found.cost + problem.constant < cost):
            best, cost = found, found.cost + problem.constant
            on_columns(_needed(problem, best))
        if not generator.converged and cost is not None and cost <= goal:
            relaxed = generator.relax(enough=cost) or relaxed
            if cost > generator.bound and not generator.converged:
                break
    if best is None:
        return Outcome(generator.bound, None, ())
    needed = _needed(problem, best)
    return Outcome(generator.bound, problem.cost(needed), needed)


def _needed(problem: Problem, solution: Rest) -> tuple[Column, ...]:
    """The columns without copies that are more than is asked for, the dearest left out first."""
    copies = [-demand.copies for demand in problem.demands]
    rates = [-demand.peak for demand in problem.demands]
    for _, content in solution.fixed:
        for index, count in content:
            item = problem.items[index]
            copies[item.demand] += count
            rates[item.demand] += count * item.rate
    kept = [(number, dict(content)) for number, content in solution.fixed]
    places = sorted(
        ((place, index) for place, (_, content) in enumerate(kept) for index in content), key=lambda each: (-problem.items[each[1]].cost, each)
    )
    for place, index in places:
        item, left = problem.items[index], kept[place][1]
        while left[index] and copies[item.demand] > 0 and rates[item.demand] >= item.rate:
            left[index] -= 1
            copies[item.demand] -= 1
            rates[item.demand] -= item.rate
    return tuple(
        (number, tuple((index, count) for index, count in sorted(content.items()) if count)) for number, content in kept if any(content.values())
    )
