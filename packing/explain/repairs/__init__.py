"""What can be changed so that a complete placement exists, and at what price."""

from packing.explain.repairs.repair import Repair, apply_repair

__all__ = ["Repair", "apply_repair"]
