"""Solve: strategies, bounds, and the one way in.

Names are loaded when they are first used: child processes need the strategies, and not what describes and checks.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from packing.solve.context import Progress
from packing.solve.strategies import strategies  # at once: the module of that name would otherwise stand in its way

if TYPE_CHECKING:
    from packing.solve.api import solve_placement
    from packing.solve.result import FitnessReport, Result

__all__ = ["FitnessReport", "Progress", "Result", "solve_placement", "strategies"]
_WHERE = {"FitnessReport": "result", "Result": "result", "solve_placement": "api"}


def __getattr__(name: str) -> Any:
    """Load a public name from where it lives (PEP 562)."""
    if name not in _WHERE:
        raise AttributeError(f"module 'packing.solve' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"packing.solve.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
