"""The most valuable content of one bin: exact branch and bound with table bounds, or a proven upper bound.

    max Σ v_j a_j   s.t.  Σ w_jd a_j ≤ C_d for every dimension d,  0 ≤ a_j ≤ limit_j,  sizes within a ratio

Items are taken in order of value per room; the rest is bounded by dynamic programs over single dimensions (and a
mean of them) on a coarse grid, with needs rounded down: relaxations, so that the bound is valid whatever is cut
off. Feasibility is tested on all dimensions at once: they are digits of one long integer with a guard bit each.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import gcd

import numpy as np

from packing.solve.patterns.fills import Fills, Pattern

CELLS = 1_500_000
"""A table has no more cells than this; the grid gets coarser with the number of items."""
TABLES = 3
"""Dimensions that get a table of their own."""
MIX = 12
"""Parts of which the mixed dimension is made."""
FINE = 2**40
"""Mixed rows are rounded to this part of their capacity."""
MOST = 2**60
"""Sums of values stay below this, so that tables are exact in 64 bits."""
TABLE, BRANCH, FILL = 6e-9, 4e-6, 7e-9
"""Units of work for a cell of a table (and each copy tried), for a branch, and for an item, start and dimension of greedy fills."""
CALL = 3e-4
"""Units of work of a call besides."""
DEEP = 500
"""Contents with more copies than this are bounded and not looked at: each copy is a call within the last one's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the search knows: no content is worth more than `bound`; good contents, the best last."""

    bound: int
    best: int
    patterns: tuple[Pattern, ...]


