"""Which item's place in a bin another may take: dual inequalities that steady column generation.

A place for an item serves every item of the bin that takes no more of anything. So its price is no lower: with a swap
variable per such pair the master's duals keep that order from the first round on, and what is learned of one item holds
for its neighbours (dual-optimal inequalities: Valério de Carvalho, INFORMS J. Comput. 17, 2005; Ben Amor et al., Oper. Res. 54,
2006). A content made by swaps may hold an item more often than its limit; the program is then a little looser, and
no bound depends on it, since bounds are evaluated from prices (`pricing.py`).
"""

from __future__ import annotations

import numpy as np

from packing.solve.patterns.layout import Bin, Layout

NEAREST = 3
"""Swaps of one item, to its nearest neighbours below; those further down follow in turn."""


def swaps_of(layout: Layout) -> list[tuple[int, int]]:
    """(item, item that may take its place), the direct neighbours in the order "takes no more"."""
    return [(index, other) for each in layout.bins if each.ratio is None for index, other in _swaps_in(layout, each)]


def _swaps_in(layout: Layout, each: Bin) -> list[tuple[int, int]]:
    items = np.array(each.items)
    if len(items) < 2:
        return []
    weights = np.array([layout.items[index].weights for index in each.items], dtype=np.int64)
    units = np.array([layout.items[index].units for index in each.items])
    lighter = (weights[:, None, :] >= weights[None, :, :]).all(axis=2) & (units[:, None] == units[None, :])
    # Equal items come in one order only, so that there is no circle.
    equal = lighter & lighter.T
    rank = np.arange(len(items))
    below = lighter & ~(equal & (rank[:, None] >= rank[None, :]))
    steps = below.astype(np.float32)
    direct = below & (steps @ steps < 0.5)
    share = weights / np.maximum(1, weights.max(axis=0))
    size = share.sum(axis=1)
    found = []
    for position in range(len(items)):
        nearest = sorted(np.flatnonzero(direct[position]), key=lambda other: (size[position] - size[other], other))[:NEAREST]
        found += [(int(items[position]), int(items[other])) for other in nearest]
    return found
