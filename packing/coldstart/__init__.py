"""Cold starts behind multi-model endpoints: predicted, and simulated event by event."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_WHERE = {
    "ColdStarts": "answer",
    "Member": "endpoint",
    "SharedNode": "endpoint",
    "Waits": "answer",
    "of_placement": "placement",
    "predict": "prediction",
    "shared_nodes": "placement",
    "simulate_endpoint": "simulate",
}
__all__ = ["ColdStarts", "Member", "SharedNode", "Waits", "of_placement", "predict", "shared_nodes", "simulate_endpoint"]

if TYPE_CHECKING:
    from packing.coldstart.answer import ColdStarts, Waits
    from packing.coldstart.endpoint import Member, SharedNode
    from packing.coldstart.placement import of_placement, shared_nodes
    from packing.coldstart.prediction import predict
    from packing.coldstart.simulate import simulate_endpoint


def __getattr__(name: str) -> Any:
    """Load a public name from where it lives: numpy only when it is used."""
    where = _WHERE.get(name)
    if where is None:
        raise AttributeError(f"module 'packing.coldstart' has no attribute {name!r}")
    return getattr(importlib.import_module(f"packing.coldstart.{where}"), name)
