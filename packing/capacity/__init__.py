"""Capacity: what a copy of a model needs of an accelerator, and what it then delivers."""

from __future__ import annotations

from packing.capacity.modes import derive_modes
from packing.capacity.target import Target

__all__ = ["Target", "derive_modes"]
