"""Reading what is to be rehearsed: a placement, or a schedule of placements."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from packing.describe.kinds import PLACEMENT, SCHEDULE, insist
from packing.describe.parsing import parse
from packing.describe.placement import placement_of
from packing.describe.text import read_text
from packing.domain.placement import Placement

if TYPE_CHECKING:
    from packing.domain.problem import Problem
    from packing.domain.schedule import Schedule

MAX_BYTES = 10**9


def read_plan(path: str | os.PathLike[str], problem: Problem | None = None) -> Placement | Schedule:
    """The placement or schedule in a JSON (or YAML) file: one with `groups` is a schedule. `problem` as for `read_placement`.

    Raises
    ------
    ProblemError : with all faults of the file.
    """
    data, faults = parse(read_text(path, MAX_BYTES), os.fspath(path))
    insist(data, PLACEMENT, SCHEDULE)
    if isinstance(data, dict) and "groups" in data:
        from packing.act.schedule.files import SCHEDULE_FILE

        return SCHEDULE_FILE.parsed(data, faults)
    return placement_of(data, problem, faults)
