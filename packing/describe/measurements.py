"""Own measurements from a file: read row by row, every fault with its row and column, repetitions of a situation brought together."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packing.describe.architectures import Architectures
from packing.describe.columns import COLUMNS, Heads
from packing.describe.kinds import MEASUREMENTS, insist
from packing.describe.measured_row import Row, RowReader
from packing.describe.parsing import parse
from packing.describe.text import read_text
from packing.domain.faults import shown
from packing.errors import Fault, ProblemError
from packing.inputs import open_input

if TYPE_CHECKING:
    from packing.capacity.refit import Point

MOST_FAULTS = 40
"""Distinct faults that are listed; rows with the same one are counted."""
MOST_SITUATIONS = 100_000
FEW_ROWS = 5


@dataclass
class Measurements:
    """What a file of measurements says.

    Attributes
    ----------
    points : distinct situations, in the order in which they first occur.
    rows : rows read.
    notices : what was left out, one sentence each.
    """

    points: tuple[Point, ...]
    rows: int
    notices: tuple[str, ...]


def read_measurements(path: str | os.PathLike[str]) -> Measurements:
    """The measurements in a file (docs/calibration.md): ``*.json`` and ``*.yaml`` hold a list of mappings, anything else is CSV.

    CSV is read as a stream: memory grows with the distinct situations, not with the rows.

    Raises
    ------
    ProblemError : with all faults: row, column, value, cause, what to do.
    """
    name = os.fspath(path)
    base = Path(path).parent
    if name.lower().endswith((".json", ".yaml", ".yml")):
        data, faults = parse(read_text(path), name)
        if faults:
            raise ProblemError(faults)
        return measurements_from(data, base)
    try:
        with io.TextIOWrapper(open_input(path), encoding="utf-8-sig", newline="") as stream:
            head = stream.readline(100_000)
            return _gathered(_table(chain([head], stream), _separator(head)), base)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fault = Fault("unreadable_file", name, "", f"The file cannot be read: {reason}.", "Check the path; save it as CSV in UTF-8.")
        raise ProblemError([fault]) from None


def measurements_from(data: Any, base: Path | None = None) -> Measurements:
    """The same from plain data: a list of mappings, or a mapping that has one under ``measurements``.

    Raises
    ------
    ProblemError : with all faults.
    """
    insist(data, MEASUREMENTS)
    listed = data.get("measurements") if isinstance(data, Mapping) else data
    if not isinstance(listed, list | tuple):
        cause = "This is not a list of measurements."
        raise ProblemError([Fault("wrong_type", "(top level)", shown(data), cause, "Give a list of mappings, one for each measurement.")])
    return _gathered(enumerate(listed, 1), base)


def _separator(head: str) -> str:
    """What separates columns: whatever the head has most of."""
    return max(",;\t", key=head.count)


def _table(stream: Iterable[str], separator: str) -> Iterator[tuple[int, Any]]:
    """Rows of a CSV text, numbered from 1 after the head; empty lines do not count."""
    return enumerate((row for row in csv.DictReader(stream, delimiter=separator, skipinitialspace=True) if any(row.values())), 1)


def _gathered(rows: Iterable[tuple[int, Any]], base: Path | None) -> Measurements:
    heap = _Heap(Architectures(base))
    for number, row in rows:
        heap.add(number, row)
    return heap.measurements()


@dataclass
class _Situation:
    """Sums over the measurements of one situation."""

    first: Row
    logs: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    rates: int = 0
    count: int = 0
    ttft: list[float] = field(default_factory=list)
    tpot: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


class _Heap:
    """Rows as they come, by situation; faults by what is wrong."""

    def __init__(self, resolver: Architectures) -> None:
        self._reader = RowReader(resolver)
        self._heads: Heads | None = None
        self._situations: dict[tuple[object, ...], _Situation] = {}
        self._faults: dict[tuple[str, str, str, str], tuple[Fault, int]] = {}
        self._left_out: dict[str, int] = {}
        self._count = 0

    def add(self, number: int, row: Any) -> None:
        """One row."""
        self._count += 1
        if not isinstance(row, Mapping):
            self._wrong(Fault("wrong_type", f"row {number}", shown(row), "This is not a mapping of columns to values.", "Name every value."))
            return
        if self._heads is None or not self._heads.fit(row):
            self._heads = Heads(row)
            for fault in self._heads.faults(number):
                self._wrong(fault)
        if self._heads.missing:
            return
        read, faults = self._reader.read(number, self._heads.values(row))
        for fault in faults:
            self._wrong(fault)
        if read is None:
            return
        if read.left_out:
            self._left_out[read.left_out] = self._left_out.get(read.left_out, 0) + 1
            return
        self._keep(number, read)

    def _keep(self, number: int, read: Row) -> None:
        situation = self._situations.setdefault(read.key, _Situation(read))
        if len(self._situations) > MOST_SITUATIONS:
            cause = f"More than {MOST_SITUATIONS:,} different situations."
            raise ProblemError([Fault("too_large", f"row {number}", "", cause, "Give averages: one row for each load, not for each request.")])
        situation.count += 1
        situation.logs[0] += math.log(read.ttft_s)
        situation.logs[1] += math.log(read.tpot_s)
        if read.rate:
            situation.logs[2] += math.log(read.rate)
            situation.rates += 1
        for span, value in ((situation.ttft, read.ttft_s), (situation.tpot, read.tpot_s)):
            span[:] = [min([value, *span]), max([value, *span])]
        if len(situation.rows) < FEW_ROWS:
            situation.rows.append(number)

    def _wrong(self, fault: Fault) -> None:
        """The same fault in another row is counted, not listed again."""
        column = fault.where.partition(".")[2]
        key = (fault.code, column, fault.value if fault.code.startswith("unknown") else "", fault.cause if not column else fault.cause[:30])
        first, count = self._faults.get(key, (fault, 0))
        self._faults[key] = (first, count + 1)

    def measurements(self) -> Measurements:
        """What was gathered. Raises ProblemError with all faults."""
        if self._faults:
            raise ProblemError(list(_listed(self._faults)))
        if not self._situations:
            why = "; ".join(f"{count} rows: {reason}." for reason, count in self._left_out.items()) or "The input has no rows."
            columns = ", ".join(each.name for each in COLUMNS if each.required)
            raise ProblemError([Fault("no_measurements", "(top level)", "", why, f"Give rows with the columns {columns} (docs/calibration.md).")])
        notices = [f"{count:,} rows left out: {reason}" for reason, count in self._left_out.items()]
        if self._heads is not None and self._heads.ignored:
            notices.append(f"columns that say nothing here: {', '.join(self._heads.ignored)}")
        return Measurements(tuple(_point(each) for each in self._situations.values()), self._count, tuple(notices))


def _point(situation: _Situation) -> Point:
    from packing.capacity.refit import Point

    ttft, tpot = (math.exp(total / situation.count) for total in situation.logs[:2])
    rate = math.exp(situation.logs[2] / situation.rates) if situation.rates else None
    measurement = replace(situation.first.measurement(), ttft_s=ttft, tpot_s=tpot)
    return Point(measurement, rate, (situation.ttft[0], situation.ttft[1]), (situation.tpot[0], situation.tpot[1]), tuple(situation.rows))


def _listed(faults: Mapping[Any, tuple[Fault, int]]) -> Iterator[Fault]:
    for fault, count in list(faults.values())[:MOST_FAULTS]:
        more = f" (and {count - 1:,} more rows)" if count > 1 else ""
        yield replace(fault, where=fault.where + more)
    if len(faults) > MOST_FAULTS:
        rest = len(faults) - MOST_FAULTS
        yield Fault("bad_value", "(top level)", "", f"There are {rest:,} more faults of other kinds.", "Correct these first.")
