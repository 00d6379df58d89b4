"""Synthetic problems: small random ones for tests, seeded fleets with a knob per difficulty for benchmarks."""

from packing.generate.small import random_problem

__all__ = ["random_problem"]
