"""Checks on reproducibility: with one worker and a seed, the same problem gives the same bytes, and nothing else changes."""

from __future__ import annotations

import os
import random
import signal

from packing.domain.problem import Problem
from packing.generate import random_problem
from packing.testing.conformance.runner import Check, require, solve

SEEDS = range(4)


def shuffled(problem: Problem, seed: int) -> Problem:
    """The same problem with its lists in another order."""
    rng = random.Random(seed)
    lists = {name: list(getattr(problem, name)) for name in ("tenants", "instance_types", "fleet", "models")}
    for each in lists.values():
        rng.shuffle(each)
    return problem.model_copy(update={name: tuple(each) for name, each in lists.items()})


def same_input_same_bytes(strategy: str) -> None:
    """Twice the same problem: byte-identical placements."""
    for seed in SEEDS:
        problem = random_problem(seed, tiny=True)
        first, second = (solve(problem, strategy).placement.to_json() for _ in range(2))
        require(first == second, f"random_problem({seed}, tiny=True) gave two different placements")


def order_of_input_is_irrelevant(strategy: str) -> None:
    """Models, tenants, types and pools in another order: byte-identical placements."""
    for seed in SEEDS:
        problem = random_problem(seed, tiny=True)
        require(
            solve(problem, strategy).placement.to_json() == solve(shuffled(problem, seed), strategy).placement.to_json(),
            f"random_problem({seed}, tiny=True) in another order gave another placement",
        )


def caller_is_left_alone(strategy: str) -> None:
    """Solving changes neither the problem nor signal handlers, random state, working directory or environment."""
    problem = random_problem(3)
    before_problem, before = problem.model_dump_json(), _surroundings()
    solve(problem, strategy)
    require(problem.model_dump_json() == before_problem, "the problem was changed")
    require(_surroundings() == before, "the process was changed")


def _surroundings() -> tuple[object, ...]:
    return signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), random.getstate(), os.getcwd(), dict(os.environ)  # noqa: PTH109


REPRODUCIBLE = tuple(
    Check(run.__name__, (run.__doc__ or "").strip(), run) for run in (same_input_same_bytes, order_of_input_is_irrelevant, caller_is_left_alone)
)
