"""What the same demand would cost in other ways, to compare a placement with; only in what the time limit leaves for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from packing.cli.clock import began
from packing.cli.output import on_terminal, say
from packing.report.account import Baseline

if TYPE_CHECKING:
    from packing.bench.baselines import Baseline as Compared
    from packing.domain.problem import Problem
    from packing.report import Account
    from packing.solve import Result

ALONE, BEST_FIT, GREEDY = "every model alone", "best fit, hosting fixed", "greedy"
SHARE = 0.2
"""Part of the time limit that may be kept for comparing."""
LATE_S = 0.5
"""Seconds after the limit in which a comparison may still end."""


def comparing(problem: Problem, limit: float) -> float:
    """Seconds of the time limit that the search leaves for comparing, none where that would be too much of it."""
    return max([0.0, *(seconds for seconds in _sums(_seconds(problem)) if seconds <= SHARE * limit)])


def with_baselines(account: Account, result: Result, *, limit: float) -> Account:
    """The account with the cost of every model alone, of best-fit without a choice of hosting, and of greedy's first answer.

    `limit`: seconds for the whole command; 0: none. What would not end in time is left out, and named.
    """
    from packing.bench.baselines import best_fit, dedicated

    if on_terminal(sys.stderr):
        say("comparing with other ways to place the same …")
    expanded, seconds = result.expanded, _seconds(result.expanded.problem)
    ways: dict[str, Callable[[], Compared]] = {ALONE: lambda: dedicated(expanded), BEST_FIT: lambda: best_fit(expanded, "cheapest")}
    found: dict[str, Baseline] = {}
    left_out = []
    for name, make in ways.items():
        end = began() + limit + LATE_S if limit else time.monotonic() + LONGEST_S
        if time.monotonic() + seconds[name] > end:
            left_out.append(name)
        else:
            other = make()
            found[name] = Baseline(other.placement.cost_per_hour, other.unplaced)
    if result.strategy != "greedy" and result.greedy is not None:
        found[GREEDY] = Baseline(*result.greedy)
    return replace(account, baselines=found, not_compared=tuple(left_out))


LONGEST_S = 30.0
"""Seconds that a comparison may take where there is no time limit."""


def _seconds(problem: Problem) -> dict[str, float]:
    """About how long each comparison takes (measured, on the safe side): ways to run every model, and best-fit's look at every open node."""
    from packing.domain.demand import fewest_copies

    ways = len(problem.models) * len({pool.instance_type for pool in problem.fleet})
    copies = sum(fewest_copies(model) for model in problem.models)
    return {ALONE: 1.2e-4 * ways + 5e-5 * copies, BEST_FIT: 1e-4 * ways + 4e-6 * copies**2}


def _sums(seconds: dict[str, float]) -> list[float]:
    return [seconds[ALONE], seconds[ALONE] + seconds[BEST_FIT]]
