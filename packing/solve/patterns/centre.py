"""The linear relaxation's prices as duals of the master: where column generation starts from.

What a place in a bin costs is the sum over the resources that it takes. No content of a bin then collects more than the bin
costs, so that the first bound is at least the relaxation's, and smoothing has a centre from the first round on.
"""

from __future__ import annotations

from packing.domain.words import Hosting
from packing.solve.bounds.prices import SCALE, Prices, needs_of, rows_of
from packing.solve.patterns.layout import Group, Layout
from packing.solve.patterns.master import Duals

ACCELERATOR = 5
"""Dimensions before this one are of accelerators, the others of the node."""


def centre_of(layout: Layout, prices: Prices) -> Duals:
    """Duals of the master from prices of node resources (`packing.solve.bounds.prices`)."""
    item, room = [0.0] * len(layout.items), [0.0] * len(layout.groups)
    row: dict[tuple[int, int], float] = {}
    for group in layout.groups:
        if group.hosting is Hosting.SINGLE_MODEL:
            room[group.index] = _node(layout, group)
            for index in group.items:
                item[index] = room[group.index] / layout.most_in(group.index)
            continue
        each = {
            (dimension, slot): (prices.row.get((group.kind, group.hosting, dimension, slot), 0) / SCALE, capacity)
            for dimension, slot, capacity in rows_of(layout.compiled, layout.compiled.kinds[group.kind], group.hosting)
        }
        for dimension, _ in group.rows:
            row[group.index, dimension] = each.get((ACCELERATOR + dimension, 0), (0.0, 1))[0]
        # On nodes with several bins, vCPUs and the like are rows of the master and no part of a bin.
        inside = {key: value for key, value in each.items() if key[0] < ACCELERATOR or group.bins_per_node == 1}
        room[group.index] = sum(price for price, _ in inside.values()) / group.bins_per_node
        for index in group.items:
            if layout.items[index].bin < 0:
                continue
            needs = needs_of(layout.items[index].candidate, layout.compiled)
            taken = ((*inside[dimension, slot], amount) for dimension, slot, amount in needs if (dimension, slot) in inside)
            item[index] = sum(price * amount / capacity for price, capacity, amount in taken) / layout.items[index].units
    return Duals(item, row, {}, room, [0.0] * len(layout.classes), [0.0])


def _node(layout: Layout, group: Group) -> float:
    """What a node of the group costs at least."""
    pools = (layout.compiled.pools[pool] for pool in layout.compiled.kinds[group.kind].pools)
    return float(min((pool.coefficient for pool in pools if pool.stock), default=0))
