"""Reading several files, so that the faults of all are reported at once, each with its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from packing.cli.output import say
from packing.errors import Fault, ProblemError

if TYPE_CHECKING:
    from packing.domain.problem import Problem

T = TypeVar("T")
U = TypeVar("U")


def read_both(
    read_first: Callable[[Path], T], first: Path, read_second: Callable[[Path], U], second: Path, order: str = "FILE PLACEMENT"
) -> tuple[T, U]:
    """What both readers return; `order` as for `read_all`.

    Raises
    ------
    ProblemError : with the faults of both files.
    """
    one, other = read_all((read_first, first), (read_second, second), order=order)
    return cast("T", one), cast("U", other)


def read_all(*wanted: tuple[Callable[[Path], Any], Path], order: str = "") -> list[Any]:
    """What each reader makes of its file.

    Parameters
    ----------
    wanted : readers with their files.
    order : how the command names its arguments, for whoever has exchanged them.

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
            for fault in error.faults:
                action = f"The order is {order}." if order and fault.code == "wrong_file" else fault.action
                where = fault.where if str(path) in fault.where else f"{path}: {fault.where}" if fault.code != "wrong_file" else str(path)
                faults.append(replace(fault, where=where, action=action))
    if faults:
        raise ProblemError(faults)
    return found


def say_unlikely(problem: Problem) -> None:
    """Name quantities of the fleet file that are hardly meant, where the verb does not name all that is to be known of its figures."""
    from packing.describe.unlikely import unlikely

    for note in unlikely(problem):
        say(f"note: {note}")
