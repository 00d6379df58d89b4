"""What a model serves at least while a migration runs: the one definition that planner and replay share.

For a model with old and new serving copies c, requests/s s, zones z, and u = `max_unavailable`:

    copies        >= min(c_old, c_new) - u
    requests/s    >= min(s_old, s_new, peak traffic) - u x the fastest of its old and new copies    (where throughput is in force)
    zones         >= min(z_old, z_new, min_zones) - u                                              (where min_zones > 1)

A model that the new problem does not have has no floor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packing.domain.demand import throughput_in_force
from packing.domain.workload import Model


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that serves at any time: copies, millionths of a request/s, zones."""

    copies: int = 0
    rate: int = 0
    zones: int = 0


@dataclass(frozen=True, slots=True)
class Serving:
    """What some copies of a model serve: their number, millionths of a request/s in all and of the fastest, their zones."""

    copies: int
    rate: int
    fastest: int
    zones: int


def serving(copies: Iterable[tuple[int | None, str]]) -> Serving:
    """Sum up copies, each with its requests/s (millionths, None: not known) and its zone."""
    listed = [(rate or 0, zone) for rate, zone in copies]
    rates = [rate for rate, _ in listed]
    return Serving(len(listed), sum(rates), max(rates, default=0), len({zone for _, zone in listed}))


def floor_of(model: Model, old: Serving, new: Serving, unavailable: int | None = None) -> Floor:
    """The floor of a model between two placements; `unavailable` None: its own `max_unavailable`."""
    dip = model.max_unavailable if unavailable is None else unavailable
    rate = min(old.rate, new.rate, model.peak_micro) - dip * max(old.fastest, new.fastest) if throughput_in_force(model) else 0
    zones = min(old.zones, new.zones, model.min_zones) - dip if model.min_zones > 1 else 0
    return Floor(max(0, min(old.copies, new.copies) - dip), max(0, rate), max(0, zones))
