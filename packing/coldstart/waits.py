"""From a model's chance to miss and the backlog that it finds to the waits of its requests.

A request that misses waits D = backlog + load; those that come meanwhile (λ·D of them in the mean, spread evenly) wait
for what is left of D. Over one miss and all hits that go with it,

    P(wait > x) = μ (P(D > x) + λ E[(D − x)⁺]) / (1 + μ λ E[D]),

with μ the chance that a request which does not come during a load misses.
"""

from __future__ import annotations

import numpy as np

from packing.coldstart.answer import Waits
from packing.coldstart.arrays import Floats

BEFORE = 9
"""Points between 0 and the load time; the wait of those that come during a load is spread over them."""


def grid(load_s: float, longest: float, count: int = 90) -> Floats:
    """Seconds at which a model's waits are tabulated: the load time twice, since many wait exactly so long."""
    head = np.linspace(0.0, load_s, BEFORE) if load_s else np.zeros(1)
    tail = load_s + longest * np.linspace(0.0, 1.0, count) ** 1.6
    return np.concatenate([head, tail])


def beyond(at: Floats, load_s: float, rate: Floats, miss: Floats, backlog_at: Floats, backlog: Floats) -> Floats:
    """P(wait > x), shape (T, X), at each of the times, just before a jump where a time stands twice.

    Parameters
    ----------
    at : (X,) seconds, from `grid`.
    rate, miss : (T,) requests/s, and chance to miss.
    backlog_at, backlog : (T, V) seconds, and the chance that there is more.
    """
    made = np.empty((len(rate), len(at)))
    head = len(at) if not load_s else BEFORE
    for row in range(len(rate)):
        seconds, more = backlog_at[row], backlog[row]
        step = seconds[1] - seconds[0]
        # `more` is the chance of more than the beginning of each step: linear between.
        seconds, more = np.append(seconds, seconds[-1] + step), np.append(more, 0.0)
        area = np.concatenate([[0.0], np.cumsum((more[1:] + more[:-1]) / 2 * np.diff(seconds))])
        left = area[-1] - np.interp(np.maximum(at - load_s, 0.0), seconds, area)
        late = np.interp(at - load_s, seconds, more)
        if load_s:
            late[:head] = 1.0
        left = left + np.maximum(load_s - at, 0.0)
        delay = load_s + area[-1]
        made[row] = miss[row] * (late + rate[row] * left) / (1 + miss[row] * rate[row] * delay)
    return made


def waits(at: Floats, values: Floats) -> Waits:
    """As a distribution."""
    falling = np.minimum.accumulate(np.clip(values, 0.0, 1.0))
    return Waits(tuple(at.tolist()), tuple(falling.tolist()))
