"""A search as the verbs run it, inside `interruptible`: it says how it goes on stderr, and its answer is written whole."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packing.cli.files import write_file
from packing.cli.output import native_output_to_stderr, say

if TYPE_CHECKING:
    from packing.domain.placement import Placement
    from packing.domain.problem import Problem
    from packing.solve import Result


def search(problem: Problem, *, quiet: bool, cancel: threading.Event, **options: Any) -> Result:
    """`solve_placement` with these options, its time counted from the command's beginning; what went otherwise than meant is said."""
    from packing.cli.clock import began
    from packing.report.progress import progress_to_stderr
    from packing.solve import solve_placement

    with progress_to_stderr(quiet=quiet) as follow, native_output_to_stderr():
        result = solve_placement(problem, on_progress=follow, cancel=cancel, started=began(), **options)
    for note in (*result.expanded.notices, *result.incidents):
        say(f"note: {note}")
    return result


def written(placement: Placement, output: Path | None, *, quiet: bool) -> str:
    """The text of a placement, which is also in the file if one was named."""
    text = placement.to_json()
    if output is not None:
        write_file(output, text)
        if not quiet:
            say(f"placement written to {output}")
    return text
