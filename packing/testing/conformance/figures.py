"""Checks on the figures: cost, objective, bound and gap are what the checker and an exhaustive search say."""

from __future__ import annotations

from itertools import pairwise

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.domain.words import Status
from packing.testing.conformance.mixed import short_answers
from packing.testing.conformance.problems import GIB, one_pool, plain_model
from packing.testing.conformance.runner import Check, judged, require, solve

TOLERANCE = 0.5 / OBJECTIVE_UNITS
"""Half a unit of the objective: figures that agree to the last unit agree within it."""


def figures_agree_with_the_checker(strategy: str) -> None:
    """Cost and objective are the checker's, the bound is not above the objective, the gap follows from both."""
    for answer in short_answers(strategy):
        name, result = answer.name, answer.result
        seen = judged(result)
        require(result.objective is not None and seen.objective_units is not None, f"{name}: no objective for a placement")
        objective = result.objective or 0.0
        require(
            abs(objective * OBJECTIVE_UNITS - (seen.objective_units or 0)) < 0.5, f"{name}: objective {objective}, checker {seen.objective_units}"
        )
        require(
            round((result.cost_per_hour or 0) * 10**6) == seen.cost_micro_usd, f"{name}: cost {result.cost_per_hour}, checker {seen.cost_micro_usd}"
        )
        require(result.withdrawn is None, f"{name}: {result.withdrawn}")
        if result.bound is None:
            require(result.gap is None, f"{name}: gap {result.gap} without a bound")
            continue
        require(result.bound <= objective + TOLERANCE, f"{name}: bound {result.bound} above objective {objective}")
        if result.gap is not None:
            require(result.gap >= 0, f"{name}: gap {result.gap}")
            require((result.gap <= 1e-9) >= (objective - result.bound <= TOLERANCE), f"{name}: gap {result.gap} of {objective} and {result.bound}")
        if result.status is Status.OPTIMAL:
            require(objective - result.bound <= TOLERANCE, f"{name}: optimal with bound {result.bound} below {objective}")


def one_model_one_node_is_proven_or_true(strategy: str) -> None:
    """Where one node is plainly enough and needed, its price is the cost, and no bound claims more."""
    result = solve(one_pool(8 * GIB, 2, 3, plain_model("m", 4 * GIB, 4), price=2.5), strategy)
    require(result.cost_per_hour == 2.5, f"cost {result.cost_per_hour} instead of 2.5")
    require(result.bound is None or result.bound <= (result.objective or 0) + TOLERANCE, f"bound {result.bound}")


def progress_only_improves(strategy: str) -> None:
    """Reported incumbents never get worse, bounds never fall, time never goes back."""
    for answer in short_answers(strategy):
        name = answer.name
        for before, after in pairwise(answer.progress):
            require(after.elapsed_s >= before.elapsed_s, f"{name}: time went back")
            require(before.bound is None or (after.bound is not None and after.bound >= before.bound), f"{name}: bound fell")
            if before.objective is not None:
                require(after.objective is not None, f"{name}: incumbent lost")


FIGURES = tuple(
    Check(run.__name__, (run.__doc__ or "").strip(), run)
    for run in (figures_agree_with_the_checker, one_model_one_node_is_proven_or_true, progress_only_improves)
)
