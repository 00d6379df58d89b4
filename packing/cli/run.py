"""From arguments to an exit code: every error becomes one readable message per fault, never a traceback."""

from __future__ import annotations

import os
from collections.abc import Sequence

from packing.cli.exits import ExitCode
from packing.cli.output import complain, open_standard_streams, say, settle_standard_streams

USAGE_ERROR = 2
"""What typer exits with when options are wrong; for this command that is bad input like any other."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with `arguments` (default: those of the process) and return its exit code."""
    from packing.cli import clock
    from packing.errors import PackingError, ProblemError

    clock.start(process=arguments is None)
    open_standard_streams()
    try:
        return _run(arguments)
    except ProblemError as error:
        for message in error.messages():
            complain(message)
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
    finally:
        settle_standard_streams()
    return ExitCode.FAULT


def _run(arguments: Sequence[str] | None) -> int:
    from io import StringIO

    from typer import BadParameter

    from packing.cli.app import app

    wrong_usage = next(kind for kind in BadParameter.__mro__ if kind.__name__ == "ClickException")
    try:
        code = app(args=None if arguments is None else list(arguments), prog_name="packing", standalone_mode=False)
    except SystemExit as leaving:
        code = leaving.code
    except Exception as error:
        if not isinstance(error, wrong_usage):
            raise
        # Printed here and not by typer, which would print what was typed as it is.
        text = StringIO()
        getattr(error, "show")(text)  # noqa: B009 - typer does not export the type
        say(text.getvalue().rstrip())
        return ExitCode.FAULT
    if isinstance(code, ExitCode):  # chosen by a verb: its 2 is not that of wrong usage
        return code
    code = code if isinstance(code, int) else ExitCode.DONE if code is None else ExitCode.FAULT
    return ExitCode.FAULT if code == USAGE_ERROR else code
