"""Tables that bound what items k.. of an order can add to a content, from the room that is left.

A *view* sees one or two dimensions, each either one of the bin's or a mixture of several (Σ_d λ_d w_jd ≤ Σ_d λ_d C_d holds for any
λ ≥ 0: surrogate relaxation, Glover 1968). Its table is a dynamic program on a grid, with needs rounded down: a relaxation, so that
every bound is valid in integers whatever suggested λ. Capacities that are small numbers are their own grid: then nothing is lost
by rounding. Two dimensions at once bound much better than any mixture of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from packing.solve.node_patterns.relaxed import PARTS, relaxed_duals
from packing.solve.node_patterns.room import FINE, Room

LINE, SQUARE = 1_500, 100
"""Steps of a view of one dimension, and of each dimension of a view of two."""
EXACT = 150
"""Capacities up to this are their own grid."""
MOST = 2**60
"""Sums of values stay below this, so that tables are exact in 64 bits."""
SIFTED = 4
"""Times that items are sifted, each time with tables of those that are left."""


class Scratch:
    """Memory that tables are made in, again and again: fresh pages cost more time than what is written to them."""

    def __init__(self) -> None:
        self._blocks: list[np.ndarray] = []
        self._used = 0

    def reset(self) -> None:
        """All of it is free again: tables made before are void."""
        self._used = 0

    def take(self, shape: tuple[int, ...]) -> np.ndarray:
        """An array with anything in it."""
        size = int(np.prod(shape))
        if self._used == len(self._blocks):
            self._blocks.append(np.empty(size, dtype=np.int64))
        elif len(self._blocks[self._used]) < size:
            self._blocks[self._used] = np.empty(size, dtype=np.int64)
        block = self._blocks[self._used][:size]
        self._used += 1
        shaped: np.ndarray = block.reshape(shape)
        return shaped


@dataclass(frozen=True, slots=True)
class View:
    """Steps of each item (of all in the room) in one or two dimensions, of `grid` steps each."""

    steps: tuple[np.ndarray, ...]
    grid: tuple[int, ...]

    @property
    def cells(self) -> np.ndarray:
        """(n,) how far one copy moves in the table, whose last cell is the empty bin."""
        if len(self.grid) == 1:
            return self.steps[0]
        cells: np.ndarray = self.steps[0] * (self.grid[1] + 1) + self.steps[1]
        return cells

    def table(self, order: np.ndarray, values: np.ndarray, most: np.ndarray, scratch: Scratch) -> np.ndarray:
        """(len(order) + 1, cells) int64: most value of items k.. of the order in each cell's room."""
        shape = tuple(steps + 1 for steps in self.grid)
        table = scratch.take((len(order) + 1, *shape))
        table[len(order)] = 0
        for k in range(len(order) - 1, -1, -1):
            value = int(values[order[k]])
            step = [int(steps[order[k]]) for steps in self.steps]
            rest, best = table[k + 1], table[k]
            if not any(step):
                best[:] = rest + value * int(most[order[k]])
                continue
            best[:] = rest
            for copies in range(1, int(most[order[k]]) + 1):
                if any(copies * each > grid for each, grid in zip(step, self.grid, strict=True)):
                    break
                to = tuple(slice(copies * each, None) for each in step)
                source = tuple(slice(0, size - copies * each) for size, each in zip(shape, step, strict=True))
                np.maximum(best[to], rest[source] + copies * value, out=best[to])
        flat: np.ndarray = table.reshape(len(order) + 1, -1)
        return flat


class Tables:
    """The items that can be in a content worth more than `floor`, in order of value per room, with bounds for what follows.

    Attributes
    ----------
    order : (n,) positions in the room.
    values, most : (n,) in this order.
    tables : per view (n + 1, cells); the last cell is the empty bin.
    steps : (views, n) cells that one copy takes.
    cells : of all tables that were made on the way.
    """

    def __init__(self, room: Room, values: np.ndarray, most: np.ndarray, floor: int, scratch: Scratch) -> None:
        self._scratch = scratch
        self.order: np.ndarray = np.zeros(0, dtype=np.int64)
        self.cells = 0
        useful = np.flatnonzero((values > 0) & (most > 0))
        duals = relaxed_duals(room.share[useful], values[useful], most[useful]) if len(useful) else np.zeros(len(room.capacity))
        mixture = np.round(PARTS * duals / max(float(duals.sum()), 1e-12)).astype(np.int64)
        if not mixture.any():
            mixture[:] = 1
        views = [_mixed(room, mixture)]
        for _ in range(SIFTED):
            if self._sift(views, useful, values, most, floor):
                break
            useful = np.sort(self.order)
        else:
            self._build(views, useful, values, most)
        views += _squares(room, mixture)
        if len(views) > 1 and not self._sift(views, useful, values, most, floor):
            self._build(views, np.sort(self.order), values, most)

    def _sift(self, views: list[View], useful: np.ndarray, values: np.ndarray, most: np.ndarray, floor: int) -> bool:
        """Leave out items whose best company is not worth enough. Returns whether all stayed."""
        self._build(views, useful, values, most)
        keep = self._reachable() > floor
        self.order = self.order[keep]
        return bool(keep.all())

    def _build(self, views: list[View], useful: np.ndarray, values: np.ndarray, most: np.ndarray) -> None:
        main = views[0].steps[0][useful] / views[0].grid[0]
        self.order = useful[np.argsort(-values[useful] / (main + 1e-9), kind="stable")]
        self.values, self.most = values[self.order], most[self.order]
        self.steps = np.stack([view.cells[self.order] for view in views])
        self._scratch.reset()
        self.tables = [view.table(self.order, values, most, self._scratch) for view in views]
        self.cells += sum(table.size for table in self.tables)

    def _reachable(self) -> np.ndarray:
        """(n,) in order: no content with this item is worth more."""
        bound = np.full(len(self.order), MOST, dtype=np.int64)
        for table, steps in zip(self.tables, self.steps, strict=True):
            np.minimum(bound, self.values + table[0, table.shape[1] - 1 - steps], out=bound)
        return bound


def _mixed(room: Room, mixture: np.ndarray) -> View:
    return View((_line(room, mixture, LINE)[0],), (_line(room, mixture, LINE)[1],))


def _line(room: Room, mixture: np.ndarray, most: int) -> tuple[np.ndarray, int]:
    """(steps of each item, steps of the bin) in a mixture of the dimensions."""
    alone = np.flatnonzero(mixture)
    if len(alone) == 1 and int(room.capacity[alone[0]]) <= EXACT:
        return room.weights[:, alone[0]], int(room.capacity[alone[0]])
    return room.steps @ mixture * most // max(1, FINE * int(mixture.sum())), most


def _squares(room: Room, mixture: np.ndarray) -> list[View]:
    """Pairs of the dimensions that matter most, and all of them in two mixtures."""
    dimensions = len(mixture)
    if dimensions < 2:
        return []
    order = np.argsort(-mixture, kind="stable")
    single = [(np.arange(dimensions) == d).astype(np.int64) for d in order[:3]]
    pairs = [(single[a], single[b]) for a in range(len(single)) for b in range(a)]
    if dimensions > 3:
        weight = np.maximum(mixture, 1)
        one = np.zeros(dimensions, dtype=bool)
        one[order[::2]] = True
        pairs.append((np.where(one, weight, 0), np.where(one, 0, weight)))
    found = []
    for pair in pairs:
        (first, one_grid), (second, other_grid) = (_line(room, each, SQUARE) for each in pair)
        found.append(View((first, second), (one_grid, other_grid)))
    return found
