"""What runs on a node, without names: copies as forms, so that equal ones can be counted and matched."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from packing.domain.placement import PlacedCopy
from packing.domain.same import FIGURES, needs_key
from packing.domain.workload import Mode

_figures = attrgetter(*FIGURES)


@dataclass(frozen=True, slots=True)
class Item:
    """A copy on a node."""

    position: int
    """In the placement's list of copies."""
    form: int
    """Equal for copies of one model that need the same."""
    exact: int
    """Equal for copies of one model in the same mode, figures included."""
    accelerators: tuple[int, ...]
    """Sorted."""


class Forms:
    """Numbers for the forms of copies; one table serves both placements."""

    def __init__(self) -> None:
        self._forms: dict[tuple[Any, ...], int] = {}
        self._exact: dict[tuple[Any, ...], int] = {}
        self._by_mode: dict[tuple[str, int, int], tuple[int, int]] = {}
        self._kept: list[Mode] = []
        self.sizes: list[int] = []
        """Bytes of a copy, by form."""

    def item(self, position: int, copy: PlacedCopy) -> Item:
        """The copy as an item."""
        wide = len(copy.accelerators)
        known = self._by_mode.get((copy.model, id(copy.mode), wide))
        if known is None:
            known = self._by_mode[copy.model, id(copy.mode), wide] = self._numbers(copy.model, copy.mode, wide)
            self._kept.append(copy.mode)  # an id is only unique as long as its object lives
        return Item(position, *known, tuple(sorted(copy.accelerators)))

    def _numbers(self, model: str, mode: Mode, wide: int) -> tuple[int, int]:
        form = self._forms.setdefault((model, wide, needs_key(mode)), len(self._forms))
        if form == len(self.sizes):
            self.sizes.append(mode.size)
        return form, self._exact.setdefault((form, _figures(mode)), len(self._exact))


@dataclass(frozen=True)
class Content:
    """The copies of one node."""

    items: tuple[Item, ...]

    @cached_property
    def forms(self) -> Counter[int]:
        """Copies by form."""
        return Counter(item.form for item in self.items)

    @cached_property
    def apart(self) -> bool:
        """Whether no accelerator carries two copies: then any of them can be renumbered into any other's place."""
        used = [index for item in self.items for index in item.accelerators]
        return len(used) == len(set(used))

    @cached_property
    def loads(self) -> dict[int, tuple[int, ...]]:
        """What each accelerator carries: sorted exact numbers, by index."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for item in self.items:
            for index in item.accelerators:
                found[index].append(item.exact)
        return {index: tuple(sorted(exact)) for index, exact in found.items()}

    @cached_property
    def outline(self) -> tuple[Any, ...]:
        """Equal for contents that differ in the numbers of accelerators only (and, rarely, for others: see `same`)."""
        plain = tuple(sorted(item.exact for item in self.items))
        if self.apart:
            return (plain,)
        together = tuple(sorted((item.exact, tuple(sorted(self.loads[index] for index in item.accelerators))) for item in self.items))
        return (plain, tuple(sorted(self.loads.values())), together)

    @cached_property
    def exactly(self) -> tuple[Any, ...]:
        """Equal for contents with the same copies on the same accelerators."""
        return tuple(sorted((item.exact, item.accelerators) for item in self.items))


def contents(copies: Iterable[PlacedCopy], forms: Forms) -> dict[str, Content]:
    """What runs on each node, by its id; nodes without copies are not among them."""
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for position, copy in enumerate(copies):
        found[copy.node].append(forms.item(position, copy))
    return {node: Content(tuple(items)) for node, items in found.items()}
