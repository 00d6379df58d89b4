"""Copies on several shared accelerators: which of them can stay together under one renumbering."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from packing.act.diff.content import Content, Item

MOST_CHECKS = 3_000
"""Pairs that are looked at on the way."""
MOST_WIDE = 100
"""Copies on several shared accelerators of one node that are paired at all."""


class WidePairings:
    """Sets of pairs of copies on several accelerators that one renumbering can serve together, promising ones first."""

    def __init__(self, old: Content, new: Content) -> None:
        wide = [item for item in old.items if len(item.accelerators) > 1]
        self.mine, self.cut = wide[:MOST_WIDE], len(wide) > MOST_WIDE
        """`cut`: whether some sets are not among them."""
        self.theirs = [item for item in new.items if len(item.accelerators) > 1]
        self.checks = 0

    def each(self) -> Iterator[list[tuple[Item, Item]]]:
        """Every set once, up to equal ones."""
        return self._extend(0, [], self.theirs)

    def _extend(self, at: int, chosen: list[tuple[Item, Item]], free: list[Item]) -> Iterator[list[tuple[Item, Item]]]:
        if at == len(self.mine):
            yield chosen
            return
        seen = set()
        item = self.mine[at]
        for other in sorted(free, key=lambda each: (each.accelerators != item.accelerators, each.exact != item.exact)):
            if other.form != item.form or other.accelerators in seen:
                continue
            if self.checks >= MOST_CHECKS:
                self.cut = True
                break
            self.checks += 1
            seen.add(other.accelerators)
            pairs = [*chosen, (item, other)]
            if _consistent(pairs):
                yield from self._extend(at + 1, pairs, [each for each in free if each is not other])
        yield from self._extend(at + 1, chosen, free)


def membership(items: Sequence[Item]) -> dict[int, frozenset[int]]:
    """For each accelerator, in which of the items it is (by position)."""
    found: dict[int, set[int]] = {}
    for position, item in enumerate(items):
        for index in item.accelerators:
            found.setdefault(index, set()).add(position)
    return {index: frozenset(members) for index, members in found.items()}


def _consistent(pairs: Sequence[tuple[Item, Item]]) -> bool:
    """One renumbering maps each set onto its partner iff every intersection has as many accelerators on both sides."""
    return Counter(membership([a for a, _ in pairs]).values()) == Counter(membership([b for _, b in pairs]).values())
