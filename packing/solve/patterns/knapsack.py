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

import numpy as np

CELLS = 1_500_000
"""A table has no more cells than this; the grid gets coarser with the number of items."""
ASIDE = 150
"""Branches for each further content."""
TABLES = 3
"""Dimensions that get a table of their own."""
MIX = 12
"""Parts of which the mixed dimension is made."""
MOST = 2**60
"""Sums of values stay below this, so that tables are exact in 64 bits."""

Pattern = tuple[tuple[int, int], ...]
"""(position of an item, copies), ascending."""


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
        self._share = np.array([[min(1.0, mine[d] / capacity[d]) if capacity[d] else 0.0 for d in binding] for mine in weights]).reshape(
            len(weights), len(binding)
        )
        self._need = [[(mine[d], capacity[d]) if capacity[d] else (0, 1) for d in binding] for mine in weights]
        self._steps: dict[int, list[list[int]]] = {}

    def solve(self, values: Sequence[int], effort: int, grid: int, more: int = 0, worthwhile: int = 0) -> Answer:
        """The most valuable content, and others that have no item in common with it or with each other.

        Parameters
        ----------
        values : per item, at least 0.
        effort : branches to look at before the bound is settled for.
        grid : steps of the tables, at most; finer ones bound better and take longer to fill.
        more : contents to find besides.
        worthwhile : the others have to be worth more than this.
        """
        useful = [j for j, value in enumerate(values) if value > 0 and self.most[j] > 0]
        if not useful:
            return Answer(0, 0, ())
        grid = max(500, min(grid, CELLS // len(useful)))
        tables, steps, order = self._tables(values, useful, grid)
        first = _Search(self, values, order, tables, steps, effort, grid)
        first.run()
        patterns = first.found[-2:]
        last = patterns[-1:]
        for _ in range(more):
            if not last:
                break
            first.banned |= {j for j, _ in last[0]}
            first.again(ASIDE, worthwhile)
            last = first.found[-1:]
            patterns = last + patterns
        return Answer(max(first.proven, first.cut_off), first.proven, tuple(patterns))

    def _tables(self, values: Sequence[int], useful: list[int], grid: int) -> tuple[list[array[int]], list[list[int]], list[int]]:
        """Suffix tables over the chosen dimensions, the items' steps in them, and the order of the items."""
        every = self._steps.get(grid)
        if every is None:
            # Rounded down exactly, in integers: the grid must not refuse what fits.
            every = self._steps[grid] = [[grid * need // has for need, has in mine] for mine in self._need]
        share = self._share[useful]
        dimensions = share.shape[1]
        chosen = list(np.argsort(-share.mean(axis=0), kind="stable")[:TABLES]) if dimensions else []
        worth = np.array([float(values[j]) for j in useful])
        mix = _best_mix(share[:, chosen], worth) if chosen else []
        mean = share[:, chosen] @ (np.array(mix) / MIX) if chosen else np.zeros(len(useful))
        order = [useful[k] for k in np.argsort(-worth / (mean + 1e-9), kind="stable")]
        steps = [[every[j][d] for j in order] for d in chosen]
        if len(chosen) > 1:
            # A mean of the dimensions' rows holds for every content, too.
            steps.append([sum(part * every[j][d] for part, d in zip(mix, chosen, strict=True)) // MIX for j in order])
        if not steps:
            steps = [[0] * len(order)]
        return [self._table(values, order, step, grid) for step in steps], steps, order

    def _table(self, values: Sequence[int], order: list[int], steps: list[int], grid: int) -> array[int]:
        """table[k · (grid + 1) + r]: most value from items k.. of the order with r steps of room."""
        table = np.zeros((len(order) + 1, grid + 1), dtype=np.int64)
        for k in range(len(order) - 1, -1, -1):
            j, step = order[k], steps[k]
            value, most = values[j], self.most[j]
            rest = table[k + 1]
            if step == 0:
                table[k] = rest + value * most
                continue
            best = rest.copy()
            for copies in range(1, min(most, grid // step) + 1):
                np.maximum(best[copies * step :], rest[: grid + 1 - copies * step] + copies * value, out=best[copies * step :])
            table[k] = best
        return array("q", table.tobytes())


def _best_mix(share: np.ndarray, worth: np.ndarray) -> list[int]:
    """Parts (of MIX) of the dimensions whose mean bounds best: the smallest value per room of the best item."""
    dimensions = share.shape[1]
    mixes = [mix for mix in product(range(MIX + 1), repeat=dimensions) if sum(mix) == MIX]
    room = share @ (np.array(mixes).T / MIX)
    rates = (worth[:, None] / (room + 1e-9)).max(axis=0)
    return list(mixes[int(np.argmin(rates))])


class _Search:
    """One branch and bound."""

    def __init__(
        self, knapsack: Knapsack, values: Sequence[int], order: list[int], tables: list[array[int]], steps: list[list[int]], effort: int, grid: int
    ) -> None:
        self.knapsack, self.order, self.effort = knapsack, order, effort
        self.grid, self.width = grid, grid + 1
        self.value = [values[j] for j in order]
        self.packed = [knapsack.packed[j] for j in order]
        self.most = [knapsack.most[j] for j in order]
        self.size = [knapsack.sizes[j] for j in order]
        # Always four tables, so that the inner loop has no loop of its own.
        self.tables = (tables * 4)[:4]
        self.steps = list(zip(*(steps * 4)[:4], strict=True))
        self.best = self.proven = 0
        self.found: list[Pattern] = []
        self.banned: set[int] = set()
        self.cut_off = 0
        """Largest bound of a branch that was not looked at for want of effort."""

    def run(self) -> None:
        """The first search: what it proves counts."""
        self._branch(0, self.knapsack.full | self.knapsack.guard, (self.grid,) * 4, 0, [], 0, 0)
        self.proven = self.best

    def again(self, effort: int, floor: int) -> None:
        """Another search without the banned items, for a content worth more than `floor`."""
        cut_off, self.effort, self.best, self.found = self.cut_off, effort, floor, []
        banned = [j in self.banned for j in self.order]
        most, self.most = self.most, [0 if out else most for out, most in zip(banned, self.most, strict=True)]
        self._branch(0, self.knapsack.full | self.knapsack.guard, (self.grid,) * 4, 0, [], 0, 0)
        self.cut_off, self.most = cut_off, most

    def _branch(self, start: int, room: int, rest: tuple[int, ...], worth: int, content: list[int], low: int, high: int) -> None:
        if worth > self.best:
            self.best = worth
            self.found.append(self._pattern(content))
        a, b, c, d = self.tables
        ra, rb, rc, rd = rest
        guard, ratio = self.knapsack.guard, self.knapsack.ratio
        for k in range(start, len(self.order)):
            line = k * self.width
            bound = worth + min(a[line + ra], b[line + rb], c[line + rc], d[line + rd])
            if bound <= self.best:
                return
            if self.effort <= 0:
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
