"""Many good contents at once, without proof: greedy fills in random orders, all of them side by side in arrays."""

from __future__ import annotations

import numpy as np

from packing.solve.node_patterns.room import Room

NOISE = 0.25
"""Spread of the factors on values in half of the fills."""
SEEDED = 3
"""One fill in so many begins with an item of its own."""


def quick_contents(room: Room, values: np.ndarray, limits: np.ndarray, rows: int, random: np.random.Generator) -> np.ndarray:
    """Contents of `rows` bins, each filled by value per room, where each takes another mixture of the dimensions for room.

    Parameters
    ----------
    values : (n,) float, value of a copy of each item; items of no value are left out.
    limits : (n,) most copies of each item.
    rows : number of fills.

    Returns
    -------
    (rows, n) int64: copies of each item. Every row fits into a bin.
    """
    counts = np.zeros((rows, len(room)), dtype=np.int64)
    useful = np.flatnonzero((values > 0) & (np.minimum(limits, room.most) > 0))
    if not len(useful):
        return counts
    most = np.minimum(limits, room.most)[useful]
    orders = _orders(room.share[useful], values[useful], rows, random)
    weights = room.weights[useful]
    left = np.tile(room.capacity, (rows, 1))
    low = np.zeros(rows, dtype=np.int64)
    high = np.full(rows, len(room) + 1, dtype=np.int64)
    # The range of sizes that are in the bin already, each with the sizes it tolerates.
    single = bool((most == 1).all())
    divisor, offset = np.maximum(weights, 1), np.where(weights > 0, 0, 2**61)
    lines = np.arange(rows)
    for position in range(orders.shape[1]):
        chosen = orders[:, position]
        need = weights[chosen]
        if single:
            take = (left >= need).all(axis=1).astype(np.int64)
        else:
            take = np.minimum(((left + offset[chosen]) // divisor[chosen]).min(axis=1, initial=2**61), most[chosen])
        if room.ratio:
            original = useful[chosen]
            rank = room.rank[original]
            take = np.where((rank >= low) & (rank <= high), take, 0)
            some = take > 0
            low = np.where(some, np.maximum(low, room.low[original]), low)
            high = np.where(some, np.minimum(high, room.high[original]), high)
        left -= need * take[:, None]
        counts[lines, useful[chosen]] = take
    return counts


def _orders(share: np.ndarray, values: np.ndarray, rows: int, random: np.random.Generator) -> np.ndarray:
    """(rows, n): the order in which each fill looks at the items."""
    count, dimensions = share.shape
    mixture = random.exponential(size=(rows, dimensions)) ** 1.5
    mixture /= mixture.sum(axis=1, keepdims=True) + 1e-12
    size = mixture @ share.T + 1e-3
    worth = np.tile(values, (rows, 1))
    worth[rows // 2 :] *= np.exp(random.normal(scale=NOISE, size=(rows - rows // 2, count)))
    score = worth / size ** random.uniform(0.5, 1.2, size=(rows, 1))
    seeded = np.arange(0, rows, SEEDED)
    score[seeded, random.permutation(max(count, len(seeded)))[: len(seeded)] % count] = np.inf
    return np.argsort(-score, axis=1, kind="stable")
