"""Figures at a one-sided confidence: plans that hold inside the error band of what they rest on.

A band of half-width h says that the true figure lies between figure / (1 + h) and figure · (1 + h) with 90 % probability,
symmetric in the logarithm. Taken as log-normal, the true figure is no worse than

    figure · (1 + h) ^ ± (z(q) / z(0.95))           z: quantile of the normal distribution

with probability q: requests/s go down by this factor, TTFT and TPOT go up. q = 0.95 is the edge of the band, 0.5 the figure itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

from packing.capacity.modes import rounded
from packing.domain.bands import Bands, bands_of
from packing.domain.workload import Mode, Model, Slo

EDGE = 0.95
"""One-sided confidence of the edge of a 90 % band."""
AGAIN = 1.01
"""Figures are rounded once when they are derived and once when they are scaled, so that the SLO is met with this to spare."""


class Factors(NamedTuple):
    """By how much each figure is made worse; 1: not at all."""

    ttft: float
    tpot: float
    requests_per_second: float


@lru_cache(maxsize=1024)
def factors(bands: Bands, confidence: float) -> Factors:
    """(1 + h) ^ (z(confidence) / z(0.95)) for each figure."""
    exponent = NormalDist().inv_cdf(confidence) / NormalDist().inv_cdf(EDGE)
    return Factors(*((1 + band) ** exponent for band in bands))


def states_band(mode: Mode) -> bool:
    """Whether a mode says what its performance figures are worth (a band of 0 says that they are exact)."""
    return mode.error_band is not None or mode.error_bands is not None


def robust_mode(mode: Mode, confidence: float) -> Mode:
    """The mode with its figures at this confidence, to three significant digits: latencies up, requests/s down.

    A mode without a band stays as it is: nothing says how wrong it may be.
    """
    if not states_band(mode):
        return mode
    by = factors(bands_of(mode), confidence)
    return mode.model_copy(
        update={
            "requests_per_second": _down(mode.requests_per_second, by.requests_per_second),
            "ttft_ms": _up(mode.ttft_ms, by.ttft),
            "tpot_ms": _up(mode.tpot_ms, by.tpot),
        }
    )


def _up(figure: float | None, factor: float) -> float | None:
    return figure if figure is None or factor == 1 else rounded(figure * factor, up=True)


def _down(figure: float | None, factor: float) -> float | None:
    return figure if figure is None or factor == 1 else rounded(figure / factor, up=False)


def robust_modes(model: Model, confidence: float, derive: Callable[[Model], Sequence[Mode]]) -> tuple[Mode, ...]:
    """Modes that meet the model's SLO and rate at this confidence, derived so from the start.

    To scale what was derived for the SLO itself would leave nothing: those modes use the SLO up. So modes are derived once for
    each band that occurs, for an SLO and a rate made stricter by its factors; of each round the modes of that band are kept.

    Parameters
    ----------
    model : its SLO and traffic are what is made stricter.
    confidence : 0.5 ≤ q < 1.
    derive : modes of a model, each with its band.
    """
    waiting = list(dict.fromkeys(bands_of(mode) for mode in derive(model)))
    seen: set[Bands] = set()
    kept: list[Mode] = []
    while waiting:
        bands = waiting.pop(0)
        if bands in seen:
            continue
        seen.add(bands)
        found = derive(_stricter(model, factors(bands, confidence)))
        kept += [robust_mode(mode, confidence) for mode in found if bands_of(mode) == bands]
        waiting += [bands_of(mode) for mode in found]
    return tuple(sorted(kept, key=_order))


def _stricter(model: Model, by: Factors) -> Model:
    """The same model with an SLO and a rate that a mode must meet with its stated figures, so that it meets the real ones at worst."""
    slo = Slo(
        ttft_ms=None if model.slo.ttft_ms is None else model.slo.ttft_ms / by.ttft / AGAIN,
        tpot_ms=None if model.slo.tpot_ms is None else model.slo.tpot_ms / by.tpot / AGAIN,
    )
    if model.traffic is None:
        return model.model_copy(update={"slo": slo})
    rates = tuple(min(rate * by.requests_per_second * AGAIN, 1e9) for rate in model.traffic.requests_per_second)
    return model.model_copy(update={"slo": slo, "traffic": model.traffic.model_copy(update={"requests_per_second": rates})})


def _order(mode: Mode) -> tuple[object, ...]:
    """Canonical order, as that of derived modes."""
    needs = (mode.accelerator or "", mode.accelerators, mode.memory_per_accelerator, mode.compute_share, mode.vcpus, mode.host_memory)
    return (*needs, -(mode.requests_per_second or 0.0), mode.ttft_ms or 0.0, mode.tpot_ms or 0.0, mode.precision or "")
