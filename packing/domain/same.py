"""When two modes are one: a copy whose mode states other figures is the same copy, one that needs something else has to be loaded anew."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from packing.domain.workload import Mode

FIGURES = ("requests_per_second", "ttft_ms", "tpot_ms", "load_s", "source", "error_band", "error_bands")
"""Fields of a mode that say what it delivers; all others say what runs, and to change one means to load the copy anew."""

_needs = attrgetter(*(name for name in Mode.model_fields if name not in (*FIGURES, "resources")))


def needs_key(mode: Mode) -> tuple[Any, ...]:
    """Equal for modes that need the same of a node."""
    return (*_needs(mode), tuple(sorted(mode.resources.items())))
