"""Ctrl-C: the first asks the search for its best answer so far, the second ends the process at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the former handler is back afterwards.

    After the first Ctrl-C the operating system's own handler is in force, so that a second one works
    even while the process is inside a solver that never looks.
    """
    cancel = threading.Event()

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        cancel.set()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # Not through sys.stderr: the handler may have come in the middle of a write to it.
        with contextlib.suppress(OSError):
            os.write(2, b"\ninterrupted: writing the best placement so far (Ctrl-C again to give up)\n")

    former = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, former)
