"""When the command began: its time limit counts from there, with what it reads before it searches."""

from __future__ import annotations

import time

_began: float | None = None


def start(*, process: bool) -> None:
    """The command begins now; `process`: with its process, so that what that has computed so far counts as well."""
    global _began  # noqa: PLW0603 - there is one command in a process at a time
    _began = time.monotonic() - (time.process_time() if process else 0.0)


def began() -> float:
    """When it began, on `time.monotonic`'s clock; now, if nobody has said."""
    return time.monotonic() if _began is None else _began
