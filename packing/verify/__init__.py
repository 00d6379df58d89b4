"""Verify: checks a placement independently of any solver, with plain integers."""

from packing.verify.check import verify
from packing.verify.violation import Verification, Violation

__all__ = ["Verification", "Violation", "verify"]
