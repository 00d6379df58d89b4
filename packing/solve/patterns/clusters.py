"""Accelerators that have to be on one node, since copies on several accelerators tie them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from packing.solve.patterns.layout import Group, Layout

Content = dict[int, int]
"""Copies by item."""


@dataclass(slots=True)
class Cluster:
    """Bins of one node-to-be, tied by the copies of one wide item (-1: a single bin, nothing wide)."""

    bins: list[Content]
    wide: int = -1
    names: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)
    """(item, member, bins of this cluster) of every copy."""

    def copies(self, layout: Layout) -> Iterator[tuple[int, tuple[int, ...]]]:
        """(item, positions of its bins) of every copy."""
        if self.wide >= 0:
            places = [position for position, content in enumerate(self.bins) for _ in range(content.get(self.wide, 0))]
            count = len(places) // layout.items[self.wide].units
            # Copy j takes every count-th place from j on: never the same bin twice, since no bin has more than `count`.
            for copy in range(count):
                yield self.wide, tuple(places[copy::count])
        for position, content in enumerate(self.bins):
            for index in sorted(content):
                if index != self.wide:
                    for _ in range(content[index]):
                        yield index, (position,)


def clusters_of(layout: Layout, group: Group, bins: list[Content]) -> list[Cluster]:
    """All bins in clusters. Wide copies that find no partners are taken out of their bins: they are placed later."""
    found: list[Cluster] = []
    tied: dict[int, list[Content]] = defaultdict(list)
    for content in bins:
        wide = sorted((index for index in content if layout.items[index].units > 1), key=lambda index: (-layout.items[index].units, index))
        for index in wide[1:]:
            del content[index]
        if wide:
            tied[wide[0]].append(content)
        elif content:
            found.append(Cluster([content]))
    for index, mine in sorted(tied.items()):
        units = layout.items[index].units
        mine.sort(key=lambda content: -content[index])
        while mine:
            chosen = [mine.pop(0)]
            while mine and len(chosen) < group.bins_per_node and not _complete(chosen, index, units):
                chosen.append(mine.pop(0))
            if _complete(chosen, index, units):
                found.append(Cluster(chosen, index))
                continue
            for content in chosen:
                del content[index]
                if content:
                    found.append(Cluster([content]))
    return found


def _complete(bins: list[Content], index: int, units: int) -> bool:
    """Whether the places of the wide item make whole copies on different bins."""
    places = [content[index] for content in bins]
    return sum(places) % units == 0 and max(places) * units <= sum(places)
