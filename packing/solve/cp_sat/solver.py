"""Run CP-SAT without touching the caller's process: off the main thread, no signal handler, stopped by event."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from packing.solve.context import SearchContext

LOOK_EVERY_S = 0.05
DETERMINISTIC = 1.4
"""Units of work for a deterministic second of CP-SAT."""
BUILD = 1e-5
"""Units of work to make, hand over and read a variable or a constraint of a formulation."""
LEAST = 1e-3
"""Deterministic seconds that a solver is always given."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What CP-SAT says. Values may be read only if `found`."""

    found: bool
    optimal: bool
    infeasible: bool
    objective: int | None
    bound: int | None
    value: Callable[[Any], int]
    work: float
    """Deterministic seconds that the solver counts."""


def run(
    model: Any,
    context: SearchContext,
    work: float | None = None,
    on_solution: Callable[[Callable[[Any], int]], None] | None = None,
    workers: int | None = None,
) -> Outcome:
    """Solve with so many units of work at most; returns early if the context is cancelled, its gap reached or its time over.

    `work` : None: all that is left of what is under way. No other part of the search gets less for what was not used.
    `workers` : threads; None: as many as the context says. Small programs are quicker with one.

    CP-SAT's own time limit follows the wall clock, which may jump, and is not used: its deterministic time is limited, and a
    watchdog on the monotonic clock stops it where that takes too long. KeyboardInterrupt in the calling thread stops the
    solver and is passed on.
    """
    from ortools.sat.python import cp_model

    proto = model.proto
    context.spend(BUILD * (len(proto.variables) + len(proto.constraints)))
    left = context.work_left()
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.max_deterministic_time = max(LEAST, (left if work is None else min(work, left)) / DETERMINISTIC)
    parameters.num_workers = context.workers if workers is None else workers
    parameters.random_seed = context.seed
    # Packing is proven by linear programs and cuts: with fewer of them in the search, bounds hardly move (measured: 10 times slower).
    parameters.linearization_level = 2
    parameters.catch_sigint_signal = False
    parameters.log_search_progress = False
    status = _watched(solver, model, context, _Callback(on_solution, context)() if on_solution is not None else None)
    outcome = _outcome(solver, status, cp_model)
    context.spend(DETERMINISTIC * outcome.work)
    if not outcome.optimal and not outcome.infeasible and (work is None or work > left):
        context.budget.exhausted = True
    return outcome


def _watched(solver: Any, model: Any, context: SearchContext, callback: Any) -> Any:
    """The status of a solve in a thread of its own, which is stopped as soon as the context is cancelled or its time is over."""
    holder: dict[str, Any] = {}

    def solve() -> None:
        try:
            holder["status"] = solver.solve(model, callback)
        except BaseException as error:  # noqa: BLE001 - carried over to the calling thread
            holder["error"] = error

    thread = threading.Thread(target=solve, name="packing-cp-sat", daemon=True)
    thread.start()
    late = False
    try:
        while thread.is_alive():
            thread.join(LOOK_EVERY_S)
            if thread.is_alive() and (context.cancelled or context.remaining() <= 0):
                late = late or not context.cancelled
                solver.stop_search()
    except BaseException:
        solver.stop_search()
        thread.join()
        raise
    if "error" in holder:
        raise holder["error"]
    context.budget.late = context.budget.late or late
    return holder["status"]


def _outcome(solver: Any, status: Any, cp_model: Any) -> Outcome:
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    infeasible = status == cp_model.INFEASIBLE
    if status == cp_model.MODEL_INVALID:
        raise ValueError("CP-SAT calls the model invalid: a defect of the formulation")
    # An UNKNOWN answer has a bound of garbage: read figures only with a solution.
    objective = round(solver.objective_value) if found else None
    bound = _round_up(solver.best_objective_bound) if found else None
    return Outcome(found, status == cp_model.OPTIMAL, infeasible, objective, bound, solver.value, solver.response_proto.deterministic_time)


def _round_up(bound: float) -> int:
    """CP-SAT's bound on an integer objective is an integer given as a float (exact below 2^53)."""
    return round(bound)


class _Callback:
    """Makes CP-SAT's callback class only when ortools is loaded."""

    def __init__(self, on_solution: Callable[[Callable[[Any], int]], None], context: SearchContext) -> None:
        self._on_solution, self._context = on_solution, context

    def __call__(self) -> Any:
        from ortools.sat.python import cp_model

        report, context = self._on_solution, self._context

        class Callback(cp_model.CpSolverSolutionCallback):  # type: ignore[misc,unused-ignore]
            def on_solution_callback(self) -> None:
                report(self.value)
                if context.closed():  # here and not in the watchdog, so that it stops at the same solution every time
                    self.stop_search()

        return Callback()
