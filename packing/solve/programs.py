"""Linear and mixed programs solved within a share of the search: their work is counted, and the clock only guards the limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from packing.solve.context import Share

BUILD = 2.5e-6
"""Units of work to hand over a coefficient to a solver, and to read its answer."""
PIVOT, STEP = (4e-5, 4e-10), (1e-4, 6e-8)
"""Units of work of an iteration of the simplex, and of the interior-point method: each, and for each coefficient."""
MIXED, NODE, ROOT = 1.6e-4, 3e-6, 4e-4
"""Units of work of a branch and bound: for each iteration, for each coefficient and node, and for each coefficient at the root (expected)."""


def solved(share: Share, size: int, solve: Callable[[Any], Any], **parameters: Any) -> Any:
    """The answer of `solve`, which is given MathOpt's parameters.

    Parameters
    ----------
    share : whose clock guards the solver, and whose work is spent.
    size : coefficients of the program.
    parameters : of `mathopt.SolveParameters`.
    """
    from ortools.math_opt.python import mathopt

    answer = solve(mathopt.SolveParameters(time_limit=dt.timedelta(seconds=share.seconds()), **parameters))
    stats = answer.solve_stats
    pivot, step = MIXED if stats.node_count else PIVOT[0] + PIVOT[1] * size, STEP[0] + STEP[1] * size
    share.spend(BUILD * size + pivot * stats.simplex_iterations + step * stats.barrier_iterations)
    if answer.termination.limit is mathopt.Limit.TIME:
        share.cut()
    return answer


def enough_for_root(work: float, size: int) -> bool:
    """Whether so much work is enough for the root of a branch and bound, which no limit but the clock cuts short."""
    return work >= ROOT * size


def node_limit(work: float, size: int) -> int:
    """Nodes of a branch and bound that so much work is enough for; one at least."""
    return max(1, int((work - ROOT * size) / (NODE * max(1, size))))
