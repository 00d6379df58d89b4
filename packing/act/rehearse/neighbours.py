"""Copies that share accelerators and slow each other down: they are brought up to date together, departure by departure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from packing.act.rehearse.stations import Station
from packing.capacity.sharing import node_slowdown
from packing.domain.placement import PlacedCopy


class Unit(Protocol):
    """What can be brought up to a time by itself: a copy that is alone, or copies that share accelerators."""

    def advance(self, until: float) -> None:
        """Let it work up to a time."""

    def changed(self) -> None:
        """A request came in."""


@dataclass(slots=True, eq=False)
class Neighbours:
    """Copies of one node of which each is slowed down by those that are busy (`packing.capacity.sharing`).

    Parameters
    ----------
    copies, stations : what runs, one station for each copy.
    """

    copies: Sequence[PlacedCopy]
    stations: Sequence[Station]
    known: dict[tuple[bool, ...], tuple[float, ...]] = field(default_factory=dict)
    """Factors by who is busy."""

    def advance(self, until: float) -> None:
        """Let all of them work up to a time; when one falls idle or gets busy, the pace of the others changes."""
        while True:
            due = min(each.due() for each in self.stations)
            if due > until or due == inf:
                break
            for each in self.stations:
                each.advance(due)
            self.changed()
        for each in self.stations:
            each.advance(until)

    def changed(self) -> None:
        """Set everybody's pace by who is busy now."""
        busy = tuple(bool(each.inside) for each in self.stations)
        factors = self.known.get(busy)
        if factors is None:
            factors = self.known[busy] = node_slowdown(self.copies, busy)
        for each, factor in zip(self.stations, factors, strict=True):
            each.factor = factor


@dataclass(slots=True, eq=False)
class Alone:
    """A copy that nobody slows down."""

    station: Station

    def advance(self, until: float) -> None:
        """Let it work up to a time."""
        self.station.advance(until)

    def changed(self) -> None:
        """Nothing depends on it."""


def can_slow(copies: Sequence[PlacedCopy]) -> bool:
    """Whether these copies, all busy, would slow any of them down."""
    return len(copies) > 1 and any(factor > 1.0 for factor in node_slowdown(copies))
