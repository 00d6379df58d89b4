"""Whole numbers for a part: how many nodes of each group, and how many bins of each content.

Small parts are one integer program over the columns found. In large ones most bins repeat: what the linear
program's vertex says is kept rounded down, and only the rest is searched (over all columns).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from packing.solve.patterns.master import Master, Solution
from packing.solve.patterns.parts import Part

LARGE = 400
"""Columns from which on the search starts from the vertex."""


def whole_solution(part: Part, counts: Sequence[int] | None, seconds: float, threads: int) -> Solution | None:
    """The best whole solution with at most these nodes that is found in time; None if there is none."""
    columns = part.master.columns
    program = Master(part.layout, part.costs, whole=True)
    program.add(columns)
    program.limit_nodes(counts)
    if len(columns) > LARGE:
        part.master.limit_nodes(counts)
        vertex = part.master.solve(seconds / 3, vertex=True)
        if vertex is None:
            return None
        program.keep([floor(vertex.columns.get(index, 0.0) + 1e-6) for index in range(len(columns))])
        seconds *= 2 / 3
    return program.solve(seconds, gap=1e-5, threads=threads)
