"""Meta's Rebalancer: a place for it in the table, and the reason why its row is empty.

Its Python package (PyPI `rebalancer`) needs Python 3.12 or later, and package indexes have no file of it for older ones. What it
reached in an earlier sounding stands in docs/benchmarks.md, marked as such. An adapter that nobody could run would prove nothing.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import NoReturn

from benchmarks.peers.plain import NoAnswerError
from packing.describe import Expanded

NEEDS = (3, 12)


def rebalancer(expanded: Expanded, limit: float, workers: int = 1) -> NoReturn:  # noqa: ARG001 - all peers are called alike
    """Raises NoAnswerError with the line that the table shows."""
    raise NoAnswerError(why_not())


def why_not() -> str:
    """Why there are no figures of it here."""
    if sys.version_info < NEEDS:
        return f"skipped: needs Python >= 3.12, this is {sys.version_info.major}.{sys.version_info.minor}"
    if find_spec("rebalancer") is None:
        return "skipped: the package rebalancer is not installed"
    return "skipped: installed, but no adapter for its objects has been measured yet"
