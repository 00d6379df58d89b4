"""Requests to the copies of single-model and inference-component endpoints."""

from __future__ import annotations

from collections.abc import Sequence

from packing.act.rehearse.neighbours import Unit
from packing.act.rehearse.stations import Station


def feed(station: Station, times: Sequence[float], requests: Sequence[int]) -> None:
    """Requests to one copy that nobody slows down, in the order of time."""
    advance, arrive = station.advance, station.arrive
    for time, request in zip(times, requests, strict=True):
        advance(time)
        arrive(request)


def feed_units(times: Sequence[float], copies: Sequence[int], requests: Sequence[int], stations: Sequence[Station], units: Sequence[Unit]) -> None:
    """Requests to several copies that slow each other down, in the order of time; to which copy each goes is known."""
    for time, at, request in zip(times, copies, requests, strict=True):
        units[at].advance(time)
        stations[at].arrive(request)
        units[at].changed()


def feed_least(times: Sequence[float], models: Sequence[int], requests: Sequence[int], ready: Sequence[Sequence[tuple[Station, Unit]]]) -> None:
    """Requests to the copy of their model with the fewest requests; of equal ones the one that has been given less.

    Parameters
    ----------
    models : of each request, as an index into `ready`.
    ready : copies of each model.
    """
    for time, model, request in zip(times, models, requests, strict=True):
        least, chosen = None, None
        for station, unit in ready[model]:
            unit.advance(time)
            load = len(station.inside) + len(station.queue)
            if least is None or (load, station.given) < least:
                least, chosen = (load, station.given), (station, unit)
        assert chosen is not None, "requests come only where there are copies"
        chosen[0].given += 1
        chosen[0].arrive(request)
        chosen[1].changed()
