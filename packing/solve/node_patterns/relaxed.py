"""Which mixture of dimensions bounds a bin's value well: a suggestion only, any mixture is valid."""

from __future__ import annotations

import numpy as np

PARTS = 1_000
"""Into how many parts a mixture is divided."""
ROUNDS = 120
"""Steps of the subgradient method."""


def relaxed_duals(share: np.ndarray, values: np.ndarray, most: np.ndarray) -> np.ndarray:
    """argmin over λ ≥ 0 of Σ λ + Σ_j most_j (v_j − λ·w_j)⁺, nearly: a subgradient method with halving steps.

    Parameters
    ----------
    share : (n, d) needs as shares of the capacity.
    values : (n,) of a copy.
    most : (n,) copies.
    """
    dimensions = share.shape[1]
    if dimensions < 2:  # nothing to mix
        return np.ones(dimensions)
    values = values / values.max()
    count = np.minimum(most, 1_000)
    price = np.full(dimensions, (values / (share.mean(axis=1) + 1e-9)).max() / dimensions / 2)
    best, value = price, np.inf
    scale, stale = 0.5, 0
    for _ in range(ROUNDS):
        gain = values - share @ price
        inside = gain > 0
        now = price.sum() + (gain * count)[inside].sum()
        if now < value - 1e-9:
            best, value, stale = price, now, 0
        else:
            stale += 1
            if stale >= 6:
                scale, stale, price = scale / 2, 0, best
                continue
        slope = 1.0 - (share * count[:, None])[inside].sum(axis=0)
        length = float(slope @ slope)
        if length < 1e-12:
            break
        price = np.maximum(0.0, price - scale * max(now - 0.9 * value, 0.02 * abs(now)) / length * slope)
    return best
