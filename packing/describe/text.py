"""From a path to text: bounded in size, UTF-8, or one clear fault."""

from __future__ import annotations

import os

from packing.errors import Fault, ProblemError
from packing.inputs import open_input

MAX_BYTES = 20 * 10**6
"""Fleet files: 10,000 models with profiles of 24 slots are about 5 MB."""


def read_text(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> str:
    """Text of a file of at most `limit` bytes.

    Raises
    ------
    ProblemError : unreadable_file or file_too_large; too large is decided by the size, before anything is read.
    """
    name = os.fspath(path)
    try:
        with open_input(name) as file:
            size = os.fstat(file.fileno()).st_size if file.seekable() else 0  # a pipe or a device has no size
            if size > limit:
                raise ProblemError([_too_large(name, size, limit)])
            raw = file.read(limit + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, ProblemError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise ProblemError(
            [Fault("unreadable_file", name, "", f"The file cannot be read: {reason}.", "Check the path and the permissions.")]
        ) from None
    if len(raw) > limit:
        raise ProblemError([_too_large(name, len(raw), limit)])
    return decode(raw, name)


def decode(raw: bytes, name: str) -> str:
    """UTF-8 text, with or without a byte-order mark."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        value = " ".join(f"{byte:02x}" for byte in raw[error.start : error.start + 4])
        cause = f"Byte {error.start} is not UTF-8 text."
        raise ProblemError([Fault("unreadable_file", f"{name} (line {line})", value, cause, "Save the file as UTF-8 text.")]) from None


def _too_large(name: str, size: int, limit: int) -> Fault:
    cause = f"The file is larger than {limit // 10**6} MB."
    return Fault("file_too_large", name, f"{size} bytes", cause, "Split the problem, or build it in Python with packing.Problem.")
