"""The work that waits at the loader when a model asks for its load.

A queue with one server, first come first served, whose customers are the models themselves: a model that waits does not
ask again. The density f of the backlog v satisfies the level crossing equation (Brill and Posner 1977)

    f(v) = Λ(0) P₀ B̄(v) + ∫₀ᵛ Λ(u) f(u) B̄(v − u) du,

with B̄ the tail of the load times and Λ(u) the rate of new loads at a backlog of u. Λ falls as models queue up, so that
there is a solution whatever the traffic.

The memory is full whatever the backlog: the more models wait, the fewer of the others are out of it and can ask. That is
what κ(v) below does; and a model that asks finds a backlog of v in proportion to the chance that it is out, and does not
wait, at v (exactly so for two models in memory for one).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from packing.coldstart.arrays import Floats

STEPS, AT_ONCE = 96, 20.0
"""Steps of the backlog; loads asked for in one of them beyond which more make no difference (and the density would overflow)."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a model finds.

    Parameters
    ----------
    at : (T, V) seconds of backlog, evenly spaced from 0.
    beyond : (T, N, V) chance that a model finds more; at 0 this is the chance that the loader is not idle.
    mean : (T, N) seconds that a model finds.
    """

    at: Floats
    beyond: Floats
    mean: Floats


def backlog(rate: Floats, miss: Floats, waiting: Floats, load_s: Floats, size: Floats) -> Backlog:
    """The backlog that a model finds when it asks for a load.

    Parameters
    ----------
    rate, miss, waiting : (T, N) requests/s, chance to miss while not waiting, share of the time spent waiting or loading.
    load_s, size : (N,) seconds, bytes.
    """
    asks = rate * miss
    step = _range(asks, load_s)[:, None] / (STEPS - 1)
    at = step * np.arange(STEPS)
    middle = at + step / 2
    total = np.maximum(asks.sum(axis=1), 1e-300)
    # B̄ as its mean over each step, by the models that ask
    tail = np.einsum("tn,tvn->tv", asks, np.clip((load_s - at[:, :, None]) / step[:, :, None], 0.0, 1.0)) / total[:, None]
    free = np.concatenate([np.ones((*asks.shape, 1)), 1 - _waiting(asks, load_s, middle)], axis=2)  # (T, N, 1 + V): idle, and each step
    free *= _out(free, miss, waiting, asks * load_s, size)[:, None, :]
    rates = np.minimum(np.einsum("tn,tnv->tv", asks, free), AT_ONCE / step)
    density, flow = np.empty_like(at), np.empty_like(at)
    for v in range(STEPS):
        known = rates[:, 0] * tail[:, v]
        if v:
            known = known + step[:, 0] * (flow[:, :v] * (tail[:, v:0:-1] + tail[:, v - 1 :: -1][:, :v]) / 2).sum(axis=1)
        # what enters within the step itself is on the other side of the equation
        density[:, v] = known / np.maximum(1 - 0.5 * step[:, 0] * rates[:, v + 1] * tail[:, 0], 0.25)
        flow[:, v] = rates[:, v + 1] * density[:, v]
    mass = (density * step)[:, None, :] * free[:, :, 1:]
    whole = free[:, :, 0] + mass.sum(axis=2)
    mass /= np.maximum(whole, 1e-300)[:, :, None]
    return Backlog(at, np.cumsum(mass[:, :, ::-1], axis=2)[:, :, ::-1], np.einsum("tnv,tv->tn", mass, middle))


def _out(free: Floats, miss: Floats, waiting: Floats, loading: Floats, size: Floats) -> Floats:
    """(T, 1 + V) κ: how much likelier than in the mean a model that does not wait is out of memory."""
    share = np.minimum(loading.sum(axis=1), 1.0)
    one = loading @ size / np.maximum(loading.sum(axis=1), 1e-300)
    held = ((1 - waiting) * (1 - miss)) @ size + share * one
    left = np.repeat(held[:, None], free.shape[2], axis=1)
    left[:, 1:] -= one[:, None]
    apart, missing = np.einsum("tnv,n->tv", free, size), np.einsum("tnv,tn->tv", free, miss * size)
    most = 1 / np.maximum(miss.max(axis=1), 1e-12)
    kappa: Floats = np.clip((apart - left) / np.maximum(missing, 1e-9 * size.sum()), 1e-6, most[:, None])
    return kappa


def _range(asks: Floats, load_s: Floats) -> Floats:
    """(T,) seconds: beyond this there is next to no backlog. No more than one load of every model."""
    most = (asks > 0) @ load_s
    offered = asks @ load_s
    long = asks @ load_s**2 / np.maximum(offered, 1e-300)  # second moment over mean
    end: Floats = np.maximum(np.minimum(most, 2.0 * load_s.max() + 9 * long / np.maximum(1 - offered, 0.04)), 1e-9)
    return end


def _waiting(asks: Floats, load_s: Floats, at: Floats) -> Floats:
    """(T, N, V) chance that a model is in the queue at this backlog: the queue holds those that asked in some last stretch."""
    busy = np.maximum(asks.sum(axis=1), 1e-300)
    stretch = np.geomspace(1e-4, 1e4, 64)  # in times between two loads
    held = np.einsum("n,tnk->tk", load_s, 1 - np.exp(-asks[:, :, None] * (stretch / busy[:, None])[:, None, :]))
    asked = np.stack([np.interp(at[row], held[row], stretch) for row in range(len(at))]) / busy[:, None]
    found: Floats = 1 - np.exp(-asks[:, :, None] * asked[:, None, :])
    return found
