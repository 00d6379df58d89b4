"""A discrete-event simulation of one server with continuous batching: the judge of the queueing part of the capacity laws.

It shares the step times with the laws (a `Roofline`), and nothing of their queueing: requests arrive at random, wait in order of
arrival for one of the places (the KV cache holds no more), are prefilled in chunks beside the decoding of those that run, and
leave after their last token. Percentiles are read off the requests, not computed.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from packing.capacity.latency import Roofline

CHUNK = 4096
"""Tokens that one step prefills at most."""
WARM = 0.1
"""Share of the requests at the start that do not count."""


class Seen(NamedTuple):
    """What users of the server saw: seconds, the share of the requests that had to wait for a place, and every TTFT."""

    ttft_s: float
    tpot_s: float
    waited: float
    rate: float
    every_ttft_s: tuple[float, ...]

    def late(self, ttft_s: float) -> float:
        """Share of the requests whose first token came later than that."""
        return sum(each > ttft_s for each in self.every_ttft_s) / len(self.every_ttft_s)


@dataclass(slots=True)
class _Request:
    arrival: float
    output: int
    to_prefill: float
    done: int = 0
    first: float = 0.0
    last: float = 0.0
    waited: bool = False


@dataclass(slots=True)
class Server:
    """One copy with `places` requests in flight at most; prompts of `prompt` tokens."""

    law: Roofline
    places: int
    prompt: float
    chunk: float = CHUNK
    clock: float = 0.0
    prefilling: deque[_Request] = field(default_factory=deque)
    decoding: list[_Request] = field(default_factory=list)

    def room(self) -> int:
        """Places that are free."""
        return self.places - len(self.prefilling) - len(self.decoding)

    def step(self) -> None:
        """One step of the engine: a token for all that decode, and a chunk of prompts in order of arrival."""
        left, ready = self.chunk, []
        while self.prefilling and left > 0:
            taken = min(left, self.prefilling[0].to_prefill)
            self.prefilling[0].to_prefill -= taken
            left -= taken
            if self.prefilling[0].to_prefill <= 0:
                ready.append(self.prefilling.popleft())
        context = self.prompt + sum(each.done for each in self.decoding) / max(1, len(self.decoding))
        self.clock += self.law.decode_s(len(self.decoding), context) if self.decoding else 0.0
        self.clock += self.law.prefill_s(self.chunk - left, self.prompt) if left < self.chunk else 0.0
        for each in ready:
            each.first = self.clock
        for each in (*self.decoding, *ready):
            each.done += 1
            each.last = self.clock
        self.decoding = [each for each in (*self.decoding, *ready) if each.done < each.output]


def arrivals(rate: float, output: float, count: int, seed: int, *, fixed: bool) -> list[tuple[float, int]]:
    """(time, output tokens): a Poisson stream; lengths fixed, or exponential with that mean."""
    rnd = random.Random(seed)
    now, found = 0.0, []
    for _ in range(count):
        now += rnd.expovariate(rate)
        found.append((now, max(2, round(output if fixed else rnd.expovariate(1 / output)))))
    return found


def simulate(law: Roofline, places: int, prompt: float, stream: list[tuple[float, int]], percentile: float = 0.95) -> Seen:
    """Percentiles of TTFT and of a request's mean time per further token, of all requests of a stream."""
    server, queue, served = Server(law, places, prompt), deque[_Request](), []
    coming = deque(_Request(at, output, prompt) for at, output in stream)
    while coming or queue or server.prefilling or server.decoding:
        if not (queue or server.prefilling or server.decoding):
            server.clock = max(server.clock, coming[0].arrival)
        while coming and coming[0].arrival <= server.clock:
            request = coming.popleft()
            request.waited = bool(queue) or not server.room()
            queue.append(request)
            served.append(request)
        while queue and server.room():
            server.prefilling.append(queue.popleft())
        server.step()
    counted = served[int(WARM * len(served)) :]

    def at(values: list[float]) -> float:
        return sorted(values)[min(len(values) - 1, math.ceil(percentile * len(values)) - 1)]

    return Seen(
        at([each.first - each.arrival for each in counted]),
        at([(each.last - each.first) / (each.output - 1) for each in counted]),
        sum(each.waited for each in counted) / len(counted),
        len(counted) / (counted[-1].last - counted[0].arrival),
        tuple(each.first - each.arrival for each in counted),
    )
