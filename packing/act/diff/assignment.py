"""Pairs of the largest total worth: an assignment problem, small ones exactly in Python, large ones with OR-Tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SMALL = 24
"""Rows or columns up to which the plain method is quicker than loading a solver."""
SAFE = 2**60
"""Costs × (nodes of the flow network)² stay below this, or the solver's prices might overflow."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Pairs that are worth something: arrays of equal length; what is worth more comes first in the order count, bytes, tie."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    counts: NDArray[np.int64]
    """Copies that stay loaded if the two are paired."""
    sizes: NDArray[np.int64]
    """Bytes of these copies."""
    ties: NDArray[np.int64]
    """0, 1, …: what is preferred among equals."""


def best_pairs(arcs: Arcs, rows: int, columns: int) -> list[tuple[int, int]]:
    """Pairs (row, column), each row and column at most once, of the largest (count, bytes, tie) in all.

    Counts are compared exactly. In large problems bytes are compared in units of some MiB, since the solver's
    integers end at 2^63; ties then count where there is room left.
    """
    import numpy as np

    if not len(arcs.rows):
        return []
    if max(rows, columns) <= SMALL:
        tie_scale = min(rows, columns) * int(arcs.ties.max()) + 1
        size_scale = min(rows, columns) * int(arcs.sizes.max()) * tie_scale + tie_scale
        worth = [[0] * columns for _ in range(rows)]
        for row, column, count, size, tie in zip(*(getattr(arcs, name).tolist() for name in Arcs.__slots__), strict=True):
            worth[row][column] = count * size_scale + size * tie_scale + tie
        chosen = heaviest(worth)
        return [(row, column) for row, column in chosen if worth[row][column]]
    used_rows, row_of = np.unique(arcs.rows, return_inverse=True)
    used_columns, column_of = np.unique(arcs.columns, return_inverse=True)
    found = _solve(row_of, column_of, arcs, len(used_rows), len(used_columns))
    return [(int(used_rows[row]), int(used_columns[column])) for row, column in found]


def _solve(row_of: NDArray[np.int64], column_of: NDArray[np.int64], arcs: Arcs, rows: int, columns: int) -> list[tuple[int, int]]:
    """As a flow of one unit from each row over its column to the sink; rows that are better left alone go by the side."""
    import numpy as np
    from ortools.graph.python import min_cost_flow

    source, sink = rows + columns, rows + columns + 1
    worth = _worth(arcs, SAFE // (sink + 1) ** 2, min(rows, columns))
    every_row, every_column = np.arange(rows), np.arange(rows, source)
    tails = np.concatenate([row_of, np.full(rows, source), every_column, [source]])
    heads = np.concatenate([rows + column_of, every_row, np.full(columns, sink), [sink]])
    limits = np.ones(len(tails), dtype=np.int64)
    limits[-1] = rows
    costs = np.concatenate([-worth, np.zeros(source + 1, dtype=np.int64)])
    flow = min_cost_flow.SimpleMinCostFlow()
    used = flow.add_arcs_with_capacity_and_unit_cost(tails.astype(np.int32), heads.astype(np.int32), limits, costs)
    flow.set_node_supply(source, rows)
    flow.set_node_supply(sink, -rows)
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("a flow with a way out for every row has an optimum")
    chosen = np.flatnonzero(flow.flows(used[: len(worth)]))
    return [(int(row_of[arc]), int(column_of[arc])) for arc in chosen]


def _worth(arcs: Arcs, room: int, pairs: int) -> NDArray[np.int64]:
    """One integer for count, bytes and tie, no larger than `room`; bytes in the smallest unit that leaves room for them."""
    most = int(arcs.counts.max())
    ties = arcs.ties if (pairs * int(arcs.ties.max()) + 1) * (most + 1) * 2**12 < room else arcs.ties * 0
    tie_scale = pairs * int(ties.max()) + 1
    unit = 1
    largest = int(arcs.sizes.max())
    while (size_scale := (pairs * (largest // unit) + 1) * tie_scale) * (most + 1) > room and unit <= largest:
        unit *= 2
    return arcs.counts * size_scale + (arcs.sizes // unit) * tie_scale + ties


def heaviest(worth: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Pairs (row, column) of the largest total worth, exactly, in integers of any size.

    Rows are paired one after the other along shortest augmenting paths (Kuhn 1955, in the O(n³) form of Jonker and
    Volgenant 1987); `slack` is the reduced cost of the cheapest way to reach a column.
    """
    rows, columns = len(worth), len(worth[0]) if worth else 0
    if rows > columns:
        return sorted((row, column) for column, row in heaviest([list(column) for column in zip(*worth, strict=True)]))
    row_price, column_price = [0] * rows, [0] * columns
    taken_by: list[int | None] = [None] * columns
    for start in range(rows):
        slack: list[int | None] = [None] * columns
        came_from: list[int | None] = [None] * columns
        reached: list[int] = []
        open_columns = set(range(columns))
        row, at = start, None
        while True:
            for column in open_columns:
                reduced = -worth[row][column] - row_price[row] - column_price[column]
                known = slack[column]
                if known is None or reduced < known:
                    slack[column], came_from[column] = reduced, at
            nearest = min(open_columns, key=lambda column: (slack[column], column))
            step = slack[nearest]
            if step is None:
                raise AssertionError("every column can be reached from every row")
            # Prices move so that the nearest column costs nothing more; what was reached stays free.
            row_price[start] += step
            for column in reached:
                column_price[column] -= step
                owner = taken_by[column]
                row_price[owner if owner is not None else start] += step
            for column in open_columns:
                slack[column] = (slack[column] or 0) - step
            open_columns.remove(nearest)
            reached.append(nearest)
            at, owner = nearest, taken_by[nearest]
            if owner is None:
                break
            row = owner
        while at is not None:
            before = came_from[at]
            taken_by[at] = start if before is None else taken_by[before]
            at = before
    return sorted((row, column) for column, row in enumerate(taken_by) if row is not None)
