"""Measuring without a process of its own: an interpreter and the solvers for every call are most of what tiny parameters take."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from typing import Any

from packing.bench.measure import Measured, peak_bytes


def here(function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Measured[Any]:
    """What `measured` does, in this process: only what a pipe can carry goes in and comes out."""
    function, arguments, options = pickle.loads(pickle.dumps((function, arguments, options)))
    started = time.monotonic()
    value = function(*arguments, **options)
    return Measured(pickle.loads(pickle.dumps(value)), time.monotonic() - started, peak_bytes())
