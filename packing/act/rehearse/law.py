"""How long a copy takes: what its mode states, read as a law that a queue can run on.

Two shapes are enough:

* `Law`: places for requests in flight (continuous batching). With n of them taken, a newcomer sees its first token after first_s[n],
  and every request in flight gets a token each step_s[n].
* `Law` with `whole` set: a server that takes up to so many requests together and hands them back together (encoders).

A mode states requests/s r, and TTFT T and TPOT t at that rate. With n output tokens a request is in flight for R = T + (n - 1) t,
so that by Little's law a = r R requests are in flight on average. A copy that is planned for a of them at random has c places,
c = a + 1.645 sqrt(a), and at least a / 0.8 (docs/rehearse.md). With all places taken it is as slow as the mode states. How much
faster it is with fewer of them is known where the architecture is (`packing.act.rehearse.shape`); given figures are taken as they
are at any load, which is on the safe side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from packing.capacity.serving import late_wait
from packing.domain.workload import Mode

Z, UTILISATION = 1.645, 0.8
"""Standard deviations of the requests in flight for which there are places, and the share of the places that is planned with at most."""
MOST_PLACES = 1024
"""Places of a copy whose mode states no requests/s: as good as no limit."""
SLACK = 0.02
"""Figures of modes have three digits; so much more than a whole place is no place."""
LEAST_S = 1e-6
"""No request is served in less: nothing divides by zero."""
UNKNOWN_UTILISATION = 0.8
"""Load at which a copy is taken to be planned where its mode states requests/s and no latency."""


@dataclass(frozen=True, slots=True)
class Law:
    """Times of one copy.

    Parameters
    ----------
    first_s, step_s : seconds by the number of requests in flight; index 0 is not used, the last one is the number of places.
    own_s : the part of the first token's time that grows with the request's own input.
    prefill_s : seconds for which a prompt keeps others from being prefilled; 0: that is not known, or in first_s already.
    whole : requests are taken together, up to the number of places, and end together after first_s[taken].
    """

    first_s: tuple[float, ...]
    step_s: tuple[float, ...]
    own_s: float
    whole: bool = False
    prefill_s: float = 0.0

    @property
    def places(self) -> int:
        """Requests that may be in flight."""
        return len(self.first_s) - 1


def constant(places: int, first_s: float, step_s: float) -> Law:
    """The same times at any load."""
    first_s = max(first_s, LEAST_S)
    return Law((first_s,) * (places + 1), (step_s,) * (places + 1), first_s)


def places_for(in_flight: float) -> int:
    """Places of a copy that is planned for so many requests in flight on average: the converse of square-root staffing."""
    wanted = max(in_flight + Z * math.sqrt(in_flight), in_flight / UTILISATION)
    return min(MOST_PLACES, max(1, math.ceil(wanted * (1 - SLACK))))


def service_of_one(rate: float, response_s: float) -> float:
    """Service time of a single server of which 95 % of the responses are within `response_s` at `rate` requests/s (M/D/1).

    The S with S (1 + w(r S)) = T, by bisection; w as `packing.capacity.serving.late_wait`, with which derived modes are made.
    """
    low, high = 0.0, min(response_s, 1 / rate if rate else response_s)
    for _ in range(60):
        service = (low + high) / 2
        load = rate * service
        late = load >= 1 or service * (1 + late_wait(load)) > response_s
        low, high = (low, service) if late else (service, high)
    return high


def stated_law(mode: Mode, output: float) -> Law | None:
    """What the figures of a mode alone say; None where it states neither requests/s nor TTFT nor TPOT.

    Parameters
    ----------
    output : output tokens of a typical request.
    """
    rate, steps = mode.requests_per_second, max(output - 1, 0.0)
    tpot = (mode.tpot_ms or 0.0) / 1000
    if mode.ttft_ms is None and mode.tpot_ms is None:
        if not rate:
            return None
        return constant(1, UNKNOWN_UTILISATION / rate, 0.0)
    first = (mode.ttft_ms or 0.0) / 1000
    if rate is None:
        return constant(MOST_PLACES, first, tpot)
    if steps * tpot == 0:
        return constant(1, service_of_one(rate, first), 0.0)
    return constant(places_for(rate * (first + steps * tpot)), first, tpot)
