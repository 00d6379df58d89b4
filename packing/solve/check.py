"""`verify_placement` for users: expands the problem, then asks the independent checker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packing.describe import checked_problem, expand, placement_from
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.verify import Verification, verify


def verify_placement(problem: Problem | Mapping[str, Any], placement: Placement | Mapping[str, Any]) -> Verification:
    """Check a placement against a problem, independently of how it was made.

    Parameters
    ----------
    problem : as for `solve_placement`.
    placement : a `Placement`, or the same as plain data.

    Returns
    -------
    Verification
        `.violations` (empty if all rules hold), and cost, objective and scores recomputed.

    Raises
    ------
    ProblemError
        If the problem or the form of the placement has faults.
    """
    expanded = expand(checked_problem(problem))
    return verify(expanded.problem, placement if isinstance(placement, Placement) else placement_from(placement), expanded.digest)
