"""Describe: from files and plain data to problems and placements, or to all their faults at once."""

from packing.describe.check import check
from packing.describe.expand import Expanded, expand
from packing.describe.files import read_problem
from packing.describe.placement import placement_from, read_placement
from packing.describe.problem import checked_problem, problem_from
from packing.describe.timeline import events_from, read_events

__all__ = [
    "Expanded",
    "check",
    "checked_problem",
    "events_from",
    "expand",
    "placement_from",
    "problem_from",
    "read_events",
    "read_placement",
    "read_problem",
]
