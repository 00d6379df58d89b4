"""Ctrl-C and its kin: the first asks the search for its best answer so far, a second Ctrl-C ends the process at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
"""What asks for an end: a person at the keyboard; systemd, Kubernetes, batch queues; a terminal that was closed."""


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that the first of the signals in `ENDING` sets; the former handlers are back afterwards.

    After the first one the operating system's own handler of Ctrl-C is in force, so that another Ctrl-C works even while the
    process is inside a solver that never looks. The other signals change nothing more: whoever sends them sends several (a shell
    and the kernel, SIGINT and then SIGTERM), and gives time to write. One that was ignored when the process began stays ignored.
    The answer is to be written before the block ends.
    """
    cancel = threading.Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if not cancel.is_set():
            cancel.set()
            # Not through sys.stderr: the handler may have come in the middle of a write to it.
            again = " (Ctrl-C again to give up)" if number == signal.SIGINT else ""
            with contextlib.suppress(OSError):
                os.write(2, f"\ninterrupted: writing the best placement so far{again}\n".encode())
        if signal.getsignal(signal.SIGINT) is on_signal:
            signal.signal(signal.SIGINT, signal.SIG_DFL)

    former: dict[int, Any] = {}
    try:
        for name in ENDING:
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                former[number] = signal.signal(number, on_signal)
        yield cancel
    finally:
        for number, handler in former.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
