"""Reading a schedule that was written, and checking one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from packing.describe import checked_problem, expand
from packing.describe.kinds import SCHEDULE
from packing.describe.written import Written
from packing.domain.problem import Problem
from packing.domain.schedule import SCHEDULE_SCHEMA_VERSION, Schedule
from packing.verify.schedule import ScheduleVerification
from packing.verify.schedule import verify_schedule as checked

MAX_SCHEDULE_BYTES = 10**9
"""A dozen placements."""

SCHEDULE_FILE = Written(Schedule, "schedule", SCHEDULE_SCHEMA_VERSION, "packing schedule -o", MAX_SCHEDULE_BYTES, SCHEDULE)


def read_schedule(path: str | os.PathLike[str]) -> Schedule:
    """The schedule in a JSON (or YAML) file.

    Raises
    ------
    ProblemError : with all faults of the file.
    """
    return SCHEDULE_FILE.read(path)


def verify_schedule(problem: Problem | Mapping[str, Any], schedule: Schedule) -> ScheduleVerification:
    """Check a schedule against a problem, independently of how it was made.

    Parameters
    ----------
    problem : as for `solve_schedule`.

    Returns
    -------
    ScheduleVerification
        `.violations` (empty if all rules hold, in each group and while two of them overlap), and the costs recomputed.

    Raises
    ------
    ProblemError : if the problem has faults.
    """
    expanded = expand(checked_problem(problem))
    return checked(expanded.problem, schedule, expanded.digest)
