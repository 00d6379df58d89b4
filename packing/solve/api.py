"""`solve_placement`: the one way in. Describe → compile → solve → verify."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from packing.compile.compiler import compile_problem
from packing.compile.data import Compiled
from packing.describe import checked_problem, expand, placement_from, problem_from
from packing.describe.expand import Expanded
from packing.domain.change import Policy
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.units import UnitError, memory_fraction
from packing.domain.words import Limit, Status
from packing.errors import Fault, InternalError, ProblemError
from packing.solve.assemble import assemble
from packing.solve.context import Observer, SearchContext
from packing.solve.even_cards import spread_evenly
from packing.solve.finishing import LARGE, PER_MODEL_S, shortened
from packing.solve.plan import Plan, make_plan
from packing.solve.reasons import dropped_by_laws
from packing.solve.rebalance.account import change_of, without_moves
from packing.solve.rebalance.concede import concessions
from packing.solve.rebalance.notices import broken_rules
from packing.solve.rebalance.prepare import Prepared, prepare
from packing.solve.rebalance.quick import Solver
from packing.solve.rebalance.reuse import onto_running
from packing.solve.result import FitnessReport, Result
from packing.solve.scores import cost_micro_usd, usd
from packing.solve.strategies import strategy_of
from packing.verify import Verification, verify

LONGEST = 30 * 86_400.0
CHANGE_STRATEGIES = ("auto", "rebalance", "greedy")
"""Strategies that know what runs now."""
MANY = 20
"""Models from which on child processes will be wanted: greedy alone hardly ever proves its answer."""


def solve_placement(
    problem: Problem | Mapping[str, Any] | None = None,
    *,
    models: Sequence[Any] | None = None,
    instances: Sequence[Any] | None = None,
    tenants: Sequence[Any] | None = None,
    weights: Any = None,
    slots: int | None = None,
    time_limit: float = 10.0,
    seed: int = 0,
    workers: int = 1,
    gap: float = 0.0,
    strategy: str = "auto",
    on_progress: Observer | None = None,
    cancel: threading.Event | None = None,
    executor: Executor | None = None,
    memory_limit: int | str | None = None,
    processes: bool = True,
    current: Placement | Mapping[str, Any] | None = None,
    policy: Policy | Mapping[str, Any] | None = None,
    started: float | None = None,
) -> Result:
    """Decide where every copy of every model runs.

    Parameters
    ----------
    problem : a `Problem`, or the same as plain data; alternatively its parts:
    models, instances, tenants, weights : objects or dicts; `instances` are pools (or names of instance types).
    slots : length of the models' traffic profiles, with the parts; None: 1.
    time_limit : seconds for the whole call, from `started` to the checked answer, and at most one more on a machine that is not busy.
        What is not placed by then is left out, with the reason `unknown`, and `limit` is ``time``. Where something runs (`current`), a
        first answer is always made in full. 0: no search and no limit, greedy's first answer, however long it takes. The seconds stand for so
        many units of work, which the strategies share out and count; the clock ends the search where a unit takes longer than it
        should (docs/design/portfolio.md).
    seed : of everything random. Same input, options, seed and one worker: same bytes, in whatever order models and pools come, unless
        the time limit cut the search short. Then `Result.limit` says ``time`` (``cancelled`` where it was you).
    workers : processes that work on it at the same time, sharing what they find; several are not reproducible.
    gap : stop as soon as (objective - bound) / objective is no larger.
    strategy : one of `packing.solve.strategies()`.
    on_progress : called with a `Progress` whenever incumbent or bound improve.
    cancel : set it from any thread to stop; the best placement so far is returned. KeyboardInterrupt while it searches does the same.
    executor : anything with the shape of `concurrent.futures.Executor` to work in, instead of child processes of this
        machine: a process pool, or a Dask cluster's `Client.get_executor()`. It is neither changed nor shut down.
    memory_limit : bytes (or text such as ``3GiB``) that the child processes may hold together; default: a large share of what is available.
        Beyond it the largest is ended and done again, and the second time given up.
    processes : False keeps everything in the caller's process, for debugging: then a solver that crashes takes it
        down, `memory_limit` is not watched, and `workers` are threads of the solvers.
    current : the placement that runs now, of this problem or of an earlier one. What stays is free, what is loaded anew is paid for;
        the answer keeps the names of nodes, endpoints and copies that stay, and its `change` says what is different.
        Whatever is wrong with it is mended and reported in `change.notices`.
    started : when the time limit began, on `time.monotonic`'s clock, for callers who had the problem to read first; None: now.
    policy : how eager to move, what is pinned, drained or in flight, and limits on moves (see `packing.domain.change.Policy`).

    Returns
    -------
    Result
        Its placement has passed the independent checker. What went otherwise than meant, such as a child process
        that was killed, is in its `incidents`.

    Raises
    ------
    ProblemError
        With all faults of the input at once.
    """
    began = time.monotonic() if started is None else started
    memory = _check_options(time_limit, seed, workers, gap, memory_limit)
    chosen = strategy_of(strategy)
    how = _policy(current, policy, strategy)
    given = _problem(problem, {"models": models, "fleet": instances, "tenants": tenants, "weights": weights, "slots": slots})
    now = placement_from(current, given) if isinstance(current, Mapping) else current
    apart = time_limit > 0 and (processes or executor is not None)
    if apart and executor is None and len(given.models) >= MANY:
        from packing.solve.remote import pool

        pool.warm_up(workers)  # they load the solvers while the problem is prepared here
    expanded = expand(given)
    context = SearchContext(time_limit, seed, workers, gap, on_progress, cancel, spent=max(0.0, time.monotonic() - began))

    def search(compiled: Compiled, context: SearchContext) -> None:
        if apart:
            from packing.solve.remote.search import search as search_apart

            search_apart(compiled, context, chosen, executor, memory)
        else:
            chosen.solve(compiled, context)

    ready = (
        Prepared(_compiled(expanded.problem, context), ()) if now is None else prepare(expanded.problem, now, how, Solver(search, context, cancel))
    )
    compiled = ready.compiled
    if time_limit > 0:
        context.finishing.name = lambda plan: assemble(compiled, expanded, plan, Status.PARTIAL, None, cut=True)
    try:
        if ready.first is not None:
            context.offer(ready.first, "rebalance")
        search(compiled, context)
    except KeyboardInterrupt:
        if context.incumbent is None:
            raise
        context.interrupt()
    return _result(ready, expanded, context, strategy, now)


def _policy(current: Any, policy: Any, strategy: str) -> Policy:
    """The policy from whatever the caller has, where it goes with the rest."""
    how = policy if isinstance(policy, Policy) else Policy(**(policy or {}))
    if current is None:
        if policy is not None:
            raise ProblemError(
                [Fault("bad_option", "policy", "", "A policy says how to change what runs, but nothing does.", "Give current as well.")]
            )
        return how
    if strategy not in CHANGE_STRATEGIES:
        cause = "This strategy starts from nothing: it knows neither pins nor what a move costs."
        raise ProblemError([Fault("bad_option", "strategy", strategy, cause, f"With current, use one of {', '.join(CHANGE_STRATEGIES)}.")])
    return how


def _problem(problem: Any, parts: dict[str, Any]) -> Problem:
    """A checked problem from whatever the caller has."""
    given = {name: part for name, part in parts.items() if part is not None}
    if problem is not None and given:
        what = "Give either a problem or its parts, not both."
        raise ProblemError([Fault("bad_option", "solve_placement", ", ".join(given), "A problem and parts of one were given.", what)])
    if problem is not None:
        return checked_problem(problem)
    if "fleet" in given:
        given["fleet"] = [{"instance_type": each} if isinstance(each, str) else each for each in given["fleet"]]
    return problem_from(given)


def _check_options(time_limit: float, seed: int, workers: int, gap: float, memory_limit: int | str | None) -> int | None:
    """Refuse values out of range, all at once; returns the memory limit in bytes."""
    faults = []
    memory = None

    def refuse(where: str, value: object, action: str) -> None:
        faults.append(Fault("bad_option", where, str(value), "The value is not accepted.", action))

    if not (isinstance(time_limit, int | float) and 0 <= time_limit <= LONGEST):
        refuse("time_limit", time_limit, "Give seconds from 0 to 30 days.")
    if not isinstance(seed, int) or not 0 <= seed < 2**31:
        refuse("seed", seed, "Give a whole number from 0 to 2^31 - 1.")
    if not isinstance(workers, int) or not 1 <= workers <= 1024:
        refuse("workers", workers, "Give a whole number from 1 to 1024.")
    if memory_limit is not None:
        try:
            memory = math.floor(memory_fraction(memory_limit))
        except (UnitError, TypeError, ValueError):
            refuse("memory_limit", memory_limit, "Give bytes, or a size such as 3GiB.")
    if not (isinstance(gap, int | float) and math.isfinite(gap) and 0 <= gap <= 1):
        refuse("gap", gap, "Give a number from 0 to 1, e.g. 0.01 for one per cent.")
    if faults:
        raise ProblemError(faults)
    return memory


def _compiled(problem: Problem, context: SearchContext) -> Compiled:
    """The compiled problem, or what can be had of it in time."""
    began, finishing = context.elapsed(), context.finishing
    finishing.models = PER_MODEL_S * len(problem.models)

    def stop() -> bool:
        if not finishing.problem:  # what comes before the first model is what the checker does as well
            finishing.problem = context.elapsed() - began
        return context.overdue()

    return compile_problem(problem, stop=stop)


def _in_time(compiled: Compiled, context: SearchContext, plan: Plan) -> Plan:
    """The plan, or as much of it as can still be named and checked; where copies run, always all of it."""
    copies = context.copies_in_time()
    if compiled.home is not None or sum(len(node.copies) for node in plan.nodes) <= max(LARGE, copies):
        return plan
    context.cut_short()
    return shortened(compiled, plan, max(LARGE, int(copies)))


def _status(context: SearchContext, plan: Plan, *, conceded: bool) -> Status:
    if context.cut and not plan.value.complete:
        return Status.PARTIAL if plan.nodes else Status.UNKNOWN
    proven = plan.value.missing == context.missing_bound
    if conceded and plan.value.complete:
        return Status.PARTIAL
    if plan.value.complete:
        return Status.OPTIMAL if proven and context.bound is not None and context.bound >= plan.value.objective else Status.FEASIBLE
    return Status.INFEASIBLE if proven and not plan.nodes else Status.PARTIAL


def _result(ready: Prepared, expanded: Expanded, context: SearchContext, strategy: str, now: Placement | None) -> Result:
    compiled, notices = ready.compiled, ready.notices
    if context.incumbent is None:
        context.offer(make_plan(compiled, ()), "nothing")
    plan = with_moves = onto_running(compiled, _in_time(compiled, context, context.incumbent or make_plan(compiled, ())))
    limit, elapsed, searched, cut = context.ended_by(), context.elapsed(), context, context.cut
    greedy = None
    if context.first is not None and not cut:
        greedy = usd(cost_micro_usd(compiled, expanded.problem, context.first)), sum(context.first.value.missing)
    change = None
    if now is not None:
        notices += tuple(broken_rules(compiled, expanded, now))
        # What is proven with the moves counted says nothing of the objective without them: that has a bound of its own.
        context, plan = without_moves(compiled, plan, searched)
        searched.heed(context)
        limit = Limit.TIME if context.budget.late else limit
        change = change_of(compiled, searched, with_moves, notices, ready.blocked)
    bound = context.valid_bound(plan.value)
    plan = plan if cut else spread_evenly(compiled, expanded.problem, plan)
    status = _status(context, plan, conceded=bool(concessions(compiled, expanded.problem, plan)))
    placement = assemble(compiled, expanded, plan, status, bound, cut=cut)
    checked = verify(expanded.problem, placement, expanded.digest)
    _insist(checked, plan)
    impossible = any(context.missing_bound) if context.missing_bound is not None else None
    return Result(
        status=status,
        # What the clock cut short counts even where the answer is proven: another run may end with another one, as good.
        limit=None if limit is not Limit.TIME and (status is Status.OPTIMAL or (change is not None and change.proven)) else limit,
        strategy=strategy,
        elapsed_s=elapsed,
        digest=expanded.digest,
        expanded=expanded,
        removed=(*compiled.removed, *dropped_by_laws(expanded.dropped)),
        complete_is_impossible=False if plan.value.complete else impossible or None,
        found=placement,
        fitness_report=FitnessReport(whole=placement.fitness, models=dict(checked.model_scores)),
        incidents=tuple(searched.incidents),
        change=change,
        withdrawn=searched.withdrawn,
        greedy=greedy,
    )


def _insist(checked: Verification, plan: Plan) -> None:
    """Nothing leaves that the checker has not passed, to the last unit."""
    faults = [f"{violation.rule} at {violation.where}: {violation.detail}" for violation in checked.violations]
    if checked.objective_units != plan.value.objective:
        faults.append(f"the checker's objective is {checked.objective_units}, the search's {plan.value.objective}")
    if faults:
        raise InternalError("the checker refused the solver's answer (a defect, please report it with the input):\n" + "\n".join(faults))
