"""Children that are kept warm between solves: starting one and importing the solvers takes about a second."""

from __future__ import annotations

import os
import threading

from packing.solve.remote.memory import resident
from packing.solve.remote.process import Child, NoChildError

MOST_IDLE = os.cpu_count() or 1
LARGEST_IDLE = 512 * 2**20
"""Bytes above which a child is not kept: memory that the caller may want."""

_idle: list[Child] = []
_lock = threading.Lock()


def take() -> Child:
    """A child that waits for work, or a new one. Raises NoChildError."""
    with _lock:
        while _idle:
            child = _idle.pop()
            if child.promising:
                return child
            child.kill()
    return Child()


def give_back(child: Child) -> None:
    """Keep a child that ended its work in the ordinary way."""
    held = resident(child.pid)
    small = held is None or (held[0] <= LARGEST_IDLE and not held[1])
    with _lock:
        if small and child.alive and not child.waiting and len(_idle) < MOST_IDLE:
            _idle.append(child)
            return
    child.kill()


def warm_up(count: int) -> None:
    """Start children, so that they load the solvers while the caller still prepares their work."""
    with _lock:
        wanted = min(count, MOST_IDLE) - len(_idle)
    for _ in range(wanted):
        try:
            child = Child()
        except NoChildError:
            return
        with _lock:
            _idle.append(child)


def close() -> None:
    """End all children that wait for work (those at work end with their solve; all end with the interpreter)."""
    with _lock:
        leaving = _idle[:]
        _idle.clear()
    for child in leaving:
        child.kill()


def _forget() -> None:
    """In a fork of this process: the children are the parent's."""
    global _lock  # noqa: PLW0603 - another thread may have held it when the process was forked
    _lock = threading.Lock()
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
