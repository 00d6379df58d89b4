"""Synthetic problems: small random ones for tests, seeded fleets with a knob per difficulty for benchmarks."""

from packing.generate.files import command_generate, to_json, to_yaml
from packing.generate.fleets import generate
from packing.generate.knobs import SUITES, Knobs, suite
from packing.generate.small import random_problem

__all__ = ["SUITES", "Knobs", "command_generate", "generate", "random_problem", "suite", "to_json", "to_yaml"]
