"""Solve: strategies, bounds, and the one way in."""

from packing.solve.api import solve_placement
from packing.solve.context import Progress
from packing.solve.result import FitnessReport, Result
from packing.solve.strategies import strategies

__all__ = ["FitnessReport", "Progress", "Result", "solve_placement", "strategies"]
