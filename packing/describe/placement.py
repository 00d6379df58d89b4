"""Reading a placement."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from packing.describe.kinds import PLACEMENT
from packing.describe.live_placement import inferred, is_live, unstated, with_figures
from packing.describe.parsing import parse
from packing.describe.text import read_text
from packing.describe.written import Written
from packing.domain.placement import PLACEMENT_SCHEMA_VERSION, Placement
from packing.domain.problem import Problem
from packing.errors import Fault

MAX_PLACEMENT_BYTES = 256 * 10**6
"""A placement of 100,000 copies is about 60 MB."""

PLACEMENT_FILE = Written(Placement, "placement", PLACEMENT_SCHEMA_VERSION, "packing solve -o", MAX_PLACEMENT_BYTES, PLACEMENT)


def read_placement(path: str | os.PathLike[str], problem: Problem | None = None) -> Placement:
    """The placement in a JSON (or YAML) file.

    Parameters
    ----------
    problem : what it is a placement of. A placement read from a live cluster may leave out what only this library makes
        (`packing.describe.live_placement`): pools, modes and accelerators are then inferred from the problem.

    Raises
    ------
    ProblemError : with all faults of the file.
    """
    data, faults = parse(read_text(path, MAX_PLACEMENT_BYTES), os.fspath(path))
    return placement_of(data, problem, faults)


def placement_from(data: Mapping[str, Any], problem: Problem | None = None) -> Placement:
    """A placement from plain data; `problem` as for `read_placement`.

    Raises
    ------
    ProblemError : with all faults, code ``bad_placement``, or ``schema_version`` for a newer form.
    """
    return placement_of(data, problem, [])


def placement_of(data: Any, problem: Problem | None, faults: list[Fault]) -> Placement:
    """The placement in the data of a file, of which `faults` are known already; `problem` as for `read_placement`. Raises ProblemError."""
    if not isinstance(data, Mapping):
        return PLACEMENT_FILE.parsed(data, faults)
    missing = unstated(data)
    filled = with_figures(data) if _runs(data) else dict(data)
    if is_live(filled) and problem is not None:
        from packing.describe.expand import expand

        filled, more = inferred(filled, expand(problem).problem)
        faults = [*faults, *more]
    found = PLACEMENT_FILE.parsed(filled, faults)
    return found.without_figures(missing) if missing else found


def _runs(data: Mapping[str, Any]) -> bool:
    """Whether this is a placement at all, and not a file of another kind that lacks everything."""
    return "nodes" in data or "copies" in data
