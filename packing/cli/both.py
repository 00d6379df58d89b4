"""Reading two files, so that the faults of both are reported at once, each with its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from packing.errors import Fault, ProblemError

T = TypeVar("T")
U = TypeVar("U")


def read_both(read_first: Callable[[Path], T], first: Path, read_second: Callable[[Path], U], second: Path) -> tuple[T, U]:
    """What both readers return.

    Raises
    ------
    ProblemError : with the faults of both files.
    """
    one, faults = _read(read_first, first)
    other, more = _read(read_second, second)
    if one is None or other is None:
        raise ProblemError([*faults, *more])
    return one, other


def _read(read: Callable[[Path], T], path: Path) -> tuple[T | None, list[Fault]]:
    try:
        return read(path), []
    except ProblemError as error:
        # A file that cannot be opened is named by its fault already.
        return None, [fault if str(path) in fault.where else replace(fault, where=f"{path}: {fault.where}") for fault in error.faults]
