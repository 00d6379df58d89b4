"""Files that a verb writes: refused before the search where they could not be written, and then written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from packing.cli.output import reason
from packing.errors import Fault, ProblemError

CHART_FORMATS = (".svg", ".png")
FLEET_FORMATS = (".json", ".yaml", ".yml")
YAML = (".yaml", ".yml")


def refuse_unwritable(
    path: Path | None, option: str, formats: tuple[str, ...] = (), *, inputs: Iterable[Path | None] = (), outputs: Iterable[Path | None] = ()
) -> list[Fault]:
    """What would keep `path` from being written, found before hours of search rather than after.

    Parameters
    ----------
    path : None: nothing is to be written.
    formats : endings that the name may have; none: any but those of YAML, as what is written is JSON.
    inputs : files that the same command reads; none of them is overwritten.
    outputs : other files that it writes.
    """
    if path is None:
        return []

    def fault(cause: str, action: str) -> list[Fault]:
        return [Fault("bad_option", option, str(path), cause, action)]

    try:
        target = path.resolve()
        if any(_same(target, other) for other in inputs):
            return fault("This is a file that is read: it would be overwritten.", "Write to another file.")
        if formats and path.suffix.lower() not in formats:
            return fault("The format is not known.", f"Let the name end in {' or '.join(formats)}.")
        if not formats and path.suffix.lower() in YAML:
            return fault("What is written there is JSON.", "Let the name end in .json.")
        if target.is_dir():
            return fault("This is a folder.", "Name a file.")
        if not target.parent.is_dir():
            return fault("The folder does not exist.", f"Create {target.parent} first, or write elsewhere.")
        if any(_same(target, other) for other in outputs):
            return fault("Two different things would be written to this file.", "Write to two files.")
        _try(target)
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links is a RuntimeError
        return fault(f"It cannot be written: {reason(error)}.", "Write elsewhere, or change the permissions.")
    return []


def _same(target: Path, other: Path | None) -> bool:
    """Whether both are one file, whatever links lead there; devices such as /dev/stdin are not files."""
    try:
        return other is not None and ((other.is_file() and target.samefile(other)) or (not target.exists() and target == other.resolve()))
    except (OSError, ValueError, RuntimeError):  # the one that is not there, or cannot be looked at, is not overwritten
        return False


def _try(target: Path) -> None:
    """Do what `write_file` will do, but for the writing. Raises OSError."""
    if target.exists() and not target.is_file():
        if not os.access(target, os.W_OK):
            raise PermissionError(None, "no permission")
        return
    existed = target.exists()
    if existed:
        with target.open("ab"):  # changes nothing
            pass
    try:
        handle, scratch = tempfile.mkstemp(dir=target.parent, prefix=".packing-")
    except OSError:
        if not existed:  # else it can be written in place
            raise
    else:
        os.close(handle)
        Path(scratch).unlink()
    if not existed:
        target.open("xb").close()  # its name may be too long, or not be allowed there
        target.unlink()


def write_file(path: Path, text: str, option: str = "--output") -> None:
    """Write a file whole or not at all; special files such as /dev/stdout are written directly.

    A link stays, and what it leads to is written; a file that is there already keeps its permissions.

    Raises
    ------
    ProblemError : it could not be written after all (a disk that is full by now); the text is kept elsewhere, which the fault names.
    """
    try:
        _replace(path.resolve(), text)
    except BrokenPipeError:
        return
    except (OSError, ValueError, RuntimeError) as error:
        raise ProblemError([Fault("unwritable", option, str(path), f"It could not be written: {reason(error)}.", kept(text))]) from None


def _replace(target: Path, text: str) -> None:
    if target.exists() and not target.is_file():
        _write_special(target, text)
        return
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
    try:
        handle, scratch = tempfile.mkstemp(dir=target.parent, prefix=".packing-")
    except OSError:
        if not target.exists():
            raise
        target.write_text(text, encoding="utf-8", newline="\n")  # a file that may be written, in a folder that may not
        return
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        with contextlib.suppress(OSError):
            Path(scratch).chmod(mode)
        try:
            Path(scratch).replace(target)
        except OSError:
            if not target.exists():
                raise
            target.write_text(text, encoding="utf-8", newline="\n")  # a file that is mounted by itself cannot be replaced
    finally:
        Path(scratch).unlink(missing_ok=True)


def _write_special(target: Path, text: str) -> None:
    """Write to a device or a pipe; one that nobody reads is an error and not waited for."""
    descriptor = os.open(target, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "set_blocking"):
        os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def kept(text: str) -> str:
    """Put a text that could not be written where it should be into a file of its own, or on stdout; says where it is."""
    try:
        handle, name = tempfile.mkstemp(prefix="packing-", suffix=".json" if text.startswith(("{", "[")) else ".txt")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except (OSError, ValueError, AttributeError):
            return "It could be kept nowhere else either: free some space and run the command again."
        return "It was printed on stdout instead."
    return f"It was kept in {name}."


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
