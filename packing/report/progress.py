"""Progress of a search on stderr: one line that is updated on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol, TextIO

EVERY_S = 0.5
"""A terminal's line is drawn again this often, so that the clock is seen to move."""

SPARSE_S = 5.0
"""Elsewhere at most one line in this time."""

CLEAR = "\r\x1b[K"


class Event(Protocol):
    """What a search says of itself (`packing.solve.Progress`)."""

    @property
    def elapsed_s(self) -> float: ...  # noqa: D102 - described in packing.solve
    @property
    def objective(self) -> float | None: ...  # noqa: D102
    @property
    def bound(self) -> float | None: ...  # noqa: D102
    @property
    def gap(self) -> float | None: ...  # noqa: D102
    @property
    def unplaced(self) -> int | None: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102


def describe(event: Event | None, elapsed_s: float) -> str:
    """One line: elapsed, incumbent, bound, gap, whether anything is missing, and who said so."""
    parts = [f"{elapsed_s:6.1f} s"]
    if event is None:
        return "  ".join([*parts, "preparing"])
    parts.append("no placement yet" if event.objective is None else f"objective {event.objective:.6f}")
    if event.bound is not None:
        parts.append(f"bound {event.bound:.6f}")
    if event.gap is not None:
        parts.append(f"gap {100 * event.gap:.2f} %")
    if event.unplaced is not None:
        parts.append("complete" if event.unplaced == 0 else f"{event.unplaced:,} copies left out")
    return "  ".join([*parts, f"({event.source})"])


class ProgressLine:
    """Observer of a search that writes to a stream; close it before anything else is written there."""

    def __init__(self, stream: TextIO, *, live: bool, width: int = 80, sparse_s: float = SPARSE_S) -> None:
        self._stream, self._live, self._width, self._sparse_s = stream, live, width, sparse_s
        self._start = time.monotonic()
        self._event: Event | None = None
        self._written: float | None = None
        self._pending = False
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="packing-progress", daemon=True) if live else None
        if self._ticker is not None:
            self._ticker.start()

    def __call__(self, event: Event) -> None:
        """Take note of an event of the search."""
        with self._lock:
            self._event, self._pending = event, True
            if self._live:
                self._draw(time.monotonic() - self._start)
            elif self._written is None or event.elapsed_s - self._written >= self._sparse_s:
                self._print(event)

    def close(self) -> None:
        """Remove the updated line, or write down what has not been said yet."""
        self._closed.set()
        if self._ticker is not None:
            self._ticker.join()
        with self._lock:
            if self._live:
                self._write(CLEAR)
            elif self._pending and self._event is not None:
                self._print(self._event)

    def _tick(self) -> None:
        while not self._closed.wait(EVERY_S):
            with self._lock:
                self._draw(time.monotonic() - self._start)

    def _draw(self, elapsed_s: float) -> None:
        self._write(CLEAR + describe(self._event, elapsed_s)[: self._width - 1])

    def _print(self, event: Event) -> None:
        self._written, self._pending = event.elapsed_s, False
        self._write(describe(event, event.elapsed_s) + "\n")

    def _write(self, text: str) -> None:
        """A line that cannot be written (a terminal that is gone, a full disk) is lost, and the search goes on."""
        with suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()


@contextmanager
def progress_to_stderr(*, quiet: bool = False) -> Iterator[Callable[[Event], None] | None]:
    """An observer that shows progress on stderr while the block runs; None if `quiet`."""
    if quiet or sys.stderr is None:
        yield None
        return
    import shutil

    line = ProgressLine(sys.stderr, live=sys.stderr.isatty(), width=shutil.get_terminal_size((80, 24)).columns)
    try:
        yield line
    finally:
        line.close()
