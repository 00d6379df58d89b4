"""Whole numbers for a part: how many nodes of each group, and how many bins of each content.

Small parts are one integer program over the columns found. In large ones most bins repeat: what the linear
program's vertex says is kept as far as it is whole, and only the rest is searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from packing.solve.patterns.master import Master, Solution
from packing.solve.patterns.parts import Part

LARGE = 400
"""Columns from which on the integer program starts from the linear one."""


def whole_solution(part: Part, counts: Sequence[int] | None, seconds: float, threads: int) -> Solution | None:
    """The best whole solution with at most these nodes that is found in time; None if there is none."""
    columns = part.master.columns
    kept: list[int] | None = None
    if len(columns) > LARGE:
        part.master.limit_nodes(counts)
        vertex = part.master.solve(seconds / 2, vertex=True)
        if vertex is None:
            return None
        kept = [floor(vertex.columns.get(index, 0.0) + 1e-6) for index in range(len(columns))]
        columns = [column for index, column in enumerate(columns) if vertex.columns.get(index, 0.0) > 1e-6]
        kept = [each for index, each in enumerate(kept) if vertex.columns.get(index, 0.0) > 1e-6]
    program = Master(part.layout, part.costs, whole=True)
    program.add(columns)
    if kept is not None:
        program.keep(kept)
    program.limit_nodes(counts)
    solution = program.solve(seconds, gap=1e-5, threads=threads)
    if solution is None:
        return None
    # The caller reads columns by their number in the part's master.
    numbers = {column: index for index, column in enumerate(part.master.columns)}
    solution.columns = {numbers[columns[index]]: value for index, value in solution.columns.items()}
    return solution
