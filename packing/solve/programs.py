"""Linear and mixed programs solved within a share of the search: their work is counted, and the clock only guards the limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from packing.solve.context import Share

BUILD = 2.5e-6
"""Units of work to hand over a coefficient to a solver, and to read its answer."""
PIVOT, STEP = 4e-9, 1.2e-7
"""Units of work for each coefficient and iteration, of the simplex and the interior-point method."""
NODE = 3e-6
"""Units of work for each coefficient and node of a branch and bound."""


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
    pivots, steps = stats.simplex_iterations + stats.first_order_iterations, stats.barrier_iterations
    share.spend(BUILD * size + (PIVOT * pivots + STEP * steps + NODE * stats.node_count) * size)
    if answer.termination.limit is mathopt.Limit.TIME:
        share.cut()
    return answer


def node_limit(work: float, size: int) -> int:
    """Nodes of a branch and bound that so much work is enough for; one at least."""
    return max(1, int(work / (NODE * max(1, size))))
