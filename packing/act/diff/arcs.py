"""Which bags of copies have something in common, and how much."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from packing.act.diff.assignment import Arcs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_ARCS = 1_000_000
"""Beyond this, rows keep only the pairs that are worth most."""


def overlaps(left: Sequence[Counter[int]], right: Sequence[Counter[int]], sizes: Sequence[int]) -> tuple[Arcs, bool]:
    """For every pair that shares copies of a form: how many, and their bytes; ties are all 0.

    Returns
    -------
    The arcs, and whether they are all there are (no row had to be cut).
    """
    import numpy as np

    index: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for column, bag in enumerate(right):
        for form, count in bag.items():
            index[form].append((column, count))
    places = {form: (np.array([column for column, _ in found]), np.array([count for _, count in found])) for form, found in index.items()}
    most, whole, total = max(16, MOST_ARCS // max(len(left), 1)), True, 0
    rows, columns, counts, bytes_ = [], [], [], []
    for row, bag in enumerate(left):
        shared, size = np.zeros(len(right), dtype=np.int64), np.zeros(len(right), dtype=np.int64)
        for form, count in bag.items():
            if form in places:
                where, theirs = places[form]
                common = np.minimum(count, theirs)
                shared[where] += common
                size[where] += common * sizes[form]
        found = np.flatnonzero(shared)
        total += len(found)
        if total > MOST_ARCS and len(found) > most:
            whole = False
            found = found[np.lexsort((size[found], shared[found]))[-most:]]
        rows.append(np.full(len(found), row))
        columns.append(found)
        counts.append(shared[found])
        bytes_.append(size[found])
    flat = [np.concatenate([np.zeros(0, dtype=np.int64), *parts]) for parts in (rows, columns, counts, bytes_)]
    return Arcs(rows=flat[0], columns=flat[1], counts=flat[2], sizes=flat[3], ties=flat[0] * 0), whole


def with_ties(arcs: Arcs, preferred: NDArray[np.int64]) -> Arcs:
    """The same arcs with other preferences among equals."""
    return Arcs(arcs.rows, arcs.columns, arcs.counts, arcs.sizes, preferred)
