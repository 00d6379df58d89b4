"""Logs and tables as lines, CSV or JSON, one after the other: a file of any length takes the memory of one line."""

from __future__ import annotations

import csv
import gzip
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from packing.errors import Fault, ProblemError

DELIMITERS = ",;\t|"
LONGEST = 1_000_000
"""Characters of a line; longer ones are no lines of a log."""

Cells = list[str] | None
"""What a line has in the wanted columns ("": nothing); None: the line cannot be read."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of lines.

    Parameters
    ----------
    path : the file; one whose name ends in ``.gz`` is unpacked while it is read.
    names : its columns: of the header, or of the first object.
    delimiter : between cells; None: JSON lines.
    """

    path: Path
    names: tuple[str, ...]
    delimiter: str | None

    def rows(self, wanted: Sequence[str]) -> Iterator[tuple[int, Cells]]:
        """Line number and cells of each line but the header and empty ones.

        Raises
        ------
        ProblemError : the file ends in the middle of packed data, or can no longer be read.
        """
        try:
            with _open(self.path) as stream:
                yield from self._objects(stream, wanted) if self.delimiter is None else self._table(stream, wanted, self.delimiter)
        except (OSError, EOFError, zlib.error) as error:
            raise _unreadable(self.path, error) from None

    def _table(self, stream: TextIO, wanted: Sequence[str], delimiter: str) -> Iterator[tuple[int, Cells]]:
        places = [self.names.index(name) for name in wanted]
        reader = csv.reader(_bounded(stream), delimiter=delimiter)
        next(reader)
        width = max(places, default=0) + 1
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield reader.line_num, None
                continue
            if len(row) >= width:
                yield reader.line_num, [row[place] for place in places]
            elif row:
                yield reader.line_num, None

    @staticmethod
    def _objects(stream: TextIO, wanted: Sequence[str]) -> Iterator[tuple[int, Cells]]:
        paths = [name.split(".") for name in wanted]
        for number, line in enumerate(_bounded(stream), start=1):
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                found = None
            yield number, [_value(found, path) for path in paths] if isinstance(found, dict) else None


def open_source(path: str | os.PathLike[str]) -> Source:
    """Look at the beginning of a file.

    Raises
    ------
    ProblemError : it cannot be read, is empty, or is neither CSV nor JSON lines.
    """
    where = Path(path)
    if where.exists() and not where.is_file() and not where.is_dir():
        cause = "A log is looked at before it is read, and a pipe can be read only once."
        raise ProblemError([Fault("unreadable_file", str(where), "", cause, "Write it to a file first.")])
    try:
        with _open(where) as stream:
            head = next((line for line in _bounded(stream) if line.strip()), "")
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(where, error) from None
    if not head.strip():
        raise ProblemError(
            [Fault("no_history", str(where), "", "The file is empty.", "Give a request log or a table of rates, see docs/profile.md.")]
        )
    start = head.lstrip()[:1]
    if start == "{":
        return Source(where, _names(head, where), None)
    if start == "[" or "\0" in head or "\ufffd" in head[:200]:
        cause = "This is neither CSV nor one JSON object a line."
        raise ProblemError([Fault("syntax", str(where), head[:40], cause, "Write one object a line (for JSON: jq -c '.[]'), as UTF-8 text.")])
    delimiter = max(DELIMITERS, key=head.count)
    header = next(csv.reader([head], delimiter=delimiter))
    return Source(where, tuple(name.strip() for name in header), delimiter)


def _unreadable(path: Path, error: Exception) -> ProblemError:
    cause = f"It cannot be read: {getattr(error, 'strerror', None) or str(error).rstrip('.')}."
    return ProblemError([Fault("unreadable_file", str(path), "", cause, "Check the path and the permissions, and that the file is whole.")])


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return path.open(encoding="utf-8-sig", errors="replace", newline="")


def _bounded(stream: TextIO) -> Iterator[str]:
    """Lines; the rest of one that is absurdly long comes as further lines, so that it cannot fill the memory."""
    return iter(lambda: stream.readline(LONGEST), "")


def _names(line: str, path: Path) -> tuple[str, ...]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProblemError([Fault("syntax", str(path), line[:40], "The first line is no JSON object.", "Write one object a line.")])
    nested = [f"{name}.{inner}" for name, value in found.items() if isinstance(value, dict) for inner in value]
    return (*found, *nested)


def _value(found: dict[str, Any], path: list[str]) -> str:
    """The text of a value; empty where there is none."""
    here: Any = found.get(".".join(path))
    if here is None:
        here = found
        for part in path:
            here = here.get(part) if isinstance(here, dict) else None
    return "" if here is None else here if isinstance(here, str) else str(here)
