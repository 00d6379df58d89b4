"""Where everything is now, in integers: what stays is free, what is loaded anew is paid for (docs/design/rebalancing.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from packing.domain.words import Hosting

Copy = tuple[int, tuple[int, ...]]
"""(candidate, accelerators)"""


@dataclass(frozen=True, slots=True)
class HomeCopy:
    """A copy that runs now."""

    number: int
    """Its number among the copies of its model."""
    candidate: int
    accelerators: tuple[int, ...]
    pinned: bool


@dataclass(frozen=True, slots=True)
class HomeNode:
    """A node that runs now and may go on, whatever is on it: a warm one has no copies, nor has one of which none can stay."""

    name: str
    endpoint: str
    pool: int
    hosting: Hosting
    copies: tuple[HomeCopy, ...]
    keep: int = -1
    """Level of over-commitment of its endpoint (`packing.domain.overcommit.LEVELS`); -1: none."""


@dataclass(frozen=True)
class Home:
    """The current placement as far as the problem still knows it."""

    nodes: tuple[HomeNode, ...]
    load: tuple[int, ...]
    """Objective units of loading one copy anew, by candidate."""
    running: tuple[int, ...]
    """Copies of each model that run now, also those that must leave where they are."""
    stock: tuple[int, ...]
    """Of each pool, also of what is drained."""
    names: frozenset[str]
    """Of all nodes and endpoints of the current placement: none of them is given to anything new."""
    max_moves: int
    max_moves_per_node: int
    max_moves_per_model: int
    conceded: frozenset[int] = frozenset()
    """Models that run in fewer zones than they ask for, since the fleet allows no more without stopping what runs."""

    @cached_property
    def copies(self) -> tuple[Counter[Copy], ...]:
        """What is on each node."""
        return tuple(Counter((copy.candidate, copy.accelerators) for copy in node.copies) for node in self.nodes)

    def loads(self, home: int, copies: Iterable[Copy]) -> list[Copy]:
        """Those of the copies that have to be loaded if they are to be on this node (-1: one that does not run yet)."""
        if home < 0:
            return list(copies)
        left = Counter(self.copies[home])
        anew = []
        for copy in copies:
            if left[copy] > 0:
                left[copy] -= 1
            else:
                anew.append(copy)
        return anew

    def price(self, home: int, copies: Iterable[Copy]) -> int:
        """Objective units of loading what is not there yet."""
        if home < 0:
            return sum(self.load[candidate] for candidate, _ in copies)
        return sum(self.load[candidate] for candidate, _ in self.loads(home, copies))
