"""Exit codes of the command; docs/tutorial.md and the contract promise exactly these."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packing.domain.words import Status


class ExitCode(IntEnum):
    """What the shell gets to see."""

    DONE = 0
    """Complete and verified."""
    FAULT = 1
    """Bad input, or a violation found."""
    CHANGES = 2
    """There are changes, where `--detailed-exitcode` asked to be told."""
    INCOMPLETE = 3
    """No complete placement; what could be placed has been written."""
    INTERRUPTED = 130
    """Ctrl-C, SIGTERM or SIGHUP; the best placement so far has been written."""


def exit_code(status: Status, limit: str | None = None) -> ExitCode:
    """Exit code of a search that ended with `status`, stopped by `limit` (None: by itself)."""
    if limit == "cancelled":
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if status in {"optimal", "feasible"} else ExitCode.INCOMPLETE
