"""Measuring: seconds and peak memory of one function in a process of its own, and where that was."""

from __future__ import annotations

import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar

from packing.solve.remote import pool

T = TypeVar("T")
LOOK_S = 0.25
"""How often the memory of a measured process and its children is looked at."""


class BenchError(RuntimeError):
    """A measured function failed; the message has its traceback."""


@dataclass(frozen=True, slots=True)
class Measured(Generic[T]):
    """What a function returned, and what it took.

    Parameters
    ----------
    value : what it returned.
    seconds : wall clock of the call itself (monotonic), without the start of its process and without imports made before.
    peak_bytes : most resident memory of its process, and of the largest child of it, interpreter and libraries included.
    """

    value: T
    seconds: float
    peak_bytes: int


def measured(function: Callable[..., T], *arguments: Any, **options: Any) -> Measured[T]:
    """Call a module-level function in a fresh process.

    Raises
    ------
    BenchError : it raised, or its process died.
    """
    return _apart(function, arguments, options)


def _apart(function: Callable[..., T], arguments: tuple[Any, ...], options: dict[str, Any]) -> Measured[T]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(sender, function, arguments, options))
    process.start()
    sender.close()
    most = 0
    try:
        while not receiver.poll(LOOK_S):
            most = max(most, tree_bytes(process.pid or 0))
        outcome = receiver.recv()
    except EOFError:
        outcome = "The process died without an answer."
    process.join()
    if isinstance(outcome, str):
        raise BenchError(f"{function.__name__}: {outcome} (exit code {process.exitcode})")
    value, seconds, peak = outcome
    return Measured(value, seconds, max(peak, most))


def _child(sender: Connection, function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
    try:
        started = time.monotonic()
        value = function(*arguments, **options)
        seconds = time.monotonic() - started
        pool.close()  # a child's memory is known once it has been waited for
        sender.send((value, seconds, peak_bytes()))
    except BaseException:  # noqa: BLE001 - whatever it was, the parent reports it
        sender.send(traceback.format_exc())


def peak_bytes() -> int:
    """Most resident memory of this process so far, plus that of the largest child that it has waited for."""
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return peak if sys.platform == "darwin" else peak * 1024


def tree_bytes(process: int) -> int:
    """Memory of a process and of all that it has started, now; pages that several share count once. 0 where there is no /proc."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        children = " ".join(each.read_text(encoding="ascii") for each in Path(f"/proc/{process}/task").glob("*/children"))
    except OSError:
        return 0
    own = sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return own + sum(tree_bytes(int(child)) for child in children.split())


def surroundings() -> dict[str, Any]:
    """Machine, versions and commit that figures belong to."""
    return {
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in ("packing", "ortools", "numpy", "pydantic")},
        "commit": commit(),
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def commit() -> str | None:
    """Commit of the checkout that this package runs from, marked if there are changes; None outside a checkout."""
    folder = Path(__file__).resolve().parents[2]
    try:
        head = _git(folder, "rev-parse", "HEAD")
        return f"{head} with changes" if _git(folder, "status", "--porcelain", "--untracked-files=no") else head
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True).stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
