"""A day's plan: groups of slots with a placement each, and the switches between them (docs/schedule.md)."""

from packing.act.schedule.api import solve_schedule
from packing.act.schedule.files import read_schedule, verify_schedule

__all__ = ["read_schedule", "solve_schedule", "verify_schedule"]
