"""Synthetic problems: small random ones for tests, seeded fleets with a knob per difficulty for benchmarks."""

from packing.generate.files import to_json, to_yaml
from packing.generate.fleets import generate
from packing.generate.knobs import SUITES, Knobs, suite, turn
from packing.generate.small import random_problem

__all__ = ["SUITES", "Knobs", "generate", "random_problem", "suite", "to_json", "to_yaml", "turn"]
