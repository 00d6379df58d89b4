"""Where text goes: results to stdout, messages to stderr, files whole or not at all.

What came from outside is shown and never obeyed: see `packing.errors.printable`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from typing import TextIO

from packing.errors import Fault, ProblemError, printable

WIDEST = 120
"""Lines longer than this are hard to read however wide the terminal is."""
_STYLE = re.compile("(\x1b\\[[0-9;]{0,20}m)")
"""What `packing.report.page` puts around the text that it colours."""


def emit(text: str) -> None:
    """Write a result to stdout. A reader that has gone (``| head``) is not an error.

    Raises
    ------
    ProblemError : it could not be written (a full disk, stdout that is closed); it is kept in a file, which the fault names.
    """
    text = text if text.endswith("\n") else text + "\n"
    shown = "".join(part if at % 2 else printable(part, lines=True) for at, part in enumerate(_STYLE.split(text) if colourful() else [text]))
    error = _write(sys.stdout, shown)
    if error is not None:
        from packing.cli.files import kept

        raise ProblemError([Fault("unwritable", "stdout", "", f"It could not be written to: {reason(error)}.", kept(text))])


def complain(message: str) -> None:
    """Write an error to stderr."""
    say(f"error: {message}")


def say(message: str) -> None:
    """Write a message to stderr. One that cannot be written is lost: nothing may end for the want of it."""
    _write(sys.stderr, printable(message, lines=True) + "\n")


def reason(error: Exception) -> str:
    """Why something could not be opened or written."""
    return str(getattr(error, "strerror", None) or error).rstrip(".")


def _write(stream: TextIO | None, text: str) -> Exception | None:
    """What kept the text from being written; None also where the reader has gone."""
    if stream is None:
        return OSError("it is closed")
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
    except (OSError, ValueError) as error:
        _give_up(stream)
        return None if isinstance(error, BrokenPipeError) else error
    return None


def _give_up(stream: TextIO) -> None:
    """Python would complain again when it flushes at exit, and end with a code of its own; let it flush into nothing."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


def settle_standard_streams() -> None:
    """Leave nothing in stdout and stderr that cannot be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _give_up(stream)


def open_standard_streams() -> None:
    """Let the descriptors 0, 1 and 2 lead to nothing where the caller has closed them.

    Otherwise the next file that is opened becomes one of them, and receives what is meant for a terminal.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def on_terminal(stream: TextIO | None) -> bool:
    """Whether a stream, which the caller may have closed, leads to a terminal."""
    return stream is not None and stream.isatty()


def terminal_width() -> int:
    """Columns to fill: those of the terminal (80 where there is none), within reason."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, WIDEST))


def colourful() -> bool:
    """Whether stdout is a terminal that wants colours (https://no-color.org)."""
    return on_terminal(sys.stdout) and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def unicode_capable() -> bool:
    """Whether stdout can show block characters."""
    try:
        "█░⠿×".encode((sys.stdout and sys.stdout.encoding) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


@contextlib.contextmanager
def native_output_to_stderr() -> Iterator[None]:
    """Whatever solvers print by themselves while this is open goes to stderr: stdout carries the result and nothing else."""
    try:
        descriptor, beside = sys.stdout.fileno(), sys.stderr.fileno()
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):  # not real files, e.g. in a test; or closed
        yield
        return
    saved = os.dup(descriptor)
    os.dup2(beside, descriptor)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os.dup2(saved, descriptor)
        os.close(saved)
