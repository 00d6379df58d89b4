"""Durations as the checker reckons them: its own reading of docs/load-time.md, which shares no number with the planner's."""

from __future__ import annotations

from fractions import Fraction

from packing.domain.hardware import InstanceType
from packing.domain.workload import Mode

ASSUMED_START = Fraction(300)
ASSUMED_ENGINE = Fraction(5)
ASSUMED_BYTES_PER_MS = Fraction(210_000)


def start_ms(kind: InstanceType) -> int:
    """Milliseconds that a node takes to start: what its instance type states, else five minutes."""
    seconds = ASSUMED_START if kind.start_s is None else Fraction(str(kind.start_s))
    return _up(seconds * 1000)


def load_ms(mode: Mode) -> int:
    """Milliseconds of one load: what the mode states, else five seconds and its bytes at 0.21 GB/s; at least one."""
    if mode.load_s is None:
        return _up(ASSUMED_ENGINE * 1000 + _up(mode.size / ASSUMED_BYTES_PER_MS))
    return max(1, _up(Fraction(str(mode.load_s)) * 1000))


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
