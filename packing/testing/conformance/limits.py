"""Checks on limits: no time, little time, nothing to choose from."""

from __future__ import annotations

import time

from packing.domain.hardware import Pool
from packing.domain.words import Status
from packing.generate import generate
from packing.testing.conformance.problems import GIB, mixed_problems, one_pool, plain_model
from packing.testing.conformance.runner import Check, judged, require, solve


def no_time_still_gives_an_answer(strategy: str) -> None:
    """Time limit 0: a verified placement (greedy's at the least) whose status claims no more than is known."""
    for name, problem in mixed_problems():
        result = solve(problem, strategy, time_limit=0.0)
        require(result.has_placement, f"{name}: nothing returned (status {result.status})")
        require(judged(result).ok, f"{name}: {judged(result).violations[:3]}")
        require(result.status is not Status.OPTIMAL or result.gap == 0, f"{name}: optimal with gap {result.gap}")


def limit_is_kept(strategy: str) -> None:
    """A limit too short for a proof is kept within a few seconds, and its answer is verified."""
    problem = generate(models=60, shapes=40, copies=400, pools=6, conflicts=0.5)
    started = time.monotonic()
    result = solve(problem, strategy, time_limit=1.0)
    elapsed = time.monotonic() - started
    require(elapsed < 10, f"{elapsed:.1f} s with a limit of 1 s")
    require(judged(result).ok, f"{judged(result).violations[:3]}")


def empty_stock_is_partial_or_infeasible(strategy: str) -> None:
    """A fleet without a single node: everything is reported as missing, with the stock as its reason."""
    problem = one_pool(8 * GIB, 1, 0, plain_model("m", GIB, 2))
    result = solve(problem, strategy)
    require(result.status in {Status.INFEASIBLE, Status.PARTIAL}, f"status {result.status}")
    reasons = {reason.rule for entry in result.unplaced for reason in entry.reasons}
    require(sum(entry.copies for entry in result.unplaced) == 2 and "stock" in reasons, f"unplaced: {result.unplaced}")


def free_and_dear_prices(strategy: str) -> None:
    """Prices of nothing, and prices a million times apart: the cheap pool is used, and costs add up."""
    model = plain_model("m", 8 * GIB, 3)
    free = solve(one_pool(8 * GIB, 1, None, model, price=0.0), strategy)
    require(not free.unplaced and free.cost_per_hour == 0, f"free nodes cost {free.cost_per_hour}")
    problem = one_pool(8 * GIB, 1, 2, model, price=0.001)
    dear = Pool(instance_type="box", count=5, zone="dear", price_per_hour=1_000.0)
    result = solve(problem.model_copy(update={"fleet": (*problem.fleet, dear)}), strategy)
    require(not result.unplaced and result.cost_per_hour == 1_000.002, f"cost {result.cost_per_hour} instead of 1000.002")


LIMITS = tuple(
    Check(run.__name__, (run.__doc__ or "").strip(), run)
    for run in (no_time_still_gives_an_answer, limit_is_kept, empty_stock_is_partial_or_infeasible, free_and_dear_prices)
)