class Knapsack:
    """One bin with its items; only the values change from call to call.

    Parameters
    ----------
    weights : per item, per dimension.
    capacity : per dimension.
    limits : most copies per item.
    sizes, ratio : (numerator, denominator); the largest size in a content ≤ ratio × the smallest. None: no rule.
    """

    def __init__(
        self, weights: Sequence[Sequence[int]], capacity: Sequence[int], limits: Sequence[int], sizes: Sequence[int], ratio: tuple[int, int] | None
    ) -> None:
        self.sizes, self.ratio = sizes, ratio
        self.most = [
            min([limit, *(room // need for need, room in zip(mine, capacity, strict=True) if need)])
            for mine, limit in zip(weights, limits, strict=True)
        ]
        self.guard, self.full, self.packed = _packed(weights, capacity, self.most)
        binding = [d for d, room in enumerate(capacity) if sum(mine[d] * most for mine, most in zip(weights, self.most, strict=True)) > room]
        self.weights = np.array([[mine[d] for d in binding] for mine in weights], dtype=np.int64).reshape(len(weights), len(binding))
        self.capacity = np.array([capacity[d] for d in binding], dtype=np.int64)
        self._share = np.minimum(1.0, self.weights / np.maximum(1, self.capacity))
        divisors = [gcd(capacity[d], *(mine[d] for mine, most in zip(weights, self.most, strict=True) if most)) for d in binding]
        self._needs = [[mine[d] // divisor for mine in weights] for d, divisor in zip(binding, divisors, strict=True)]
        self._rooms = [capacity[d] // divisor for d, divisor in zip(binding, divisors, strict=True)]
        self._means: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[list[int], int]] = {}
        self._turn = 0
        self._work = 0.0
        self._lighter = self._no_heavier(weights)
        self._fills = Fills(self.weights, self.capacity, self.most, sizes, ratio)

    def _no_heavier(self, weights: Sequence[Sequence[int]]) -> np.ndarray:
        """[i, j]: item i takes no more than item j of anything, and i may take j's place in a content."""
        count = len(weights)
        lighter = np.ones((count, count), dtype=bool)
        for needs in {tuple(mine[d] for mine in weights) for d in range(len(weights[0]) if weights else 0)}:
            need = np.array(needs, dtype=np.int64)
            lighter &= need[:, None] <= need[None, :]
        if self.ratio is not None:
            size = np.array(self.sizes, dtype=np.int64)
            lighter &= size[:, None] == size[None, :]
        return lighter

    def solve(self, values: Sequence[int], effort: int, grid: int, slack: int = 62) -> Answer:
        """The most valuable content.

        Parameters
        ----------
        values : per item, at least 0.
        effort : branches to look at before the bound is settled for.
        grid : steps of the tables, at most; finer ones bound better and take longer to fill.
        slack : contents that are better by no more than 2^-slack are not looked for (the bound stays above them).
        """
        highest = sum(value * most for value, most in zip(values, self.most, strict=True))
        if highest >= MOST:
            return self._coarse(values, highest.bit_length() - MOST.bit_length() + 2, effort, grid, slack)
        useful = self._undominated(values, [j for j, value in enumerate(values) if value > 0 and self.most[j] > 0])
        if not useful:
            return Answer(0, 0, ())
        grid = max(500, min(grid, CELLS // len(useful)))
        tables, order = self._tables(values, useful, grid)
        search = _Search(self, values, order, tables, effort, slack)
        search.run()
        self._work += CALL + TABLE * sum(len(table.cells) for table in tables) + BRANCH * (effort - search.effort)
        return Answer(max(search.best, search.cut_off), search.best, tuple(search.found[-2:]))

    def _coarse(self, values: Sequence[int], bits: int, effort: int, grid: int, slack: int) -> Answer:
        """The same with so many bits less, rounded up: the bound holds, if not as sharply, where sums would not be exact."""
        if max(values) <= 1:
            # Nothing is left to round: more copies than 64 bits can count.
            return Answer(sum(value * most for value, most in zip(values, self.most, strict=True)), 0, ())
        answer = self.solve([-(-value >> bits) for value in values], effort, grid, slack)
        best = max((sum(values[j] * copies for j, copies in pattern) for pattern in answer.patterns), default=0)
        return Answer(answer.bound << bits, best, answer.patterns)

    def fills(self, values: Sequence[int], floor: int, count: int, limits: Sequence[int] | None = None) -> list[Pattern]:
        """Up to `count` good contents worth more than `floor`, quickly and without proof; `limits`: of copies, by item."""
        worth = np.array(values, dtype=np.float64)
        most = self._fills.most if limits is None else np.minimum(self._fills.most, np.array(limits, dtype=np.int64))
        useful = (worth > 0) & (most > 0)
        if not useful.any():
            return []
        dimensions = self.weights.shape[1]
        share = self._share[useful]
        chosen = [int(d) for d in np.argsort(-share.mean(axis=0), kind="stable")[:TABLES]]
        mixes = [np.eye(dimensions)[d] for d in chosen] or [np.zeros(dimensions)]
        if len(chosen) > 1:
            mixes.insert(0, np.array(_best_mix(share[:, chosen], worth[useful])) @ np.array(mixes) / MIX)
        count_useful = int(np.count_nonzero(useful))
        self._work += CALL + FILL * 2 * count_useful * count_useful * max(1, dimensions)
        # One notion of room at a time, each in its turn: the next call comes soon.
        self._turn += 1
        return self._fills.best(worth, float(floor), mixes[self._turn % len(mixes)], count, most)

    def worked(self) -> float:
        """Units of work since this was last asked."""
        work, self._work = self._work, 0.0
        return work

    def _undominated(self, values: Sequence[int], useful: list[int]) -> list[int]:
        """Without items that others can always replace: some best content has none of them.

        Item i dominates j if it is worth as much and takes no more (ties: the earlier one). If all that dominates j,
        as often as it may be used, does not fit into the bin together with j, then some of it is still free in
        every content with j, and takes j's place. That goes on until no such j is left, since each swap goes
        to an item that comes earlier.
        """
        if len(useful) < 2 or not self.capacity.size:
            return useful
        chosen = np.array(useful)
        worth = np.array([values[j] for j in useful], dtype=np.int64)
        weights = self.weights[chosen]
        light = self._lighter[np.ix_(chosen, chosen)]
        better = light & (worth[:, None] >= worth[None, :])
        equal = better & better.T
        better &= ~equal | (chosen[:, None] < chosen[None, :])
        # No sum overflows: an item used as often as it fits is no larger than the bin.
        used = weights * np.array([self.most[j] for j in useful], dtype=np.int64)[:, None]
        crowded = better.T.astype(np.int64) @ used + weights > self.capacity[None, :]
        replaced = crowded.any(axis=1)
        return [j for j, gone in zip(useful, replaced, strict=True) if not gone]

    def _tables(self, values: Sequence[int], useful: list[int], grid: int) -> tuple[list[_Table], list[int]]:
        """Suffix tables over the chosen dimensions and their best mixture, and the order of the items."""
        share = self._share[useful]
        dimensions = share.shape[1]
        chosen = [int(d) for d in np.argsort(-share.mean(axis=0), kind="stable")[:TABLES]] if dimensions else []
        worth = np.array([float(values[j]) for j in useful])
        mix = _best_mix(share[:, chosen], worth) if chosen else []
        mean = share[:, chosen] @ (np.array(mix) / MIX) if chosen else np.zeros(len(useful))
        order = [useful[k] for k in np.argsort(-worth / (mean + 1e-9), kind="stable")]
        rows = [(self._needs[d], self._rooms[d]) for d in chosen]
        if len(chosen) > 1:
            rows.append(self._mixed(tuple(mix), tuple(chosen)))
        if not rows:
            rows = [([0] * len(self.most), 1)]
        return [_Table(self, values, order, needs, room, grid) for needs, room in rows], order

    def _mixed(self, mix: tuple[int, ...], chosen: tuple[int, ...]) -> tuple[list[int], int]:
        """A mean of the dimensions' rows, which holds for every content, too; needs rounded down."""
        if (mix, chosen) not in self._means:
            parts = [(part, self._needs[d], self._rooms[d]) for part, d in zip(mix, chosen, strict=True) if part]
            needs = [sum(part * FINE * each[j] // room for part, each, room in parts) for j in range(len(self.most))]
            self._means[mix, chosen] = (needs, MIX * FINE)
        return self._means[mix, chosen]


class _Table:
    """The most value from the last items of an order, by room in one row: steps of a grid, needs rounded down.

    Where the row's numbers are small once their common divisor is out, a step is that divisor, and nothing is rounded.
    """

    def __init__(self, knapsack: Knapsack, values: Sequence[int], order: Sequence[int], needs: Sequence[int], room: int, grid: int) -> None:
        self.grid = grid = min(grid, room)
        self.steps = [grid * needs[j] // room for j in order]
        table = np.zeros((len(order) + 1, grid + 1), dtype=np.int64)
        for k in range(len(order) - 1, -1, -1):
            j, step = order[k], self.steps[k]
            value, most = values[j], knapsack.most[j]
            rest = table[k + 1]
            if step == 0:
                table[k] = rest + value * most
                continue
            best = rest.copy()
            for copies in range(1, min(most, grid // step) + 1):
                np.maximum(best[copies * step :], rest[: grid + 1 - copies * step] + copies * value, out=best[copies * step :])
            table[k] = best
        self.cells = array("q", table.tobytes())
        """By item of the order, then by steps of room."""


def _best_mix(share: np.ndarray, worth: np.ndarray) -> list[int]:
    """Parts (of MIX) of the dimensions whose mean bounds best: the smallest value per room of the best item."""
    dimensions = share.shape[1]
    mixes = [mix for mix in product(range(MIX + 1), repeat=dimensions) if sum(mix) == MIX]
    room = share @ (np.array(mixes).T / MIX)
    rates = (worth[:, None] / (room + 1e-9)).max(axis=0)
    return list(mixes[int(np.argmin(rates))])


class _Search:
    """One branch and bound."""

    def __init__(self, knapsack: Knapsack, values: Sequence[int], order: list[int], tables: list[_Table], effort: int, slack: int) -> None:
        self.knapsack, self.order, self.effort, self.slack = knapsack, order, effort, slack
        self.value = [values[j] for j in order]
        self.packed = [knapsack.packed[j] for j in order]
        self.most = [knapsack.most[j] for j in order]
        self.size = [knapsack.sizes[j] for j in order]
        # Always four tables, so that the inner loop has no loop of its own.
        four = (tables * 4)[:4]
        self.cells = [table.cells for table in four]
        self.grids = tuple(table.grid for table in four)
        self.steps = list(zip(*(table.steps for table in four), strict=True))
        self.best = 0
        self.found: list[Pattern] = []
        self.cut_off = 0
        """Largest bound of a branch that was not looked at, for want of effort or of worth."""

    def run(self) -> None:
        """Search from an empty bin."""
        self._branch(0, self.knapsack.full | self.knapsack.guard, self.grids, 0, [], 0, 0)

    def _branch(self, start: int, room: int, rest: tuple[int, ...], worth: int, content: list[int], low: int, high: int) -> None:
        if worth > self.best:
            self.best = worth
            self.found.append(self._pattern(content))
        a, b, c, d = self.cells
        wa, wb, wc, wd = self.grids
        ra, rb, rc, rd = rest
        guard, ratio = self.knapsack.guard, self.knapsack.ratio
        deep = len(content) >= DEEP
        for k in range(start, len(self.order)):
            bound = worth + min(a[k * (wa + 1) + ra], b[k * (wb + 1) + rb], c[k * (wc + 1) + rc], d[k * (wd + 1) + rd])
            if bound <= self.best:
                return
            if deep or self.effort <= 0 or bound - self.best <= self.best >> self.slack:
                self.cut_off = max(self.cut_off, bound)
                return
            left = room - self.packed[k]
            if left & guard != guard:
                continue
            if not self.most[k] or (content and content[-1] == k and self.most[k] <= content.count(k)):
                continue
            smallest, largest = low, high
            if ratio is not None:
                size = self.size[k]
                smallest, largest = (min(low, size), max(high, size)) if content else (size, size)
                if largest * ratio[1] > smallest * ratio[0]:
                    continue
            self.effort -= 1
            step = self.steps[k]
            content.append(k)
            self._branch(k, left, (ra - step[0], rb - step[1], rc - step[2], rd - step[3]), worth + self.value[k], content, smallest, largest)
            content.pop()

    def _pattern(self, content: list[int]) -> Pattern:
        counts: dict[int, int] = {}
        for k in content:
            counts[self.order[k]] = counts.get(self.order[k], 0) + 1
        return tuple(sorted(counts.items()))


def _packed(weights: Sequence[Sequence[int]], capacity: Sequence[int], most: Sequence[int]) -> tuple[int, int, list[int]]:
    """(guard bits, capacities, items) as long integers with one digit per dimension.

    A digit has a bit more than its capacity needs; no item that is used (`most` > 0) is larger than the capacity.
    """
    guard = full = shift = 0
    items = [0] * len(weights)
    for d, room in enumerate(capacity):
        if not any(mine[d] for mine in weights):
            continue
        bits = room.bit_length() + 1
        guard |= 1 << (shift + bits)
        full |= room << shift
        for j, mine in enumerate(weights):
            if most[j] > 0:
                items[j] |= mine[d] << shift
        shift += bits + 1
    return guard, full, items
