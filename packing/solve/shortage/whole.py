"""Whole numbers of the contents found, with the nodes' resources counted as a little less than they are.

In sum over all nodes of a group vCPUs may suffice where, node by node, they do not: one node gets the last two large copies, another one
is left with room that no copy fits. So a group whose contents could not be composed is asked again with less: a smaller share of
its resources, and without the contents that take most of a node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import floor

from packing.compile.data import Compiled
from packing.solve.context import SearchContext, Share
from packing.solve.patterns.layout import Layout
from packing.solve.patterns.master import Column, Master, Solution
from packing.solve.shortage.contents import ContentMaster
from packing.solve.shortage.node_rows import node_rows
from packing.solve.shortage.stages import plan_costs

SHARE, WIDEST = 0.95, 0.85
"""By what a group's share and its largest content are multiplied after each attempt that left something over."""
FEW = 1_500
"""Up to so many columns a better solution is looked for among all of them."""
VERTEX, WHOLE = 0.33, 0.2
"""Parts of what is left for the linear program, and for one integer program."""
POOR = 1.02
"""A rounded solution that is dearer than the linear program by more than this factor is not taken for the best there is."""


@dataclass
class Margin:
    """The share of node resources that may be used in sum, and by one content: at first, and by group as composition has taught."""

    most_share: float = 1.0
    most_widest: float = 1.0
    share: dict[int, float] = field(default_factory=dict)
    widest: dict[int, float] = field(default_factory=dict)

    def tighten(self, leftover: Mapping[int, int]) -> bool:
        """Ask less of the groups in which clusters were left over. Returns whether there are any."""
        for group, count in leftover.items():
            if count:
                self.share[group] = SHARE * self.share_of(group)
                self.widest[group] = WIDEST * self.widest_of(group)
        return any(leftover.values())

    def share_of(self, group: int) -> float:
        """Of the group's resources."""
        return self.share.get(group, self.most_share)

    def widest_of(self, group: int) -> float:
        """Of one node of the group, by one content."""
        return self.widest.get(group, self.most_widest)


class WholeNumbers:
    """Whole numbers of contents, attempt by attempt.

    Parameters
    ----------
    columns : contents to choose from.
    """

    def __init__(self, compiled: Compiled, layout: Layout, columns: Sequence[Column]) -> None:
        self.compiled, self.layout = compiled, layout
        self.columns = columns
        self.costs = plan_costs(compiled, layout.classes)

    def solve(self, margin: Margin, share: Share, context: SearchContext) -> tuple[list[Column], Solution] | None:
        """The columns that may be used, and how often each is; None if no solution was found in time."""
        tight = Layout(self.compiled, self.layout.classes)
        for group in tight.groups:
            usual = margin.share_of(group.index)
            group.rows = tuple((dimension, int(capacity * usual)) for dimension, capacity in group.rows)
        usable = self._usable(margin)
        relaxed = self._program(tight, usable, whole=False)
        # A vertex is rounded best; on a busy machine it may not come in time, and the interior solution does (the answer is then `time`'s).
        vertex = relaxed.solve(share.part(VERTEX), vertex=True) or relaxed.solve(share.part(WHOLE))
        if vertex is None:
            return None
        # Most contents repeat: what the vertex says is kept rounded down. Where that costs much (whole nodes run out), all is open.
        rounded = self._program(tight, usable, whole=True)
        rounded.keep([floor(vertex.columns.get(index, 0.0) + 1e-6) for index in range(len(usable))])
        found = rounded.solve(share.part(WHOLE), gap=1e-5, threads=context.workers)
        if found is None or (len(usable) < FEW and found.objective > vertex.objective * POOR):
            other = self._program(tight, usable, whole=True).solve(share.part(WHOLE), gap=1e-5, threads=context.workers)
            found = min((each for each in (found, other) if each is not None), key=lambda each: each.objective, default=None)
        return None if found is None else (usable, found)

    def _usable(self, margin: Margin) -> list[Column]:
        """Those that do not take more of a node than the margin lets them."""
        layout = self.layout
        return [column for column in self.columns if _largest_need(layout, column) <= margin.widest_of(layout.bins[column[0]].group)]

    def _program(self, tight: Layout, columns: Sequence[Column], *, whole: bool) -> Master:
        """The master with these columns, and a row for each class that needs nodes whatever is on them."""
        master = ContentMaster(tight, self.costs, whole=whole)
        master.add(columns)
        for row in node_rows(tight):
            used = master.mathopt.fast_sum(master.n[group] for group in row.groups)
            master.program.add_linear_constraint(used + master.u[row.owner] >= row.nodes)
        return master


def _largest_need(layout: Layout, column: Column) -> float:
    """The largest part of a node's resources that a content takes (a copy on several accelerators: its part on one)."""
    group = layout.groups[layout.bins[column[0]].group]
    needs = [0.0]
    for dimension, capacity in group.rows:
        amounts = [(layout.items[index], copies) for index, copies in column[1]]
        needs.append(sum(item.candidate.node_demand[dimension] * copies / item.units for item, copies in amounts) / max(1, capacity))
    return max(needs)
