"""Where text goes: results to stdout, messages to stderr, files whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from packing.errors import Fault, ProblemError

CHART_FORMATS = (".svg", ".png")
WIDEST = 120
"""Lines longer than this are hard to read however wide the terminal is."""


def emit(text: str) -> None:
    """Write a result to stdout. A reader that has gone (``| head``) is not an error."""
    _write(sys.stdout, text if text.endswith("\n") else text + "\n")


def complain(message: str) -> None:
    """Write an error to stderr."""
    _write(sys.stderr, f"error: {message}\n")


def say(message: str) -> None:
    """Write a message to stderr."""
    _write(sys.stderr, f"{message}\n")


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        # Python would complain again when it flushes at exit; let it flush into nothing.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def terminal_width() -> int:
    """Columns to fill: those of the terminal (80 where there is none), within reason."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, WIDEST))


def colourful() -> bool:
    """Whether stdout is a terminal that wants colours (https://no-color.org)."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def unicode_capable() -> bool:
    """Whether stdout can show block characters."""
    try:
        "█░⠿×".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def refuse_unwritable(path: Path | None, option: str, formats: tuple[str, ...] = ()) -> list[Fault]:
    """What would keep `path` from being written, found before hours of search rather than after."""
    if path is None:
        return []

    def fault(cause: str, action: str) -> list[Fault]:
        return [Fault("bad_option", option, str(path), cause, action)]

    folder = path.parent
    if formats and path.suffix.lower() not in formats:
        return fault("The format is not known.", f"Let the name end in {' or '.join(formats)}.")
    if path.is_dir():
        return fault("This is a folder.", "Name a file.")
    if not folder.is_dir():
        return fault("The folder does not exist.", f"Create {folder} first, or write elsewhere.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        return fault("No permission to write there.", "Write elsewhere, or change the permissions.")
    return []


def write_file(path: Path, text: str, option: str = "--output") -> None:
    """Write a file whole or not at all; special files such as /dev/stdout are written directly."""
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            Path(scratch).chmod(0o666 & ~_umask())
            Path(scratch).replace(path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except BrokenPipeError:
        return
    except OSError as error:
        raise ProblemError(
            [Fault("bad_option", option, str(path), f"Could not be written: {error.strerror or error}.", "Write elsewhere.")]
        ) from None


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


@contextlib.contextmanager
def native_output_to_stderr() -> Iterator[None]:
    """Whatever solvers print by themselves while this is open goes to stderr: stdout carries the result and nothing else."""
    try:
        descriptor, beside = sys.stdout.fileno(), sys.stderr.fileno()
    except (OSError, ValueError, AttributeError):  # not real files, e.g. in a test
        yield
        return
    sys.stdout.flush()
    saved = os.dup(descriptor)
    os.dup2(beside, descriptor)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(saved, descriptor)
        os.close(saved)
