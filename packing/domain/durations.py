"""Durations: how long a copy loads and a node starts, in one place for every verb (docs/load-time.md).

load  = load_s of the mode, where it says; else LOAD_START_S + bytes / LOAD_BANDWIDTH
start = start_s of the instance type, where it says; else START_S
"""

from __future__ import annotations

from packing.domain.hardware import InstanceType
from packing.domain.units import MILLI, need
from packing.domain.workload import Mode

START_S = 300.0
"""Seconds from asking for a node until it can load copies, where its instance type does not say."""
LOAD_START_S = 5.0
"""Seconds of the process and its engine, before and after the weights move."""
LOAD_BANDWIDTH = 210_000_000
"""Bytes per second of a load where neither mode nor node says: measured once, of object storage onto one small node (docs/load-time.md)."""


def start_ms(kind: InstanceType) -> int:
    """Milliseconds from asking for a node until it can load copies, rounded up."""
    return need(START_S if kind.start_s is None else kind.start_s, MILLI)


def load_ms(mode: Mode) -> int:
    """Milliseconds of loading one copy, rounded up, at least one."""
    if mode.load_s is not None:
        return max(1, need(mode.load_s, MILLI))
    return need(LOAD_START_S, MILLI) - (-mode.size * MILLI // LOAD_BANDWIDTH)
