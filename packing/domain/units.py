"""Quantities to integers: needs are rounded up, capacities down, here and nowhere else.

A float is read as the decimal number that its shortest text shows (0.2 is 2/10, not the binary
fraction next to it), so that what a user types is what is rounded.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache

MICRO = 1_000_000
MILLI = 1_000
MAX_EXACT = 2**53
"""Beyond this, sums could leave what int64 arithmetic in solvers keeps exact."""

MAX_QUANTITY = 10**15
"""No single figure (bytes, micro-units) may be larger: a thousand of them still sum below `MAX_EXACT` * 128."""

_UNITS = {
    "": 1, "b": 1,
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
_MEMORY = re.compile(r"\s*([0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE]\+?[0-9]{1,2})?)\s*([A-Za-z]*)\s*")


_CORES = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)(m?)\s*")


class UnitError(ValueError):
    """A quantity could not be read. `kind` is the fault code it becomes."""

    def __init__(self, kind: str, cause: str, action: str) -> None:
        self.kind, self.cause, self.action = kind, cause, action
        super().__init__(cause)


def exact(value: float | int | str | Fraction) -> Fraction:
    """The number that the value's shortest text shows, as an exact fraction."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        raise UnitError("wrong_type", "This is not a number.", "Give a number.")
    if isinstance(value, float) and not math.isfinite(value):
        raise UnitError("bad_number", "The number is not finite.", "Give a finite number.")
    return Fraction(str(value)) if isinstance(value, float | str) else Fraction(value)


@lru_cache(maxsize=2**16, typed=True)
def need(value: float | int | Fraction, scale: int = 1) -> int:
    """A need in 1/`scale` units, rounded up."""
    return math.ceil(exact(value) * scale)


@lru_cache(maxsize=2**16, typed=True)
def capacity(value: float | int | Fraction, scale: int = 1) -> int:
    """A capacity (or supply) in 1/`scale` units, rounded down."""
    return math.floor(exact(value) * scale)


def round_half_up(value: Fraction) -> int:
    """The nearest integer, halves upwards: how coefficients of the objective are made."""
    return math.floor(value + Fraction(1, 2))


def memory_fraction(value: float | int | str) -> Fraction:
    """Bytes of a memory figure: a number of bytes, or text such as ``80GiB``, ``80Gi``, ``80GB``, ``512 MiB``."""
    if isinstance(value, str):
        match = _MEMORY.fullmatch(value)
        if match is None:
            raise UnitError("bad_unit", "This is not an amount of memory.", "Write it as 80GiB, 80Gi, 80GB, or bytes.")
        number, unit = match.groups()
        factor = _UNITS.get(unit.lower())
        if factor is None:
            raise UnitError("bad_unit", f"Unknown unit of memory {unit!r}.", "Use B, KB, MB, GB, TB or KiB, MiB, GiB, TiB.")
        size = Fraction(number) * factor
    else:
        size = exact(value)
    if size < 0:
        raise UnitError("bad_number", "Memory cannot be negative.", "Give a size of zero or more.")
    if size > MAX_QUANTITY:
        raise UnitError("bad_number", "More memory than anything has (over 10^15 bytes).", "Check the unit.")
    return size


def cores(text: str) -> float:
    """Cores of a text as Kubernetes writes it: ``500m`` (thousandths), ``2``, ``0.5``."""
    match = _CORES.fullmatch(text)
    if match is None:
        raise UnitError("bad_unit", "This is not a number of vCPUs.", "Write it as 4, 0.5, or 500m (thousandths).")
    return float(Fraction(match[1]) / (MILLI if match[2] else 1))


def show_bytes(size: int) -> str:
    """Bytes for people: the largest binary unit that keeps the figure above one."""
    for unit, factor in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= factor:
            return f"{size / factor:.4g} {unit}"
    return f"{size} B"
