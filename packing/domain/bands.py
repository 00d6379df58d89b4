"""What the performance figures of a mode are worth: half-widths of their 90 % bands.

A half-width h is a factor, symmetric in the logarithm: with 90 % probability the true figure lies between
figure / (1 + h) and figure · (1 + h). So half of what is outside, 5 %, lies on each side.
"""

from __future__ import annotations

from typing import NamedTuple

from packing.domain.workload import ErrorBands, Mode


class Bands(NamedTuple):
    """Half-widths of the bands of a mode's figures; 0: taken as exact."""

    ttft: float
    tpot: float
    requests_per_second: float


def bands_of(mode: Mode) -> Bands:
    """The bands of a mode: each its own where `error_bands` states it, else `error_band`; 0 where neither is stated."""
    each = mode.error_bands
    common = mode.error_band or 0.0
    if each is None:
        return Bands(common, common, common)
    return Bands(*(common if own is None else own for own in (each.ttft, each.tpot, each.requests_per_second)))


def widest(bands: ErrorBands) -> float:
    """The widest of the bands that are stated: one band that holds for every figure."""
    return max(band or 0.0 for band in (bands.ttft, bands.tpot, bands.requests_per_second))
