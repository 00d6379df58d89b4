"""The search: anneal through overloaded states, come back to the best valid assignment on the way, and repeat with less heat.

Where capacities are tight, and moves leave their transient use behind, almost no single swap is valid: states that are within all
capacities hang together only through states that are not. Overload is therefore allowed at a price that rises while the temperature
falls. What overload is left at the end is resolved exactly (`combine`), between the end and the best valid assignment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from benchmarks.reassign.anneal import Best, Cooling, anneal
from benchmarks.reassign.arrays import Arrays, arrays
from benchmarks.reassign.budget import Budget, Clock
from benchmarks.reassign.combine import combine
from benchmarks.reassign.problem import Reassignment
from benchmarks.reassign.rules import broken
from benchmarks.reassign.state import State
from packing.errors import Fault, ProblemError

DESCENT = 0.03
"""Share of the budget for a first descent; what it gains, by process, is the unit of temperature."""
FIRST, ROUND, POLISH = 0.7, 0.12, 0.94
"""Where the first annealing ends, the share of each later one, and where the last, strict one begins."""
HOT, WARM, COLD, FROZEN = 8.0, 0.4, 0.02, 1e-5
"""Temperatures, in the unit above: first annealing, later ones; where both end; where the strict one ends."""
LACK = (1.0, 100.0)
"""Price of a broken dependency, in the same unit."""
PRICES, LATER_PRICES = (8.0, 2000.0), (20.0, 2000.0)
"""Cost of a unit above a hard capacity, in units of its weight above the safety capacity."""
WORK = 5.0
"""Deterministic seconds of CP-SAT for one combination."""
PART = 0.03
"""Share of the time limit that one combination may take, in deterministic seconds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best assignment found; never dearer than the start, and valid like it.

    Parameters
    ----------
    places : machine of each process.
    cost, start_cost : objective of it and of the start, in the weights' unit.
    steps : annealing steps made.
    """

    places: tuple[int, ...]
    cost: int
    start_cost: int
    steps: int


def reassign(problem: Reassignment, *, clock: Clock | None = None, steps: int | None = None, seed: int = 0) -> Outcome:
    """Look for a cheaper assignment than the one at the start.

    Parameters
    ----------
    problem : what to solve; its start must keep all rules.
    clock : stops the search at its time limit, or when the caller cancels.
    steps : annealing steps in all. With steps and without clock, the same seed gives the same answer.
    seed : of the random numbers and of CP-SAT.

    Raises
    ------
    ProblemError : neither clock nor steps; or the start breaks a rule; or figures are too large.
    """
    if clock is None and steps is None:
        raise ProblemError([Fault("bad_option", "steps", "None", "Nothing limits the search.", "Give a clock or a number of steps.")])
    built = arrays(problem)
    start = list(problem.start)
    cost = built.cost(start)
    faults = broken(problem, start)
    if cost is None or faults:
        said = [*faults, *(["a capacity is exceeded"] if cost is None else [])]
        raise ProblemError(
            [Fault("contradiction", "start", "", f"The start is not valid: {each}.", "Start from a valid assignment.") for each in said]
        )
    best = Best(cost, start)
    budget = Budget(clock, steps)
    if problem.processes and len(problem.machines) > 1:
        _run(built, best, budget, seed)
    return Outcome(tuple(best.places), best.cost, cost, budget.spent)


def _run(built: Arrays, best: Best, budget: Budget, seed: int) -> None:
    random = Random(seed)
    start, dearest = list(best.places), best.cost
    _strict(built, best, Cooling(DESCENT, (1.0, 1.0)), budget, random)
    unit = max(1.0, (dearest - best.cost) / built.processes)
    limit = budget.seconds(PART)
    work = WORK if limit is None else min(WORK, limit)
    relaxed = State(built, start, strict=False)
    # A process has as many places elsewhere as there are machines: without a counterweight most would be away, and fill with their
    # transient use the room that the few moves need that pay.
    homesick = math.log(built.machines) if built.transient else 0.0
    lack = (LACK[0] * unit, LACK[1] * unit)
    cooling = Cooling(FIRST, (HOT * unit, COLD * unit), PRICES, lack, homesick)
    while budget.used() < POLISH:
        found = Best(best.cost, best.places)
        anneal(relaxed, cooling, budget, random, found)
        _keep(built, best, found.places)
        for valid in (best.places, start) if relaxed.exceeded else (best.places,):
            _keep(built, best, combine(built, valid, relaxed.places[: built.processes], work, budget.seconds(1.0), seed))
        # An end with overload left is not thrown away: the next round goes on from it, as fluid as at the beginning of a round.
        if not relaxed.exceeded:
            relaxed.put(best.places)
        unit = max(1.0, min(unit, best.cost / built.processes))
        cooling = Cooling(min(POLISH, budget.used() + ROUND), (WARM * unit, COLD * unit), LATER_PRICES, lack, homesick)
    _strict(built, best, Cooling(1.0, (COLD * unit, FROZEN * unit)), budget, random)


def _strict(built: Arrays, best: Best, cooling: Cooling, budget: Budget, random: Random) -> None:
    """Anneal within all capacities, from the best assignment."""
    found = Best(best.cost, best.places)
    anneal(State(built, best.places, strict=True), cooling, budget, random, found)
    _keep(built, best, found.places)


def _keep(built: Arrays, best: Best, places: list[int]) -> None:
    """Take an assignment if it is better and, looked at anew in integers, breaks no rule."""
    cost = built.cost(places)
    if cost is not None and cost < best.cost and not broken(built.problem, places):
        best.cost, best.places = cost, list(places)
