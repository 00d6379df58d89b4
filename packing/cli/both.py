"""Reading several files, so that the faults of all are reported at once, each with its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from packing.errors import Fault, ProblemError

T = TypeVar("T")
U = TypeVar("U")


def read_both(read_first: Callable[[Path], T], first: Path, read_second: Callable[[Path], U], second: Path) -> tuple[T, U]:
    """What both readers return.

    Raises
    ------
    ProblemError : with the faults of both files.
    """
    one, other = read_all((read_first, first), (read_second, second))
    return cast("T", one), cast("U", other)


def read_all(*wanted: tuple[Callable[[Path], Any], Path]) -> list[Any]:
    """What each reader makes of its file.

    Raises
    ------
    ProblemError : with the faults of all files.
    """
    found, faults = [], list[Fault]()
    for read, path in wanted:
        try:
            found.append(read(path))
        except ProblemError as error:
            # A file that cannot be opened is named by its fault already.
            faults += [fault if str(path) in fault.where else replace(fault, where=f"{path}: {fault.where}") for fault in error.faults]
    if faults:
        raise ProblemError(faults)
    return found
