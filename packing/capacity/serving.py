"""A copy under load: what its users see at a given number of requests in flight (continuous batching).

With P one prefill, D(b) one decode step, n output tokens and b requests in flight (closed loop):

    TPOT(b) = D(b) + interference · (b − 1) · P / n
    TTFT(b) = request_s + wait_own · P + wait_others · (b − 1) · P + wait_steps · TPOT(b)
    X(b)    = b / (TTFT(b) + (n − 1) · TPOT(b))                    requests/s

Requests arrive at random, so a copy with b places is planned for less than X(b): with offered load a (requests in
flight on average), a + Z · sqrt(a) ≤ b (square-root staffing: about 5 % of arrivals find no place), and a ≤ 0.8 · b.
Latencies are those of b places all taken: on the safe side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from packing.capacity.calibration import Engine
from packing.capacity.latency import Roofline

UTILISATION = 0.8
"""Share of the closed-loop throughput that a copy is planned to serve at most."""
Z = 1.645
"""Standard deviations of the requests in flight for which there are places: 95 %."""
BATCHES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Requests in flight that are considered."""
DEFAULT_BATCH_CAP = 64
DEFAULT_TTFT_S, DEFAULT_TPOT_S = 5.0, 0.2
"""Largest batch and latencies where the model's SLO is silent: 5 tokens/s is about reading speed."""
LEAST_GAIN = 0.01
"""A larger batch is used only if it serves this much more."""
IDLE_BATCH = 8
"""Batch where no traffic is stated, so that nothing says how many requests are in flight."""


@dataclass(frozen=True, slots=True)
class Point:
    """What one copy does at `batch` requests in flight.

    Attributes
    ----------
    ttft_s, tpot_s : seconds.
    throughput : requests/s in a closed loop.
    planned : requests/s that the copy is planned to serve.
    """

    batch: int
    ttft_s: float
    tpot_s: float
    throughput: float
    planned: float


def staffing(batch: int) -> float:
    """Requests in flight on average for which `batch` places suffice."""
    root = (math.sqrt(Z * Z + 4 * batch) - Z) / 2
    return min(root * root, UTILISATION * batch)


def point(law: Roofline, engine: Engine, batch: int, prompt: float, output: float) -> Point:
    """A copy with `batch` requests of `prompt` input and `output` output tokens always in flight."""
    output = max(output, 1.0)
    prefill = law.prefill_s(prompt, prompt)
    tpot = law.decode_s(batch, prompt + output / 2) + engine.interference * (batch - 1) * prefill / output
    ttft = engine.request_s + engine.wait_own * prefill + engine.wait_others * (batch - 1) * prefill + engine.wait_steps * tpot
    residence = ttft + (output - 1) * tpot
    return Point(batch, ttft, tpot, batch / residence, staffing(batch) / residence)


def overloaded(law: Roofline, engine: Engine, clients: int, room: int, prompt: float, output: float) -> Point:
    """The same with `clients` requests always there, of which memory holds `room`: the others wait for a place.

    A request then waits on average (clients − room) / room whole residences.
    """
    if clients <= room:
        return point(law, engine, clients, prompt, output)
    full = point(law, engine, room, prompt, output)
    residence = full.batch / full.throughput
    return Point(clients, full.ttft_s + (clients - room) / room * residence, full.tpot_s, full.throughput, full.planned)


def curve(law: Roofline, engine: Engine, prompt: float, output: float, limit: int) -> Iterator[Point]:
    """Points for the batches of `BATCHES` up to `limit`."""
    return (point(law, engine, batch, prompt, output) for batch in BATCHES if batch <= limit)
