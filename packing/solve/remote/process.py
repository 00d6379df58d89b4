"""The parent's handle on one child process: started, spoken to without ever waiting for it, and ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from packing.domain.json_text import json_text
from packing.solve.remote.memory import resident
from packing.solve.remote.wire import HEAD, Inbox, frame

BOOT = """
import json, os, socket, sys
link = socket.socket(fileno=os.dup(0))
size = int.from_bytes(link.recv(8, socket.MSG_WAITALL), "big")
if size:
    sys.path[:] = json.loads(link.recv(size, socket.MSG_WAITALL))
    from packing.solve.remote.child import main
    main(link)
"""
"""What the child runs: not the caller's `__main__`, but the caller's `sys.path`, so that it finds the same packing."""
PIECE = 1 << 20
START_S = 30.0
"""A child that is not ready after so long never will be."""
# Writing to a child that has died must raise, and not end a caller who has set SIGPIPE to its default.
_NO_SIGNAL = getattr(socket, "MSG_NOSIGNAL", 0)


class NoChildError(OSError):
    """A child process cannot be started here."""


class Child:
    """A child process. Everything here returns at once; what it has to say is fetched when `socket` can be read.

    The one socket is the child's standard input: when the parent ends, however that comes, it is closed and the child ends as well.
    """

    def __init__(self) -> None:
        reason = why_not()
        if reason is not None:
            raise NoChildError(reason)
        self.ready = False
        """Whether it has said that it works."""
        self.busy = False
        """Whether it has begun a job that has not ended."""
        self._born = time.monotonic()
        self._inbox, self._outgoing = Inbox(), bytearray()
        try:
            self.socket, self._process = _start()
        except OSError as error:
            raise NoChildError(f"no child process can be started: {error.strerror or error}") from error
        self.pid = self._process.pid
        self._end = weakref.finalize(self, _end, self.socket, self._process, os.getpid())
        living.add(self)
        path = json_text(_search_path(), indent=None, ensure_ascii=True).encode()
        self._outgoing += HEAD.pack(len(path)) + path
        self.push()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._end.alive and self._process.poll() is None

    @property
    def waiting(self) -> bool:
        """Whether something is still to be sent."""
        return bool(self._outgoing)

    def send(self, message: object) -> None:
        """Take a message for the child; as much as possible goes at once."""
        self._outgoing += frame(message)
        self.push()

    def push(self) -> None:
        """Send what the child can take now. That it has died shows when it is read from."""
        with suppress(OSError):
            while self._outgoing:
                sent = self.socket.send(memoryview(self._outgoing)[:PIECE].tobytes(), _NO_SIGNAL)
                del self._outgoing[:sent]

    def fetch(self) -> Iterator[Any]:
        """Messages that have arrived. Raises EOFError when there will be no more: the child has ended."""
        while True:
            try:
                piece = self.socket.recv(PIECE)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                piece = b""
            if not piece:
                raise EOFError
            for message in self._inbox.feed(piece):
                if message[0] == "ready":
                    self.ready = True
                else:
                    yield message

    @property
    def promising(self) -> bool:
        """Whether it works, or may still be starting. Reads what it has said; what it said of earlier jobs no longer matters."""
        try:
            for _ in self.fetch():
                pass
        except Exception:  # noqa: BLE001 - ended, or not what it was
            return False
        held = resident(self.pid)
        stopped = held is not None and held[1]
        return self.alive and not stopped and (self.ready or time.monotonic() - self._born < START_S)

    def kill(self) -> None:
        """End it now, and leave nothing of it behind."""
        self._end()

    def obituary(self) -> str:
        """How it ended, for people; ends it if it has not."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        code = self._process.poll()
        self.kill()
        if code is None:
            return "closed its connection"
        if code < 0:
            with suppress(ValueError):
                return f"was ended by signal {-code} ({signal.Signals(-code).name})"
        return f"ended with code {code}"

    @property
    def killed(self) -> bool:
        """Whether a signal ended it."""
        code = self._process.returncode
        return code is not None and code < 0

    def abandon(self) -> None:
        """Forget it without ending it: for a fork of the parent, to which it does not belong."""
        self._end.detach()
        self._process.returncode = 0
        self.socket.close()


living: weakref.WeakSet[Child] = weakref.WeakSet()
"""All children of this process, at work or waiting."""


def _abandon_all() -> None:
    for child in list(living):
        child.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)


def why_not() -> str | None:
    """Why no child can be started in this interpreter; None if one can."""
    if os.name != "posix":
        return "no child processes on this system"
    if not sys.executable or getattr(sys, "frozen", False):
        return "no Python executable to start a child process with"
    return None


def _start() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """(our end of the connection, the process)."""
    errors = None if os.environ.get("PACKING_DEBUG") else subprocess.DEVNULL
    environment = ["-E"] if sys.flags.ignore_environment else []
    command = [sys.executable, "-P", "-W", "ignore", *environment, "-c", BOOT, "packing: a worker of solve_placement"]
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            ours.setblocking(False)
            # In a session of its own: Ctrl-C in the terminal is for the parent to answer.
            process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=errors, cwd="/", start_new_session=True)
        except OSError:
            ours.close()
            raise
    return ours, process


def _search_path() -> list[str]:
    """The caller's search path in absolute terms, with the packing that runs here on it."""
    root = str(Path(__file__).resolve().parents[3])
    path = []
    for entry in sys.path:
        with suppress(OSError):  # of a working directory that is gone
            path.append(str(Path(entry or ".").absolute()))
    return path if root in path else [*path, root]


def _end(link: socket.socket, process: subprocess.Popen[bytes], owner: int) -> None:
    """Close, kill and reap; in a fork of the parent only close."""
    link.close()
    if os.getpid() != owner:
        process.returncode = 0
        return
    with suppress(OSError):
        process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(1.0)
