"""Checks on the rules: what is returned holds, what does not fit is refused, and nothing is dropped in silence."""

from __future__ import annotations

from packing.domain.words import Status
from packing.testing.conformance.mixed import short_answers
from packing.testing.conformance.problems import GIB, one_pool, plain_model
from packing.testing.conformance.runner import Check, judged, require, solve


def answers_are_verified(strategy: str) -> None:
    """Every placement passes the checker; complete and partial answers are named so."""
    for answer in short_answers(strategy):
        name, result = answer.name, answer.result
        require(result.has_placement, f"{name}: no placement, not even an empty one with reasons (status {result.status})")
        verification = judged(result)
        require(verification.ok, f"{name}: {verification.violations[:3]}")
        complete = result.status in {Status.OPTIMAL, Status.FEASIBLE}
        require(complete == (not result.unplaced), f"{name}: status {result.status} with {len(result.unplaced)} unplaced entries")


def exact_fit_and_one_byte_over(strategy: str) -> None:
    """k copies that fill an accelerator to the last byte are placed; with one byte more each, at most k - 1 are."""
    for copies in (1, 2, 3, 5, 7):
        for size in (GIB, 10**9 + 7, 3 * GIB + 1):
            fits = solve(one_pool(size * copies, 1, 1, plain_model("m", size, copies)), strategy)
            require(not fits.unplaced, f"{copies} x {size} bytes do fit into {size * copies} bytes")
            over = solve(one_pool(size * copies - 1, 1, 1, plain_model("m", size, copies)), strategy)
            require(sum(entry.copies for entry in over.unplaced) == 1, f"{copies} x {size} bytes do not fit into {size * copies - 1} bytes")


def shortage_hits_the_lowest_priority(strategy: str) -> None:
    """With room for one model, the one of higher priority is placed and the other is reported with a reason."""
    for first, second in ((5, 1), (1, 5)):
        problem = one_pool(8 * GIB, 1, 1, plain_model("a", 8 * GIB, priority=first), plain_model("b", 8 * GIB, priority=second))
        result = solve(problem, strategy)
        loser = "a" if first < second else "b"
        require(result.status is Status.PARTIAL, f"status {result.status}")
        require([entry.model for entry in result.unplaced] == [loser], f"left out: {[entry.model for entry in result.unplaced]}, not {loser}")
        require(result.unplaced[0].reasons, "no reason given")


def impossible_models_have_reasons(strategy: str) -> None:
    """A model that fits nowhere is reported with the rule; the others are placed all the same."""
    big = plain_model("big", 9 * GIB)
    result = solve(one_pool(8 * GIB, 1, 4, plain_model("small", GIB, 3), big), strategy)
    require([entry.model for entry in result.unplaced] == ["big"], f"left out: {result.unplaced}")
    require(any(reason.rule == "memory" for reason in result.unplaced[0].reasons), f"reasons {result.unplaced[0].reasons} do not name memory")
    alone = solve(one_pool(8 * GIB, 1, 4, big), strategy)
    require(alone.status in {Status.INFEASIBLE, Status.PARTIAL}, f"status {alone.status} where nothing fits")
    require(not alone.has_placement or [entry.model for entry in alone.unplaced] == ["big"], "the only model was dropped in silence")


def stock_is_kept(strategy: str) -> None:
    """Six copies of four accelerators each and five nodes of four: five are placed, one is said to be missing."""
    result = solve(one_pool(8 * GIB, 4, 5, plain_model("wide", 8 * GIB, 6, accelerators=4)), strategy)
    require(judged(result).ok, f"{judged(result).violations[:3]}")
    require(len(result.placement.copies) == 5, f"{len(result.placement.copies)} copies placed instead of 5")
    require(any(reason.rule == "stock" for reason in result.unplaced[0].reasons), f"reasons {result.unplaced[0].reasons} do not name stock")


RULES = tuple(
    Check(run.__name__, (run.__doc__ or "").strip(), run)
    for run in (answers_are_verified, exact_fit_and_one_byte_over, shortage_hits_the_lowest_priority, impossible_models_have_reasons, stock_is_kept)
)
