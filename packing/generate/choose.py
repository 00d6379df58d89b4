"""Where random decisions come from: one small interface, so that a seed and hypothesis drive the same builders."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chooser(Protocol):
    """A source of decisions. Builders write the simplest choice first, so that hypothesis shrinks towards it."""

    def integer(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        ...

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`."""
        ...

    def chance(self, percent: int) -> bool:
        """True in about `percent` of 100 cases; False is the simpler answer."""
        ...


class SeededChooser:
    """Decisions of a seeded generator: the same seed makes the same decisions on every Python and machine."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)

    def integer(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return self._random.randint(low, high)

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`, each as likely as the others."""
        return options[self._random.randrange(len(options))]

    def chance(self, percent: int) -> bool:
        """True in about `percent` of 100 cases."""
        return self._random.randrange(100) >= 100 - percent


def subset(chooser: Chooser, options: Sequence[T], percent: int) -> tuple[T, ...]:
    """Each of `options` with a chance of `percent`, in their order."""
    return tuple(option for option in options if chooser.chance(percent))
