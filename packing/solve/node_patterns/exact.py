"""The most valuable content of a bin, with proof: branch and bound over arrays of partial contents.

    max Σ v_j a_j   s.t.  Σ w_jd a_j ≤ C_d,  0 ≤ a_j ≤ limit_j,  sizes within the ratio

Items are in order of value per room. A partial content is extended by items at or after its last one, thousands
of partial contents at a time. Bounds come from the dynamic programs of `tables.py`, which relax: what is proven is true in
integers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from packing.solve.node_patterns.room import Room
from packing.solve.node_patterns.tables import MOST, Scratch, Tables

CHUNK = 3_000
"""Partial contents that are extended at once."""
TABLE, BRANCH = 6e-9, 4e-6
"""Units of work for a cell of a table, and for a partial content that is extended."""
KEPT, NEAR = 60, 12
"""Contents that are remembered, at most, and of one chunk."""


@dataclass(frozen=True, slots=True)
class Answer:
    """No content is worth more than `bound`; `contents` are worth more than was asked for, the best first."""

    bound: int
    contents: tuple[tuple[tuple[int, int], ...], ...]
    """((position in the room, copies), ...), ascending."""
    work: float = 0.0
    """Units of work that it took."""


def most_valuable(
    room: Room, values: np.ndarray, limits: np.ndarray, floor: int, effort: int, scratch: Scratch, stop: Callable[[], bool] = lambda: False
) -> Answer:
    """Contents worth more than `floor`, and a bound on what any content is worth.

    Parameters
    ----------
    values : (n,) int64, at least 0; a content's value stays below `MOST`.
    limits : (n,) most copies.
    floor : at least 0; the bound is never below it, and contents worth no more are not looked for.
    effort : partial contents that may be extended; beyond, the bound is what is left of the relaxation.
    scratch : memory for tables.
    stop : whether to end as if the effort were used up.
    """
    most = np.minimum(limits, room.most)
    if int((values.astype(object) * most).sum()) >= MOST:
        raise OverflowError("values are too large for exact tables")
    tables = Tables(room, values, most, floor, scratch)
    if not len(tables.order):
        return Answer(floor, (), TABLE * tables.cells)
    search = _Search(room, tables, floor, effort)
    answer = search.run(stop)
    return replace(answer, work=TABLE * tables.cells + BRANCH * (effort - search.effort))


@dataclass(slots=True)
class _Chunk:
    """Partial contents with the same number of copies; one row each."""

    bound: np.ndarray
    value: np.ndarray
    left: np.ndarray
    room: np.ndarray
    """(m, tables): the cell of what is left."""
    last: np.ndarray
    times: np.ndarray
    """Copies of the last item."""
    low: np.ndarray
    high: np.ndarray
    content: np.ndarray
    """(m, copies): positions in the order."""

    def rows(self, chosen: np.ndarray | slice) -> _Chunk:
        return _Chunk(*(getattr(self, name)[chosen] for name in _Chunk.__slots__))


class _Search:
    """One branch and bound."""

    def __init__(self, room: Room, tables: Tables, floor: int, effort: int) -> None:
        self.room, self.tables, self.effort = room, tables, effort
        self.floor, self.best, self.found = floor, floor, list[tuple[int, tuple[int, ...]]]()
        self.weights = room.weights[tables.order]
        self.rank, self.low, self.high = room.rank[tables.order], room.low[tables.order], room.high[tables.order]

    def run(self, stop: Callable[[], bool]) -> Answer:
        """Depth first, the most promising partial contents first."""
        stack = [self._root()]
        while stack:
            chunk = stack.pop()
            chunk = chunk.rows(chunk.bound > self.best)
            if not len(chunk.bound):
                continue
            if self.effort <= 0 or stop():
                stack.append(chunk)
                break
            if len(chunk.bound) > CHUNK:
                stack.append(chunk.rows(slice(CHUNK, None)))
                chunk = chunk.rows(slice(CHUNK))
            self.effort -= len(chunk.bound)
            children = self._extend(chunk)
            if children is not None:
                stack.append(children)
        bound = max([self.best, *(int(chunk.bound.max()) for chunk in stack)])
        return Answer(bound, tuple(self._content(positions) for _, positions in sorted(self.found, reverse=True)[:KEPT]))

    def _root(self) -> _Chunk:
        one = np.zeros(1, dtype=np.int64)
        return _Chunk(
            bound=np.array([min(int(table[0, -1]) for table in self.tables.tables)], dtype=np.int64),
            value=one,
            left=self.room.capacity[None, :].copy(),
            room=np.array([[table.shape[1] - 1 for table in self.tables.tables]], dtype=np.int64),
            last=one,
            times=one,
            low=one,
            high=np.array([len(self.room) + 1], dtype=np.int64),
            content=np.zeros((1, 0), dtype=np.int64),
        )

    def _extend(self, chunk: _Chunk) -> _Chunk | None:
        """All partial contents with one copy more that may still become worth more than the best."""
        tables, count = self.tables, len(self.tables.order)
        start = np.where(chunk.times < tables.most[chunk.last], chunk.last, chunk.last + 1)
        begin = int(start.min())
        if begin >= count:
            return None
        bound = tables.tables[0][begin:count].take(chunk.room[:, 0], axis=1)
        for number in range(1, len(tables.tables)):
            np.minimum(bound, tables.tables[number][begin:count].take(chunk.room[:, number], axis=1), out=bound)
        hopeful = (bound > self.best - chunk.value) & (np.arange(begin, count)[:, None] >= start)
        item, parent = np.nonzero(hopeful)
        item += begin
        left = chunk.left[parent] - self.weights[item]
        fits = (left >= 0).all(axis=1)
        if self.room.ratio:
            fits &= (self.rank[item] >= chunk.low[parent]) & (self.rank[item] <= chunk.high[parent])
        parent, item, left = parent[fits], item[fits], left[fits]
        if not len(parent):
            return None
        value = chunk.value[parent] + tables.values[item]
        times = np.where((item == chunk.last[parent]) & (chunk.times[parent] > 0), chunk.times[parent], 0) + 1
        room = chunk.room[parent] - tables.steps[:, item].T
        follow = np.where(times < tables.most[item], item, item + 1)
        rest = tables.tables[0][follow, room[:, 0]]
        for number in range(1, len(tables.tables)):
            rest = np.minimum(rest, tables.tables[number][follow, room[:, number]])
        self._remember(chunk, parent, item, value)
        chosen = np.flatnonzero(value + rest > self.best)
        if not len(chosen):
            return None
        chosen = chosen[np.argsort(-(value + rest)[chosen], kind="stable")]
        parent, item = parent[chosen], item[chosen]
        return _Chunk(
            bound=(value + rest)[chosen],
            value=value[chosen],
            left=left[chosen],
            room=room[chosen],
            last=item,
            times=times[chosen],
            low=np.maximum(chunk.low[parent], self.low[item]),
            high=np.minimum(chunk.high[parent], self.high[item]),
            content=np.concatenate([chunk.content[parent], item[:, None]], axis=1),
        )

    def _remember(self, chunk: _Chunk, parent: np.ndarray, item: np.ndarray, value: np.ndarray) -> None:
        """The best contents of each chunk that are worth more than was asked for."""
        good = np.flatnonzero(value > self.floor)
        if not len(good):
            return
        for index in good[np.argsort(-value[good], kind="stable")][:NEAR]:
            self.found.append((int(value[index]), (*map(int, chunk.content[parent[index]]), int(item[index]))))
        self.best = max(self.best, int(value[good].max()))
        if len(self.found) > 2 * KEPT:
            self.found = sorted(self.found, reverse=True)[:KEPT]

    def _content(self, positions: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        counts: dict[int, int] = {}
        for position in positions:
            index = int(self.tables.order[position])
            counts[index] = counts.get(index, 0) + 1
        return tuple(sorted(counts.items()))
