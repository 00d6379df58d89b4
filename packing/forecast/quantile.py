"""The quantile that a plan is made with: one of the observations, of a rank that holds for the next day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from packing.domain.units import exact


def rank(quantile: float, count: int) -> int:
    """Which of `count` observations, the smallest being the first, the next one will not exceed with probability `quantile`.

    If the next observation and the `count` past ones come in any order with the same probability, then the next is at most
    the k-th smallest with probability k / (count + 1) or more; so k = ⌈quantile · (count + 1)⌉ (Vovk, Gammerman and
    Shafer, *Algorithmic Learning in a Random World*, 2005). A rank larger than `count` says that the history is too short.
    """
    return math.ceil(exact(quantile) * (count + 1))


@lru_cache(maxsize=1024)
def position(quantile: float, count: int) -> int:
    """Where the observation of that rank stands in a sorted list, counted from 0; the last one where the history is too short for it."""
    return min(max(rank(quantile, count), 1), count) - 1


def upper(observed: Sequence[int], quantile: float) -> int:
    """The observation of that rank; the largest one where the history is too short for it."""
    return sorted(observed)[position(quantile, len(observed))]


def held(quantile: float, count: int) -> float:
    """The probability with which that observation holds: `quantile`, or less where the history is too short."""
    return quantile if rank(quantile, count) <= count else float(Fraction(count, count + 1))


def plain(counts: Sequence[tuple[int, int]], quantile: float) -> int:
    """The smallest value that a share `quantile` of all does not exceed.

    Parameters
    ----------
    counts : (value, how often), values ascending.
    """
    wanted, seen = math.ceil(exact(quantile) * sum(often for _, often in counts)), 0
    for value, often in counts:
        seen += often
        if seen >= wanted:
            return value
    return counts[-1][0]
