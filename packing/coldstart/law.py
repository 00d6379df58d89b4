"""The fixed point: how often models miss, from who was used since; who was used since, from how often they wait for loads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from packing.coldstart.arrays import Floats
from packing.coldstart.backlog import Backlog, backlog
from packing.coldstart.clock import Members, lags
from packing.coldstart.room import EVERY_SUBSET, room

LAGS, LAGS_OF_FEW, REACH, REACH_OF_FEW = 18, 60, 4.0, 10.0
"""Lags at which residency is looked at: more where it falls slowly, since few models decide it, and each costs little; and further
out, since sums of few sizes have long tails."""
ROUNDS, ENOUGH, JUMP = 12, 4e-4, 0.05
"""Rounds of the fixed point at most; the change of a chance to miss at which it ends; that above which it goes half the way."""


@dataclass(frozen=True, slots=True)
class Law:
    """What holds at each of the times (T) for each model (N).

    Parameters
    ----------
    rate : requests/s.
    miss : chance that a request misses that does not come while its model waits for a load.
    delay : mean seconds from a miss to the end of the load.
    found : the backlog.
    """

    rate: Floats
    miss: Floats
    delay: Floats
    found: Backlog

    @property
    def loads(self) -> Floats:
        """Loads per second, (T, N)."""
        made: Floats = self.rate * self.miss / (1 + self.rate * self.miss * self.delay)
        return made


def solve(members: Members, now: Floats, *, che: bool = False) -> Law:
    """The fixed point at each of the times `now` (seconds since the beginning of the first slot)."""
    slots = members.rates.shape[1]
    rate = members.rates.T[np.minimum((now / members.slot_s).astype(np.intp), slots - 1)]
    few = len(members.size) <= EVERY_SUBSET
    back = lags(members, now, LAGS_OF_FEW if few else LAGS, REACH_OF_FEW if few else REACH)
    expected = members.expected(now, back)
    unused, later = members.unused(_until_service(members, now, back, expected)), members.next_later(expected)
    weight = -np.diff(later, axis=1)  # chance that the next request comes between two lags
    miss, queued = np.zeros_like(rate), np.zeros_like(later)
    delay = np.zeros_like(rate)
    found = backlog(rate, miss, delay, members.load_s, members.size)
    for at in range(ROUNDS):
        share = 1 + rate * miss * delay
        # not used and not loading: idle, or waiting in the queue with a last use further back
        idle = _chance((unused + rate[:, None, :] * queued) / share[:, None, :])
        gone = _chance(1 - _fits(1 - idle, members, che=che))
        # Rounding leaves chances a hair below zero; a negative rate of loads would grow without limit in every exponential further on.
        new = _chance((weight * (gone[:, 1:] + gone[:, :-1]) / 2).sum(axis=1) + (1 - later[:, 0]) * gone[:, 0] + later[:, -1] * gone[:, -1])
        change = float(np.abs(new - miss).max(initial=0.0))
        miss = (miss + new) / 2 if at and change >= JUMP else new
        found = backlog(rate, miss, 1 - 1 / share, members.load_s, members.size)
        delay = found.mean + members.load_s
        queued = _queued(back, _lost(weight, gone, later), miss, found)
        if change < ENOUGH:
            break
    return Law(rate, miss, delay, found)


def _chance(value: Floats) -> Floats:
    """Within 0 and 1."""
    clipped: Floats = np.clip(value, 0.0, 1.0)
    return clipped


def _until_service(members: Members, now: Floats, back: Floats, expected: Floats) -> Floats:
    """Requests expected in each lag and the service time before it: what serves is in use as if it had just been asked for."""
    if not members.service_s.any():
        return expected
    return np.stack([members.expected(now, back + each)[:, :, at] for at, each in enumerate(members.service_s)], axis=2)


def _fits(used: Floats, members: Members, *, che: bool) -> Floats:
    times, count, models = used.shape
    if che:
        mean = used @ members.size
        return (mean[:, :, None] - used * members.size <= members.capacity - members.size).astype(float)
    return room(used.reshape(times * count, models), members.size, members.capacity).reshape(used.shape)


def _lost(weight: Floats, gone: Floats, later: Floats) -> Floats:
    """(T, K, N): chance that the next request comes after more than each lag, and misses."""
    parts = weight * (gone[:, 1:] + gone[:, :-1]) / 2
    beyond = np.cumsum(parts[:, ::-1], axis=1)[:, ::-1]
    last = (later[:, -1] * gone[:, -1])[:, None, :]
    made: Floats = np.concatenate([beyond + last, last], axis=1)
    return made


def _queued(back: Floats, lost: Floats, miss: Floats, found: Backlog) -> Floats:
    """(T, K, N) seconds per request that a model waits in the queue with its last use further back than each lag.

    With A the time to the next request and V the backlog that it finds, this is E[(A + V − t)⁺ − (A − t)⁺; missed]: the
    integral of P(A > u, missed) from t − V to t. V is taken as 0 or as its mean where there is a backlog.
    """
    queued = found.mean[:, None, :] * lost
    busy = np.maximum(found.beyond[:, :, 0], 1e-12)
    long = found.mean / busy
    for row, model in zip(*np.nonzero(long > 0.01 * back[:, :1]), strict=True):
        lag, tail = np.append(0.0, back[row]), np.append(miss[row, model], lost[row, :, model])
        area = np.append(0.0, np.cumsum((tail[1:] + tail[:-1]) / 2 * np.diff(lag)))
        earlier = back[row] - long[row, model]
        before = np.where(earlier > 0, np.interp(earlier, lag, area), earlier * miss[row, model])
        queued[row, :, model] = busy[row, model] * (area[1:] - before)
    return queued
