"""Many good contents of one bin at once: greedy fills, each from another start.

Pricing needs one content that is proven best; column generation is quicker with many that are good and different.
Every item starts a content (once, and as often as it fits), and the rest is filled in order of value per room. All starts are filled together: one step of the loop is one item for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Pattern = tuple[tuple[int, int], ...]
"""(position of an item, copies), ascending."""

BLOCK = 512
"""Starts that are filled together: what the caches of a processor hold."""


class Fills:
    """One bin with its items; only the values change from call to call.

    Parameters
    ----------
    weights : per item, per dimension (only dimensions that can bind).
    capacity : per dimension.
    most : most copies per item.
    sizes, ratio : (numerator, denominator); the largest size in a content ≤ ratio × the smallest. None: no rule.
    """

    def __init__(self, weights: np.ndarray, capacity: np.ndarray, most: Sequence[int], sizes: Sequence[int], ratio: tuple[int, int] | None) -> None:
        self.weights, self.capacity, self.most = weights, capacity, np.array(most, dtype=np.int64)
        self._partners: np.ndarray | None = None
        if ratio is not None:
            # The start is the smallest of its content.
            self._partners = np.array([[first <= size and size * ratio[1] <= first * ratio[0] for size in sizes] for first in sizes])
        self._share = weights / np.maximum(1, capacity) if weights.size else np.zeros(weights.shape)

    def best(self, values: np.ndarray, floor: float, mix: np.ndarray, count: int, most: np.ndarray) -> list[Pattern]:
        """Up to `count` different contents that are worth more than `floor`, the best for each start first.

        Parameters
        ----------
        values : per item.
        floor : contents have to be worth more.
        mix : weights of the dimensions; they give the order of the items by value per room.
        count : contents at most.
        most : copies of each item at most.
        """
        useful = np.flatnonzero((values > 0) & (most > 0))
        if not useful.size:
            return []
        found: dict[Pattern, float] = {}
        room = self._share[useful] @ mix
        order = useful[np.argsort(-values[useful] / (room + 1e-9), kind="stable")]
        for several in (False, True):
            for begin in range(0, len(useful), BLOCK):
                starts = useful[begin : begin + BLOCK]
                contents = self._fill(starts, order, most, several)
                worth = contents @ values
                for row in np.flatnonzero(worth > floor):
                    content = contents[row]
                    positions = np.flatnonzero(content)
                    found.setdefault(tuple((int(j), int(content[j])) for j in positions), float(worth[row]))
        ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
        return _varied([pattern for pattern, _ in ranked], count)

    def _fill(self, starts: np.ndarray, order: np.ndarray, most: np.ndarray, several: bool) -> np.ndarray:
        """Contents by start and item: the start's item first, then the others in order, each as often as it fits."""
        rows = np.arange(len(starts))
        contents = np.zeros((len(starts), len(most)), dtype=np.int64)
        contents[rows, starts] = most[starts] if several else 1
        room = self.capacity[None, :] - contents[rows, starts][:, None] * self.weights[starts]
        left = np.ascontiguousarray(room.T)
        for j in order:
            fits = most[j] - contents[:, j]
            for d, need in enumerate(self.weights[j]):
                if need:
                    np.minimum(fits, left[d] // need, out=fits)
            if self._partners is not None:
                fits[~self._partners[starts, j]] = 0
            if not fits.any():
                continue
            contents[:, j] += fits
            for d, need in enumerate(self.weights[j]):
                if need:
                    left[d] -= need * fits
        return contents


def _varied(ranked: Sequence[Pattern], count: int) -> list[Pattern]:
    """The first ones in which every item appears early: contents that bring an item nobody has yet come first."""
    seen: set[int] = set()
    fresh: list[Pattern] = []
    rest: list[Pattern] = []
    for pattern in ranked:
        new = {j for j, _ in pattern} - seen
        seen |= new
        (fresh if new else rest).append(pattern)
    return (fresh + rest)[:count]
