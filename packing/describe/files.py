"""Reading a fleet file, YAML or JSON, to a problem or to all its faults."""

from __future__ import annotations

import os
from pathlib import Path

from packing.describe.lines import with_lines
from packing.describe.parsing import parse
from packing.describe.problem import read
from packing.describe.text import MAX_BYTES, read_text
from packing.domain.problem import Problem
from packing.errors import Fault, ProblemError


def read_problem(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> Problem:
    """The problem that a fleet file describes.

    Parameters
    ----------
    path : ``*.json`` is read as JSON, anything else as YAML. Folders of architectures are relative to its folder.
    limit : bytes; a larger file is refused by its size, without reading it.

    Raises
    ------
    ProblemError : with all faults of the file, each with its line where that is known.
    """
    text = read_text(path, limit)
    data, faults = parse(text, os.fspath(path))
    if data is None:
        cause, action = "The file says nothing.", "Describe models and a fleet; start from a file in examples/."
        raise ProblemError([*faults, Fault("empty_problem", "(top level)", "", cause, action)])
    problem, more = read(data, Path(path).parent)
    faults += with_lines(more, text, data) if more else []
    if problem is None or faults:
        raise ProblemError(faults)
    return problem
