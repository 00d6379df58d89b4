"""Opening what is to be read: files, and pipes that somebody writes to; nothing that would be waited for without an end."""

from __future__ import annotations

import errno
import io
import os
import stat
import time
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PATIENCE_S = 3.0
"""Seconds that a pipe without a writer is waited for: a shell starts both ends in any order."""
EVERY_S = 0.02


def open_input(path: str | os.PathLike[str]) -> BinaryIO:
    """A file, device or pipe, opened for reading.

    Raises
    ------
    OSError : it cannot be opened, is a folder, or is a pipe that nobody writes to.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        kind = os.fstat(descriptor).st_mode
        first = _first(descriptor, path) if stat.S_ISFIFO(kind) else b""
        if not stat.S_ISREG(kind) and hasattr(os, "set_blocking"):
            os.set_blocking(descriptor, True)
        if not first:
            return os.fdopen(descriptor, "rb")
        return cast("BinaryIO", io.BufferedReader(_Pipe(descriptor, first)))
    except BaseException:
        os.close(descriptor)
        raise


def _first(descriptor: int, path: str | os.PathLike[str]) -> bytes:
    """The first byte of a pipe, if it has one already: where nothing comes and nobody could write, reading says so at once."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            first = os.read(descriptor, 1)
        except BlockingIOError:  # somebody will write
            return b""
        if first:
            return first
        if time.monotonic() >= end:
            raise OSError(errno.EPIPE, "it is a pipe, and nobody writes to it", os.fspath(path))
        time.sleep(EVERY_S)


class _Pipe(io.RawIOBase):
    """A pipe whose first byte was read already."""

    def __init__(self, descriptor: int, first: bytes) -> None:
        super().__init__()
        self._descriptor, self._first = descriptor, first

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        read, self._first = self._first or os.read(self._descriptor, len(view)), b""
        view[: len(read)] = read
        return len(read)

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()
