"""Checks against the true optimum of tiny problems, found by trying everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.words import Status
from packing.generate import random_problem
from packing.testing.conformance.problems import TINY_SEEDS
from packing.testing.conformance.runner import Check, judged, require, solve

if TYPE_CHECKING:
    from packing.solve import Result


def shortfall(result: Result) -> tuple[str | None, bool]:
    """(what the result claims or does that cannot be, or None; whether it reaches the optimum).

    Parameters
    ----------
    result : of a tiny problem (`packing.generate.random_problem(seed, tiny=True)`, `packing.testing.strategies.tiny_problems`).
    """
    from packing.testing.exhaustive import exhaustive

    best = exhaustive(result.expanded.problem)
    seen = judged(result)
    if seen.violations:
        return f"violations: {seen.violations[:3]}", False
    if result.withdrawn is not None:
        return result.withdrawn, False
    missing = tuple(copies for _, copies in seen.missing)
    reached = (missing, seen.objective_units) == (best.missing, best.objective_units)
    if (missing, seen.objective_units or 0) < (best.missing, best.objective_units):
        return f"missing {missing}, objective {seen.objective_units}: better than the optimum {best.missing}, {best.objective_units}", False
    if result.status is Status.OPTIMAL and not reached:
        return f"called optimal with {seen.objective_units}; {best.objective_units} is possible", False
    if result.status is Status.INFEASIBLE and not reached:
        return "called infeasible, but something can be placed", False
    if result.complete_is_impossible and not any(best.missing):
        return "claims that no complete placement exists; one does", False
    # A bound speaks of placements with the same missing copies as the answer.
    if result.bound is not None and missing == best.missing and round(result.bound * OBJECTIVE_UNITS) > best.objective_units:
        return f"bound {result.bound} above the optimum {best.objective_units}", False
    return None, reached


def claims_hold_against_exhaustive_search(strategy: str) -> None:
    """On tiny problems: no answer beats trying everything, no bound exceeds it, `optimal` and `infeasible` are true."""
    for seed in TINY_SEEDS:
        wrong, _ = shortfall(solve(random_problem(seed, tiny=True), strategy))
        require(wrong is None, f"random_problem({seed}, tiny=True): {wrong}")


OPTIMUM = (
    Check(
        "claims_hold_against_exhaustive_search", (claims_hold_against_exhaustive_search.__doc__ or "").strip(), claims_hold_against_exhaustive_search
    ),
)
