"""What a child process does: work, one job after another, until its parent closes the connection."""

from __future__ import annotations

import importlib
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from packing.solve.remote.link import Link, LinkedContext
from packing.solve.remote.work import Work, carry_out, prepare


def main(connection: socket.socket) -> NoReturn:
    """The whole life of a child. `connection` is what `packing.solve.remote.process` holds the other end of."""
    # Ctrl-C is for the parent, which then says what to do; so is what systemd, say, sends to all processes of a service at once.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_IGN)
    # Standard input was the connection; nothing that reads it may get hold of what is meant for us.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    # Where memory runs out, the kernel is to take the child and not its parent.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    link = Link(connection)
    link.open()
    link.send(("ready", -1))
    _load()
    while True:
        number, work, began = link.job()
        if not _carry_out(link, number, work, began):
            os._exit(1)  # after an error nothing is known of the state of the solvers: not used again


def _carry_out(link: Link, number: int, work: Work, began: float) -> bool:
    """One job; returns whether it ended in the ordinary way."""
    context = LinkedContext(link, number, work, began)
    prepare(work, context)
    context.connect()
    link.send(("begun", number))
    link.attach(context)
    try:
        carry_out(work, context)
    except BaseException as error:  # noqa: BLE001 - said to the parent, which decides
        link.attach(None)
        link.flush(context)
        link.send(("failed", number, f"{type(error).__name__}: {error}"[:500]))
        return False
    link.attach(None)
    link.flush(context)
    link.send(("end", number, context.ended_by(), tuple(context.incidents), context.withdrawn))
    return True


def _load() -> None:
    """Import the solvers before any job begins: one that has begun then answers at once when it is told to stop."""
    for module in ("ortools.math_opt.python.mathopt", "ortools.sat.python.cp_model", "packing.solve.portfolio"):
        importlib.import_module(module)
