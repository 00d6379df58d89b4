"""The wait of requests that are served in batches: the stated percentile against an event-driven queue."""

from __future__ import annotations

import random

import pytest

from packing.capacity.kinds import batch_wait

ARRIVALS = 60_000


def simulated(batch, load):
    """95th percentile of the time from arrival to answer, in runs, if every batch takes as long as a full one."""
    draw, now, times = random.Random(f"{batch} {load}"), 0.0, []
    for _ in range(ARRIVALS):
        now += draw.expovariate(load * batch)
        times.append(now)
    waits, free, index = [], 0.0, 0
    while index < len(times):
        start, taken = max(free, times[index]), index
        while taken < len(times) and taken - index < batch and times[taken] <= start:
            taken += 1
        waits += [start + 1 - time for time in times[index:taken]]
        free, index = start + 1, taken
    return sorted(waits)[int(0.95 * len(waits))]


@pytest.mark.parametrize("load", [0.5, 0.8])
@pytest.mark.parametrize("batch", [1, 2, 4, 8, 16, 64])
def test_no_more_than_one_in_twenty_waits_longer_than_stated(batch, load):
    assert 0.97 <= batch_wait(batch, load) / simulated(batch, load) <= 1.2
