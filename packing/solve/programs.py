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
    pivot, step = PIVOT[0] + PIVOT[1] * size, STEP[0] + STEP[1] * size
    share.spend(BUILD * size + pivot * stats.simplex_iterations + step * stats.barrier_iterations + NODE * size * stats.node_count)
    if answer.termination.limit is mathopt.Limit.TIME:
        share.cut()
    return answer


def node_limit(work: float, size: int) -> int:
    """Nodes of a branch and bound that so much work is enough for; one at least."""
    return max(1, int(work / (NODE * max(1, size))))
