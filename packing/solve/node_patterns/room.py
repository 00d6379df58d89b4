"""One bin as arrays: what its items need, exactly, and as rounded-down shares on a common grid."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

import numpy as np

from packing.solve.node_patterns.problem import Problem

FINE = 2**20
"""Steps of a whole capacity in which shares are held; needs are rounded down to them, so that nothing that fits is refused."""


class Room:
    """The items of one bin that fit into it.

    Attributes
    ----------
    items : (n,) index of each item in the problem.
    weights, capacity : (n, d) and (d,) in the dimensions that could bind, exact.
    steps : (n, d) needs as shares of `FINE`, rounded down.
    most : (n,) most copies of each item in one bin.
    rank, low, high : (n,) place of the item's size among the sizes, and the range of places that may be with it.
    """

    def __init__(self, problem: Problem, number: int) -> None:
        each = problem.bins[number]
        items = [(index, problem.items[index]) for index in each.items]
        fits = [min([item.limit, *(room // need for need, room in zip(item.weights, each.capacity, strict=True) if need)]) for _, item in items]
        chosen = [position for position, count in enumerate(fits) if count > 0]
        binding = [d for d, room in enumerate(each.capacity) if sum(items[position][1].weights[d] * fits[position] for position in chosen) > room]
        self.number = number
        self.items = np.array([items[position][0] for position in chosen], dtype=np.int64)
        self.most = np.array([fits[position] for position in chosen], dtype=np.int64)
        shape = (len(chosen), len(binding))
        # Divided by what all needs have in common, many capacities are small numbers: then tables of them are exact.
        common = {d: gcd(*(items[position][1].weights[d] for position in chosen)) for d in binding}
        self.weights = np.array([[items[position][1].weights[d] // common[d] for d in binding] for position in chosen], dtype=np.int64).reshape(shape)
        self.capacity = np.array([each.capacity[d] // common[d] for d in binding], dtype=np.int64)
        # In Python's integers: the products may be larger than 64 bits.
        self.steps = np.array(
            [[items[position][1].weights[d] // common[d] * FINE // (each.capacity[d] // common[d]) for d in binding] for position in chosen],
            dtype=np.int64,
        ).reshape(shape)
        self.share = self.steps / FINE
        self._sizes([items[position][1].size for position in chosen], each.ratio)

    def _sizes(self, sizes: Sequence[int], ratio: tuple[int, int] | None) -> None:
        known = sorted(set(sizes))
        place = {size: rank for rank, size in enumerate(known)}
        self.ratio = ratio is not None and bool(known) and known[-1] * ratio[1] > known[0] * ratio[0]
        self.rank = np.array([place[size] for size in sizes], dtype=np.int64)
        self.low = np.zeros(len(sizes), dtype=np.int64)
        self.high = np.full(len(sizes), len(known), dtype=np.int64)
        if self.ratio and ratio is not None:
            friends = [[place[other] for other in known if max(size, other) * ratio[1] <= min(size, other) * ratio[0]] for size in sizes]
            # An item alone is always allowed, whatever the ratio says of it and itself.
            self.low = np.array([min(mine, default=place[size]) for mine, size in zip(friends, sizes, strict=True)], dtype=np.int64)
            self.high = np.array([max(mine, default=place[size]) for mine, size in zip(friends, sizes, strict=True)], dtype=np.int64)

    def __len__(self) -> int:
        return len(self.items)

    def fits(self, content: Sequence[tuple[int, int]]) -> bool:
        """Whether (position, copies) fit together into one bin; exact."""
        if any(count > self.most[position] for position, count in content):
            return False
        places = [position for position, count in content if count]
        if self.ratio and places and not (max(self.rank[places]) <= min(self.high[places]) and min(self.rank[places]) >= max(self.low[places])):
            return False
        used = [sum(int(self.weights[position, d]) * count for position, count in content) for d in range(len(self.capacity))]
        return all(need <= int(room) for need, room in zip(used, self.capacity, strict=True))
