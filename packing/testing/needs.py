"""What a model asks for, and what is missing of it: docs/rules.md read once more, for judges that share nothing with the solver.

`packing.domain.demand` says the same to formulation, greedy and bounds, `packing.verify.demand` to the
checker. Were one of them wrong, those that read it would agree on what is wrong; so nothing of it is used here. Names are those of docs/rules.md, "A standing reserve" and "Copies that are missing".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from packing.domain.words import Survive
from packing.domain.workload import Mode, Model

MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Needs:
    """The counts of one model. Rates are in millionths of a request/s.

    Parameters
    ----------
    served : whether the rule `throughput` is in force: there is traffic, and a mode states requests/s.
    t : what one copy counts with at most; None: with what its mode delivers.
    spare : copies asked for on top, and the most that one node (zone) may have of a model that survives the loss of one.
    base : copies asked for whatever the traffic.
    demand : what all copies must count for; 0 where `served` is not.
    fastest : what a copy of the fastest mode counts with; 0 where `served` is not.
    limit : copies at most; None: no limit.
    node, zone : copies on one node, in one zone, at most; None: no limit.
    """

    served: bool
    t: int | None
    spare: int
    base: int
    demand: int
    fastest: int
    limit: int | None
    node: int | None
    zone: int | None

    def counts(self, mode: Mode) -> int:
        """What a copy in this mode counts with."""
        return _capped(_rate(mode), self.t)

    def copies(self, mode: Mode) -> int | None:
        """Copies if all run in this mode; None where it serves nothing of what is asked for."""
        if not self.served:
            return self.base
        rate = self.counts(mode)
        return max(self.base, math.ceil(Fraction(self.demand, rate))) if rate else None

    def missing(self, placed: int, rate: int) -> int:
        """Copies that are missing where `placed` copies count for `rate`."""
        by_number = self.base - placed
        by_rate = -((rate - self.demand) // self.fastest) if self.fastest else 0
        return max(0, by_number, by_rate)

    @property
    def asked(self) -> int:
        """Copies that are missing where none is placed."""
        return self.missing(0, 0)


def needs_of(model: Model) -> Needs:
    """The counts of a model with its modes."""
    peak = _peak(model)
    rates = [_rate(mode) for mode in model.modes]
    served = peak > 0 and any(rates)
    least = model.copies.min
    survive = model.survive if model.survive is not Survive.NONE and (least > 0 or served) else None
    t = min(max(rates), math.ceil(Fraction(peak, max(1, least)))) if survive and served else None
    spare = 0
    if survive is Survive.NODE:
        spare = model.max_copies_per_node or 1
    elif survive is Survive.ZONE:
        asked = max(least, math.ceil(Fraction(peak, t)) if t else 0)
        spare = math.ceil(Fraction(asked, max(2, model.min_zones) - 1))
    return Needs(
        served=served,
        t=t,
        spare=spare,
        base=max(least + spare, model.min_zones) if least else 0,
        demand=peak + spare * (t or 0) if served else 0,
        fastest=_capped(max(rates), t) if served else 0,
        limit=None if model.copies.max is None else model.copies.max + spare,
        node=spare if survive is Survive.NODE else model.max_copies_per_node,
        zone=spare if survive is Survive.ZONE else None,
    )


def _peak(model: Model) -> int:
    """Demand of the busiest slot, rounded up: it is a need."""
    return 0 if model.traffic is None else max(math.ceil(_exact(rate) * MILLION) for rate in model.traffic.requests_per_second)


def _rate(mode: Mode) -> int:
    """Requests/s of a copy, rounded down: they are a capacity."""
    return _millionths(mode.requests_per_second or 0)


@lru_cache(maxsize=2**12)
def _millionths(rate: float) -> int:
    return math.floor(_exact(rate) * MILLION)


def _capped(rate: int, most: int | None) -> int:
    return rate if most is None else min(rate, most)


def _exact(value: float) -> Fraction:
    return Fraction(str(value))
