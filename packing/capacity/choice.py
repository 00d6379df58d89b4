"""What a copy is asked for, the places and ways to run it, and how many requests in flight it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from packing.capacity.serving import IDLE_BATCH, LEAST_GAIN, Point
from packing.capacity.target import Chip

LONGEST_S = 3600.0
"""No mode answers later than this, SLO or not: such a copy serves nobody."""


class Need(NamedTuple):
    """What one copy is asked for."""

    prompt: float
    output: float
    rate: float
    """requests/s that one copy should serve where it can; 0: no traffic stated"""
    ttft_s: float | None
    tpot_s: float | None
    server: str | None = None
    """The software whose start a copy waits for (`packing.capacity.engine_start`); None: it runs already."""


class Place(NamedTuple):
    """A kind of accelerator with its usable memory, over all kinds of nodes that have it. `chip` None: CPUs."""

    chip: Chip | None
    memory: int
    nodes: tuple[tuple[int, float, int], ...]
    """(accelerators, vCPU, host memory) of each kind of node"""
    shared: bool
    load_bandwidth: float


class Option(NamedTuple):
    """A mode before rounding. `batch`: places for requests in flight."""

    accelerator: str | None
    accelerators: int
    memory: int
    share: float
    vcpus: float
    host_memory: int
    rate: float
    ttft_s: float
    tpot_s: float
    load_s: float
    precision: str
    engine: str
    batch: int


def within(point: Point, need: Need, share: float) -> bool:
    """Whether the latencies are within the SLO; where it is silent, any below `LONGEST_S` is."""
    ttft, tpot = point.ttft_s / share, point.tpot_s / share
    if max(ttft, tpot) > LONGEST_S:
        return False
    return (need.ttft_s is None or ttft <= need.ttft_s) and (need.tpot_s is None or tpot <= need.tpot_s)


def chosen(points: Sequence[Point], need: Need, share: float = 1.0) -> Point | None:
    """The first point within the SLO that serves the rate; failing that the last one that still serves more.

    Memory grows with the batch, so that the first one that suffices reserves no more KV cache than the traffic can use.
    """
    best = None
    for point in points:
        if not within(point, need, share):
            break
        if best is not None and point.planned < best.planned * (1 + LEAST_GAIN):
            break
        best = point
        if (point.planned * share * 0.99 >= need.rate) if need.rate else (point.batch >= IDLE_BATCH):
            break
    return best
