"""A whole solution at once: what the linear program is sure of, then the best greedy contents one after the other."""

from __future__ import annotations

import numpy as np

from packing.solve.node_patterns.dive import SHORT, Rest, fix, whole
from packing.solve.node_patterns.generate import CALL, FILL, Generator
from packing.solve.node_patterns.prices import Prices, prices_of, values_of
from packing.solve.node_patterns.problem import Column
from packing.solve.node_patterns.quick import quick_contents

ROWS = 48
"""Greedy contents to choose from for each bin."""
KEEP = 0.5
"""Columns with at least this value are kept as far as all of their copies are still wanted."""


def finished(generator: Generator) -> Rest | None:
    """A solution near the linear program's; None where stock or the linear program lacks."""
    relaxed = generator.master.solve(generator.share, vertex=True)
    if relaxed is None or relaxed.missing > SHORT:
        return None
    problem, columns = generator.problem, generator.master.columns
    rest: Rest | None = whole(problem)
    for index, value in sorted(relaxed.columns.items(), key=lambda each: (-each[1], each[0])):
        for _ in range(int(value + 1 - KEEP)):
            if rest is None or not _wanted(generator, rest, columns[index]):
                break
            rest = fix(problem, rest, columns[index])
    prices = prices_of(problem, relaxed.duals)
    while rest is not None and not rest.done:
        column = _best(generator, prices, rest)
        times = 0
        while column is not None and rest is not None and (not times or _wanted(generator, rest, column)):
            rest, times = fix(problem, rest, column), times + 1
        if not times:
            return None
    return rest


def _wanted(generator: Generator, rest: Rest, column: Column) -> bool:
    """Whether none of the copies in a content is too much."""
    items = generator.problem.items
    return all(
        count <= generator.useful(items[index].demand, rest.copies[items[index].demand], rest.peaks[items[index].demand])
        for index, count in column[1]
    )


def _best(generator: Generator, prices: Prices, rest: Rest) -> Column | None:
    """The content that earns most for what its bin costs, of what is left."""
    problem = generator.problem
    wanted = [generator.useful(index, copies, peak) for index, (copies, peak) in enumerate(zip(rest.copies, rest.peaks, strict=True))]
    best: tuple[float, Column] | None = None
    for room in generator.rooms:
        pools = problem.kinds[problem.bins[room.number].kind]
        cost = min((problem.pools[pool].cost for pool in pools if rest.stock[pool] > 0), default=None)
        if cost is None or not len(room):
            continue
        limits = generator.limits(room, wanted)
        # Whatever the prices say, everything has to be served: nothing is worth nothing.
        values = np.maximum(values_of(problem, prices, room.items), 1).astype(float)
        generator.share.spend(CALL + FILL * ROWS * len(room))
        counts = quick_contents(room, values, limits, ROWS, generator.random)
        worth = counts @ values
        row = int(np.argmax(worth))
        if counts[row].any() and (best is None or worth[row] / (cost + 1) > best[0]):
            best = worth[row] / (cost + 1), (room.number, tuple((int(room.items[k]), int(counts[row, k])) for k in np.flatnonzero(counts[row])))
    return best[1] if best is not None else None
