"""A copy under load: what its users see at a given number of requests in flight (continuous batching).

With P one prefill, D(b) one decode step, n output tokens and b requests in flight (closed loop):

    TPOT(b) = D(b) + interference · (b − 1) · P / n
    TTFT(b) = request_s + wait_own · P + wait_others · (b − 1) · P + wait_steps · TPOT(b)
    X(b)    = b / (TTFT(b) + (n − 1) · TPOT(b))                    requests/s

That is what benchmarks measure, and what the parameters are fitted to. A plan has to hold for requests that arrive at random (Poisson), at
the percentile of the SLO, 95 %:

* Memory holds b requests; the others queue for a place. The offered load a (requests in flight on average) is so small that at most 5 %
  of the arrivals find no place (Erlang C of b places), and a ≤ 0.8 · b.
* Prompts queue for prefilling. One takes S = P + ⌈prompt / chunk⌉ · D(b), as the others go on decoding beside it; at load ρ = planned · S ≤ 0.8
  the wait of an M/D/1 queue is exceeded by 5 % at S · (ρ / (2 (1 − ρ)) + 1/3) · ln(ρ / 0.05).
* Short prompts are prefilled together, m of them in one step of `PREFILL_CHUNK` tokens: a step of S(m) = P(m prompts) + D(b) serves m, and all but
  5 % of the requests wait less than S(m) · max(2, 1.6 + w / m), w the wait above at load planned · S(m) / m (as encoders do). The m with the
  smallest TTFT counts, and planned ≤ 0.8 · m / S(m) for the m that serves most.
* TTFT is the larger of that wait + request_s + P + D(b) and the closed-loop figure with b places all taken; TPOT is that of b places all taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from packing.capacity.calibration import Engine
from packing.capacity.latency import Roofline
from packing.capacity.memory import PREFILL_CHUNK

UTILISATION = 0.8
"""Share of the closed-loop throughput that a copy is planned to serve at most."""
FULL = UTILISATION * (1 + 1e-9)
"""The same against noise in the last bit."""
LATE = 0.05
"""Share of the requests that may miss the stated TTFT: SLOs are met at the 95th percentile."""
BATCHES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Requests in flight that are considered."""
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


@cache
def staffing(batch: int) -> float:
    """Requests in flight on average at which no more than `LATE` of the arrivals find all `batch` places taken."""
    low, high = 0.0, UTILISATION * batch
    if _all_taken(batch, high) <= LATE:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _all_taken(batch, middle) <= LATE else (low, middle)
    return low


def _all_taken(places: int, load: float) -> float:
    """Erlang's C: the probability that an arrival has to wait for one of the places; load < places."""
    blocked = 1.0
    for place in range(1, places + 1):
        blocked = load * blocked / (place + load * blocked)
    return blocked / (1 - load / places * (1 - blocked))


def late_wait(load: float) -> float:
    """Services that all but `LATE` of the arrivals wait less than, one at a time at this load (M/D/1, its exponential tail); load < 1."""
    return (load / (2 * (1 - load)) + 1 / 3) * math.log(load / LATE) if load > LATE else 0.0


def batch_wait(batch: int, load: float) -> float:
    """Runs from arrival to answer that all but `LATE` of the requests stay within, served in batches of up to `batch`."""
    return max(2.0, 1.6 + late_wait(load) / batch)


def _together(tokens: float, prompt: float, batch: int) -> int:
    """Prompts of `prompt` tokens that are prefilled in one step of so many tokens, of `batch` requests."""
    return max(1, min(batch, int(tokens / max(prompt, 1.0))))


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


def promised(law: Roofline, engine: Engine, batch: int, prompt: float, output: float) -> Point:
    """What a copy with `batch` places promises to requests that arrive at random: the 95th percentile of TTFT at the planned rate."""
    full = point(law, engine, batch, prompt, output)
    prefill, step = law.prefill_s(prompt, prompt), law.decode_s(batch, prompt + output / 2)
    service = prefill + math.ceil(prompt / PREFILL_CHUNK) * step
    most = _together(PREFILL_CHUNK, prompt, batch)
    steps = {joint: law.prefill_s(joint * prompt, prompt) + step for joint in (*(each for each in BATCHES if 1 < each < most), most) if joint > 1}
    fastest = min([service, *(run / joint for joint, run in steps.items())])
    planned = min(full.planned, UTILISATION / fastest) if fastest else full.planned
    waits = [run * batch_wait(joint, load) for joint, run in steps.items() if (load := planned * run / joint) <= FULL]
    if planned * service <= FULL:
        waits.append(prefill + step + service * late_wait(planned * service))
    return replace(full, ttft_s=max(full.ttft_s, engine.request_s + min(waits)), planned=planned)


def curve(law: Roofline, engine: Engine, prompt: float, output: float, limit: int) -> Iterator[Point]:
    """What the batches of `BATCHES` up to `limit` promise; not those that plan less than a smaller one, as a server need not fill its places."""
    most = 0.0
    for batch in BATCHES:
        if batch <= limit and (found := promised(law, engine, batch, prompt, output)).planned >= most:
            most = found.planned
            yield found
