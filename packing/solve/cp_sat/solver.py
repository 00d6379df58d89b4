"""Run CP-SAT without touching the caller's process: off the main thread, no signal handler, stopped by event."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from packing.solve.context import SearchContext

LOOK_EVERY_S = 0.05
GRACE_S = 0.5


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
    seconds: float,
    on_solution: Callable[[Callable[[Any], int]], None] | None = None,
    work: float | None = None,
    workers: int | None = None,
) -> Outcome:
    """Solve within `seconds` (and `work` deterministic seconds); returns early if the context is cancelled.

    `workers` : threads; None: as many as the context says. Small programs are quicker with one.

    The time limit of the solver follows the wall clock, which may jump: a watchdog on the monotonic clock
    stops it as well. KeyboardInterrupt in the calling thread stops the solver and is passed on.
    """
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.max_time_in_seconds = max(0.01, seconds)
    if work is not None:
        parameters.max_deterministic_time = work
    parameters.num_workers = context.workers if workers is None else workers
    parameters.random_seed = context.seed
    # Packing is proven by linear programs and cuts: with fewer of them in the search, bounds hardly move (measured: 10 times slower).
    parameters.linearization_level = 2
    parameters.catch_sigint_signal = False
    parameters.log_search_progress = False
    callback = _Callback(on_solution)() if on_solution is not None else None
    holder: dict[str, Any] = {}

    def solve() -> None:
        try:
            holder["status"] = solver.solve(model, callback)
        except BaseException as error:  # noqa: BLE001 - carried over to the calling thread
            holder["error"] = error

    thread = threading.Thread(target=solve, name="packing-cp-sat", daemon=True)
    start = context.elapsed()
    thread.start()
    try:
        while thread.is_alive():
            thread.join(LOOK_EVERY_S)
            if context.cancelled or context.elapsed() - start > seconds + GRACE_S:
                solver.stop_search()
    except BaseException:
        solver.stop_search()
        thread.join()
        raise
    if "error" in holder:
        raise holder["error"]
    return _outcome(solver, holder["status"], cp_model)


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

    def __init__(self, on_solution: Callable[[Callable[[Any], int]], None]) -> None:
        self._on_solution = on_solution

    def __call__(self) -> Any:
        from ortools.sat.python import cp_model

        report = self._on_solution

        class Callback(cp_model.CpSolverSolutionCallback):  # type: ignore[misc,unused-ignore]
            def on_solution_callback(self) -> None:
                report(self.value)

        return Callback()
