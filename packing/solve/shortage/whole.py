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
from packing.solve.patterns.costs import Costs
from packing.solve.patterns.layout import Layout
from packing.solve.patterns.master import Column, Master, Solution
from packing.solve.shortage.node_rows import node_rows
from packing.solve.shortage.stages import plan_costs

SHARE, WIDEST = 0.95, 0.85
"""By what a group's share and its largest content are multiplied after each attempt that left something over."""
LARGE = 1_500
"""Columns from which on most of the answer is taken from the linear program."""


@dataclass
class Margin:
    """What composition has taught: by group, the share of node resources that may be used in sum, and by one content."""

    share: dict[int, float] = field(default_factory=dict)
    widest: dict[int, float] = field(default_factory=dict)

    def tighten(self, leftover: Mapping[int, int]) -> bool:
        """Ask less of the groups in which clusters were left over. Returns whether there are any."""
        for group, count in leftover.items():
            if count:
                self.share[group] = SHARE * self.share.get(group, 1.0)
                self.widest[group] = WIDEST * self.widest.get(group, 1.0)
        return any(leftover.values())


def whole_numbers(
    compiled: Compiled, layout: Layout, columns: Sequence[Column], margin: Margin, seconds: float, threads: int
) -> tuple[list[Column], Solution] | None:
    """The columns that may be used, and how often each is; None if no solution was found in time."""
    tight = Layout(compiled, layout.classes)
    for group in tight.groups:
        share = margin.share.get(group.index, 1.0)
        group.rows = tuple((dimension, int(capacity * share)) for dimension, capacity in group.rows)
    usable = [column for column in columns if _largest_need(layout, column) <= margin.widest.get(layout.bins[column[0]].group, 1.0)]
    costs = plan_costs(compiled, layout.classes)
    relaxed = _program(tight, costs, usable, whole=False)
    vertex = relaxed.solve(seconds / 2, vertex=True)
    if vertex is None:
        return None
    # Most contents of a large problem repeat: what the vertex says is kept rounded down. Where whole nodes then run out, all is open.
    ways = [None, [floor(vertex.columns.get(index, 0.0) + 1e-6) for index in range(len(usable))]]
    for kept in ways if len(usable) < LARGE else reversed(ways):
        program = _program(tight, costs, usable, whole=True)
        if kept is not None:
            program.keep(kept)
        solution = program.solve(seconds / 4, gap=1e-5, threads=threads)
        if solution is not None:
            return usable, solution
    return None


def _program(layout: Layout, costs: Costs, columns: Sequence[Column], *, whole: bool) -> Master:
    """The master with these columns, and a row for each class that needs nodes whatever is on them."""
    master = Master(layout, costs, whole=whole)
    master.add(columns)
    for row in node_rows(layout):
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
