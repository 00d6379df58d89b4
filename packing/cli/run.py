"""From arguments to an exit code: every error becomes one readable message per fault, never a traceback."""

from __future__ import annotations

import os
from collections.abc import Sequence

from packing.cli.exits import ExitCode
from packing.cli.output import complain

USAGE_ERROR = 2
"""What typer exits with when options are wrong; for this command that is bad input like any other."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with `arguments` (default: those of the process) and return its exit code."""
    from packing.cli import clock
    from packing.errors import PackingError, ProblemError

    clock.start(process=arguments is None)
    try:
        return _run(arguments)
    except ProblemError as error:
        for fault in error.faults:
            complain(str(fault))
    except PackingError as error:
        complain(str(error))
    except KeyboardInterrupt:
        complain("interrupted")
        return ExitCode.INTERRUPTED
    except Exception as error:
        # Whatever slipped through is a bug of ours: said in one line, with a way to see the rest.
        if os.environ.get("PACKING_DEBUG"):
            raise
        complain(f"internal error: {type(error).__name__}: {error} (PACKING_DEBUG=1 shows where; please report it)")
    return ExitCode.FAULT


def _run(arguments: Sequence[str] | None) -> int:
    from packing.cli.app import app

    try:
        app(args=None if arguments is None else list(arguments), prog_name="packing")
    except SystemExit as leaving:
        if isinstance(leaving.code, ExitCode):  # chosen by a verb: its 2 is not that of wrong usage
            return leaving.code
        code = leaving.code if isinstance(leaving.code, int) else ExitCode.DONE if leaving.code is None else ExitCode.FAULT
        return ExitCode.FAULT if code == USAGE_ERROR else code
    return ExitCode.DONE
