"""The whole answer to "why"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from packing.describe.expand import Expanded
from packing.domain.placement import Placement
from packing.explain.alternatives import Alternative
from packing.explain.conflict import ConflictSet
from packing.explain.repairs.nodes import MoreNodes
from packing.explain.repairs.repair import Repair
from packing.explain.terms import Breakdown
from packing.explain.values import Value


@dataclass(frozen=True, slots=True)
class Explanation:
    """Answer of `explain_placement`. What was not asked for, or does not apply, is None or empty.

    Parameters
    ----------
    expanded : the problem.
    placement : the placement that is explained, without violations.
    optimal : whether it is proven that no placement is better; None: not known.
    better : a better placement that was found on the way; None: none was.
    possible : whether a complete placement exists, proven both ways; None: not known.
    conflicts : where it is proven that none exists, sets of conditions that cannot hold together; no two share a condition.
    repairs : changes after which one exists, the cheapest first.
    more_nodes : what adding nodes can do.
    breakdown : the objective, term by term and model by model.
    model : the model that was asked about.
    alternatives : every other way to run it, and why it is not taken.
    values : what one more node, unit or level less isolation is worth.
    values_untried : those of them that there was no time for, in words.
    """

    expanded: Expanded = field(repr=False)
    placement: Placement = field(repr=False)
    breakdown: Breakdown = field(repr=False)
    optimal: bool | None = None
    better: Placement | None = field(default=None, repr=False)
    possible: bool | None = None
    conflicts: tuple[ConflictSet, ...] = ()
    repairs: tuple[Repair, ...] = ()
    more_nodes: MoreNodes | None = None
    model: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    values: tuple[Value, ...] | None = None
    values_untried: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the placement leaves nothing out."""
        return not self.placement.unplaced

    def data(self) -> dict[str, Any]:
        """The same as plain data, for JSON (docs/explain.md)."""
        from packing.explain.data import plain

        return plain(self)
