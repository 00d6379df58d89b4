"""The chance that a model still has room: that the others used since then fit beside it.

With independent requests and no load times this is exact: least recently used keeps the models in the order of their
last use, so that a model goes exactly when the sizes of those used after it, with its own, exceed the memory.
"""

from __future__ import annotations

import math

import numpy as np

from packing.coldstart.arrays import Floats, Numbers

EVERY_SUBSET = 9
"""Up to so many models all subsets are listed; more are added up on a grid of sizes."""
GRID, ABOUT = 128, 32
"""Steps that the memory is cut into where the sizes have no large enough common divisor, and how many more or fewer may fit better."""
ROWS = 512
"""Rows that are worked on together: what they need fits into the processor's cache."""


def room(used: Floats, size: Floats, capacity: float) -> Floats:
    """Chance that the other models that are used fit beside each model.

    Parameters
    ----------
    used : (R, N) chance that a model was used, independent of the others in its row.
    size : (N,) bytes.
    capacity : bytes.

    Returns
    -------
    (R, N): for each model i, P(sum of the sizes of the used others ≤ capacity − size_i).
    """
    if size.sum() <= capacity:
        return np.ones_like(used)
    return _subsets(used, size, capacity) if len(size) <= EVERY_SUBSET else _grid(used, size, capacity)


def _subsets(used: Floats, size: Floats, capacity: float) -> Floats:
    count = len(size)
    chance = np.ones((len(used), 1))
    sums = np.zeros(1)
    for at in range(count):  # bit `at` of a subset's number says whether the model is in it
        chance = np.concatenate([chance * (1 - used[:, at, None]), chance * used[:, at, None]], axis=1)
        sums = np.concatenate([sums, sums + size[at]])
    inside = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    fits = sums[:, None] - inside * size + size <= capacity
    found: Floats = chance @ fits.astype(float)
    return found


def _grid(used: Floats, size: Floats, capacity: float) -> Floats:
    step, steps = _unit(size, capacity)
    whole = np.rint(size / step).astype(np.intp)
    # A sum of rounded sizes stands for all sums within half a step of it; where the grid is exact, for itself.
    exact = bool(np.all(whole * step == size))
    limit = (capacity - size) / step - (0.0 if exact else 0.5)
    below = np.floor(limit + 1e-9).astype(np.intp)
    part = np.zeros_like(limit) if exact else limit - below
    found = np.empty_like(used)
    for at in range(0, len(used), ROWS):
        found[at : at + ROWS] = _rows(used[at : at + ROWS].T, whole, below, part, steps)
    return found


def _unit(size: Floats, capacity: float) -> tuple[float, int]:
    """Bytes of a step, and how many there are: exact where the sizes allow it."""
    divisor = math.gcd(*(int(each) for each in size))
    if capacity // divisor <= 2 * GRID:
        return float(divisor), int(capacity // divisor)
    # Sizes that are nearly equal are all rounded the same way, and the errors add up: of some grids that with the least in a full memory.
    steps = np.arange(GRID - ABOUT, GRID + ABOUT + 1)
    parts = size * (steps / capacity)[:, None]
    errors, full = np.rint(parts) - parts, min(capacity / size.sum(), 1.0)
    best = int(np.argmin(np.abs(errors.sum(axis=1)) * full + np.sqrt((errors**2).sum(axis=1) * full)))
    return capacity / int(steps[best]), int(steps[best])


def _rows(used: Floats, whole: Numbers, below: Numbers, part: Floats, steps: int) -> Floats:
    """For each model: the sums of the models before it, joined with those after it (nothing is ever taken out again: that is stable)."""
    count, rows = used.shape
    after = np.zeros((count + 1, steps + 1, rows))
    after[count, 0] = 1.0
    for at in range(count - 1, -1, -1):
        _add(after[at + 1], used[at], int(whole[at]), after[at])
    np.cumsum(after, axis=1, out=after)
    before, other = np.zeros((steps + 1, rows)), np.zeros((steps + 1, rows))
    before[0] = 1.0
    found = np.empty((rows, count))
    for at in range(count):
        last = int(below[at])
        found[:, at] = _joined(before, after[at + 1], last)
        if part[at]:
            found[:, at] += part[at] * (_joined(before, after[at + 1], last + 1) - found[:, at])
        _add(before, used[at], int(whole[at]), other)
        before, other = other, before
    return found


def _add(sums: Floats, used: Floats, size: int, out: Floats) -> None:
    """The distribution of the sum with one more model; what exceeds the memory is dropped."""
    np.multiply(sums, 1 - used, out=out)
    if size < len(sums):
        out[size:] += sums[: len(sums) - size] * used


def _joined(before: Floats, after: Floats, last: int) -> Floats:
    """Chance that the two sums together are at most `last` steps."""
    if last < 0:
        return np.zeros(before.shape[1])
    last = min(last, len(before) - 1)
    both: Floats = np.einsum("xr,xr->r", before[: last + 1], after[last::-1])
    return both
