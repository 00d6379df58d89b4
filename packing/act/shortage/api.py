"""`answer_shortage`: what to run while accelerators are short."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from packing.act.shortage.answer import Addition, Loss, ShortageAnswer
from packing.act.shortage.burden import burden
from packing.act.shortage.ladder import STAGES, Concessions, steps
from packing.act.shortage.losses import Running, loss_of, running
from packing.act.shortage.oracle import Oracle
from packing.act.shortage.pin import pinned
from packing.act.shortage.settle import Settlement
from packing.act.shortage.stock import Market
from packing.act.shortage.witness import as_placed, is_answer, restated, tightened
from packing.describe import checked_problem, expand
from packing.describe.expand import Expanded
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.shortage import Concession, Stage
from packing.errors import Fault, ProblemError
from packing.solve.result import Result

SEARCH, FINAL = 0.6, 0.5
"""Parts of the time for finding concessions, and (of what is then left) for a good placement; the rest goes to looking for stock."""
WILLING = (Stage.ACCELERATORS, Stage.PRECISION, Stage.HOSTING)
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
    oracle = Oracle(time_limit, seed, processes, cancel)
    expanded = expand(checked_problem(problem))
    given = pinned(expanded.described, expanded.problem)
    expand(_everything(given).apply())  # what is wrong with what may be given up is said before anything is solved
    concessions = Concessions(given)
    with oracle.within(SEARCH):
        if current is not None and any(model.min_zones > 1 for model in given.models):
            before, first = oracle.doubts, oracle.solve(expanded.described, current=current)
            concessions = _narrower(concessions, first)
            # Only its concessions count, and they are beyond doubt where there are no more zones.
            zones = {pool.zone for pool in expanded.problem.fleet if pool.count != 0}
            oracle.doubts = before + any(len(zones) >= each.asked for each in first.placement.conceded)
        plain = result = oracle.solve(_asked(concessions, expanded), current=None if time_limit > 0 else current)
        plain_concessions = concessions
        if result.unplaced:
            concessions, result = _settled(concessions, result, oracle)
    if result.unplaced and time_limit > 0:
        concessions = _willing(concessions, {each.model for each in result.unplaced})
    doubts = oracle.doubts + bool(result.unplaced)
    # Where nothing is short this is said at once: a better placement was not asked for.
    if (result.unplaced or concessions.all() or current is not None) and time_limit > 0 and oracle.limit() is None:
        better = oracle.solve(_asked(concessions, expanded), part=FINAL, gap=0.0, current=current)
        result = result if better.unplaced and not result.unplaced else better
    if plain.unplaced and doubts and time_limit > 0 and oracle.limit() is None:
        plain = oracle.solve(_asked(plain_concessions, expanded), part=FINAL, gap=0.0, current=current)
    plain_concessions = _narrower(plain_concessions, plain)
    concessions = _narrower(concessions, result)
    concessions = tightened(as_placed(concessions, result), result)
    without = tightened(as_placed(plain_concessions, plain), plain)
    # Steps taken one by one with little time each can end up worse than what one solve found, asked for everything at once.
    if burden(without, plain) < burden(concessions, result) and is_answer(_asked(without, expanded), plain):
        concessions, result = without, plain
    answered = _asked(concessions, expanded)
    placement, verification = restated(answered, result)
    market = Market(given, oracle) if stock else None
    return ShortageAnswer(
        problem=expanded.digest,
        conceded=answered,
        concessions=concessions.all(),
        placement=placement,
        verification=verification,
        losses=_losses(given, concessions, placement, market),
        brought_back_by=_all_back(concessions, market),
        proven=doubts == 0 and not oracle.incidents,
        solves=oracle.solves,
        limit=oracle.limit(),
        incidents=oracle.incidents,
    )


def _asked(concessions: Concessions, expanded: Expanded) -> Problem:
    """The problem with the concessions; as it was described where there are none."""
    return concessions.apply() if concessions.all() else expanded.described


def _narrower(concessions: Concessions, result: Result) -> Concessions:
    """With the zones that what runs has conceded: it is not stopped for a rule that the fleet does not let it keep."""
    return concessions.but({(each.model, Stage.SPREAD): each.kept for each in result.placement.conceded})


def _settled(concessions: Concessions, result: Result, oracle: Oracle) -> tuple[Concessions, Result]:
    """Concessions level by level, and the last answer to the whole problem with them. `result`: that to the problem without any."""
    settlement = Settlement(concessions.problem, oracle)
    priority = {model.name: model.priority for model in concessions.problem.models}
    settled: set[int] = set()
    while True:
        short = {priority[each.model] for each in result.unplaced} - settled
        if not short or oracle.limit() is not None:
            return concessions, result
        level = max(short)
        concessions = settlement.settle(concessions, level)
        settled.add(level)
        result = oracle.solve(concessions.apply())


def _willing(concessions: Concessions, names: set[str]) -> Concessions:
    """For want of time to find out what is needed: all that these models may give up of latency, precision and hosting, rather than copies."""
    problem = concessions.problem
    models = [model for model in problem.models if model.name in names]
    ladders = {(model.name, stage): steps(problem, model, stage) for model in models for stage in WILLING}
    return concessions.but({key: ladder[-1] for key, ladder in ladders.items() if ladder})


def _everything(problem: Problem) -> Concessions:
    """All that may be given up at all, but for copies: those are counted, not derived."""
    ladders = {(model.name, stage): steps(problem, model, stage) for model in problem.models for stage in STAGES}
    return Concessions(problem, {key: ladder[-1] for key, ladder in ladders.items() if ladder})


def _losses(given: Problem, concessions: Concessions, placement: Placement, market: Market | None) -> tuple[Loss, ...]:
    found = []
    models = {model.name: model for model in given.models}
    by_model: dict[str, list[Concession]] = {}
    for each in concessions.all():
        by_model.setdefault(each.model, []).append(each)
    now = running(placement)
    for name in sorted(by_model, key=lambda each: (-models[each].priority, each)):
        addition, note = market.cheapest(concessions, [name]) if market else (None, "not looked for")
        found.append(loss_of(given, models[name], by_model[name], now.get(name, Running()), addition, note))
    return tuple(found)


def _all_back(concessions: Concessions, market: Market | None) -> Addition | None:
    names = sorted({each.model for each in concessions.all()})
    return market.cheapest(concessions, names)[0] if market and names else None


def _check_options(time_limit: float, seed: int) -> None:
    faults = []
    if isinstance(time_limit, bool) or not (isinstance(time_limit, int | float) and 0 <= time_limit <= LONGEST):
        faults.append(Fault("bad_option", "time_limit", str(time_limit), "The value is not accepted.", "Give seconds from 0 to 30 days."))
    if not isinstance(seed, int) or not 0 <= seed < 2**31:
        faults.append(Fault("bad_option", "seed", str(seed), "The value is not accepted.", "Give a whole number from 0 to 2^31 - 1."))
    if faults:
        raise ProblemError(faults)
