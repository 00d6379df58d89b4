"""`answer_shortage`: what to run while accelerators are short."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from packing.act.shortage.answer import Addition, Loss, ShortageAnswer
from packing.act.shortage.concede import conceded
from packing.act.shortage.ladder import STAGES, Concessions, steps
from packing.act.shortage.losses import loss_of
from packing.act.shortage.oracle import Oracle
from packing.act.shortage.settle import Settlement
from packing.act.shortage.stock import Market
from packing.act.shortage.witness import as_placed, restated, tightened
from packing.describe import check, expand, problem_from
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.errors import Fault, ProblemError
from packing.solve.result import Result

SEARCH, FINAL = 0.6, 0.5
"""Parts of the time for finding concessions, and (of what is then left) for a good placement; the rest goes to looking for stock."""
LONGEST = 30 * 86_400.0


def answer_shortage(
    problem: Problem | Mapping[str, Any],
    *,
    current: Placement | None = None,
    time_limit: float = 30.0,
    seed: int = 0,
    stock: bool = True,
    processes: bool = True,
    cancel: threading.Event | None = None,
) -> ShortageAnswer:
    """Decide who gives up what when not everything can be placed, the lowest priority first, and no more than is needed.

    Parameters
    ----------
    problem : a `Problem`, or the same as plain data. What models may give up is in their `degrade` (docs/shortage.md).
    current : what runs now: the answer keeps of it what it can.
    time_limit : seconds for everything; 0: the first answer of the greedy, with what it leaves out given up.
    seed : of every solve. Same input and seed: same answer, where no time limit bites.
    stock : whether to look for what brings each model back.
    processes : whether solves may use child processes (see `solve_placement`).
    cancel : set it from any thread to stop; what is known by then is returned.

    Returns
    -------
    ShortageAnswer
        Its placement is complete for the problem with the concessions, and has passed the independent checker against it.

    Raises
    ------
    ProblemError
        With all faults of the input at once.
    """
    _check_options(time_limit, seed)
    given = _problem(problem)
    expanded = expand(given)
    expand(conceded(given, _everything(given).all()))  # what is wrong with what may be given up is said before anything is solved
    oracle = Oracle(time_limit, seed, processes, cancel)
    with oracle.within(SEARCH):
        concessions, result = _settled(given, oracle)
    doubts = oracle.doubts + bool(result.unplaced)
    if time_limit > 0 and oracle.limit() is None:
        better = oracle.solve(conceded(given, concessions.all()), part=FINAL, gap=0.0, current=current)
        result = result if better.unplaced and not result.unplaced else better
    concessions = as_placed(given, concessions, result)
    concessions = tightened(given, concessions, result)
    placement, smaller, verification = restated(given, concessions, result.placement)
    if placement.problem == result.digest and not result.unplaced:
        placement = result.placement  # nothing had to be restated: bound and gap hold
    market = Market(given, expanded.problem, oracle) if stock else None
    return ShortageAnswer(
        problem=expanded.digest,
        conceded=smaller,
        concessions=concessions.all(),
        placement=placement,
        verification=verification,
        losses=_losses(given, expanded.problem, concessions, placement, market),
        brought_back_by=_all_back(concessions, market),
        proven=doubts == 0,
        solves=oracle.solves,
        limit=oracle.limit(),
    )


def _settled(problem: Problem, oracle: Oracle) -> tuple[Concessions, Result]:
    """Concessions level by level, and the last answer to the whole problem with them."""
    concessions, settlement = Concessions(problem), Settlement(problem, oracle)
    priority = {model.name: model.priority for model in problem.models}
    settled: set[int] = set()
    while True:
        result = oracle.solve(conceded(problem, concessions.all()))
        short = {priority[each.model] for each in result.unplaced} - settled
        if not short or oracle.limit() is not None:
            return concessions, result
        level = max(short)
        concessions = settlement.settle(concessions, level)
        settled.add(level)


def _everything(problem: Problem) -> Concessions:
    """All that may be given up at all, but for copies: those are counted, not derived."""
    ladders = {(model.name, stage): steps(problem, model, stage) for model in problem.models for stage in STAGES}
    return Concessions(problem, {key: ladder[-1] for key, ladder in ladders.items() if ladder})


def _losses(given: Problem, expanded: Problem, concessions: Concessions, placement: Placement, market: Market | None) -> tuple[Loss, ...]:
    found = []
    models = {model.name: model for model in expanded.models}
    names = dict.fromkeys(each.model for each in reversed(concessions.all()))
    for name in sorted(names, key=lambda each: (-models[each].priority, each)):
        mine = tuple(each for each in concessions.all() if each.model == name)
        addition, note = market.cheapest(concessions, [name]) if market else (None, "not looked for")
        found.append(loss_of(given, models[name], mine, placement, addition, note))
    return tuple(found)


def _all_back(concessions: Concessions, market: Market | None) -> Addition | None:
    names = sorted({each.model for each in concessions.all()})
    return market.cheapest(concessions, names)[0] if market and names else None


def _problem(problem: Problem | Mapping[str, Any]) -> Problem:
    if not isinstance(problem, Problem):
        return problem_from(problem)
    faults = check(problem)
    if faults:
        raise ProblemError(faults)
    return problem


def _check_options(time_limit: float, seed: int) -> None:
    faults = []
    if isinstance(time_limit, bool) or not (isinstance(time_limit, int | float) and 0 <= time_limit <= LONGEST):
        faults.append(Fault("bad_option", "time_limit", str(time_limit), "The value is not accepted.", "Give seconds from 0 to 30 days."))
    if not isinstance(seed, int) or not 0 <= seed < 2**31:
        faults.append(Fault("bad_option", "seed", str(seed), "The value is not accepted.", "Give a whole number from 0 to 2^31 - 1."))
    if faults:
        raise ProblemError(faults)
