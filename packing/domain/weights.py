"""The five fitness functions and their weights; presets for the three use cases of domain.md."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Any

from pydantic import model_validator

from packing.domain.faults import coded, did_you_mean
from packing.domain.fields import Number, Record
from packing.domain.units import exact


class Axis(StrEnum):
    """The one list of fitness functions, in the order of the chart."""

    MODEL_SIZE = "model_size"
    PERFORMANCE = "performance"
    ISOLATION = "isolation"
    COST = "cost"
    SCALABILITY = "scalability"


class Weights(Record):
    """What the user wants more of; any scale, only the proportions count."""

    model_size: Number = 0.0
    performance: Number = 0.0
    isolation: Number = 0.0
    cost: Number = 0.0
    scalability: Number = 0.0

    @model_validator(mode="after")
    def _not_all_zero(self) -> Weights:
        if not any(getattr(self, axis) for axis in Axis):
            raise coded("zero_weights", "All five weights are zero.", "Give at least one a weight above zero, or name a preset.")
        return self

    def share(self, axis: Axis) -> Fraction:
        """This axis's share of all weights, exact."""
        total = sum(exact(getattr(self, each)) for each in Axis)
        return exact(getattr(self, axis)) / total


BALANCED = Weights(model_size=0, performance=0.25, isolation=0.1, cost=0.5, scalability=0.15)
PRESETS: dict[str, Weights] = {
    "balanced": BALANCED,
    # Agents wait for it: latency first; cost and scale pay. That the data are the customers' own is a fact (isolation of
    # tenant or model): the weight is moderate, so that where the data are harmless the fact decides, not the preset.
    "case_summaries": Weights(model_size=0.05, performance=0.6, isolation=0.1, cost=0.15, scalability=0.1),
    # Long tail of small bots: cost first, otherwise balanced.
    "chatbots": Weights(model_size=0, performance=0.1, isolation=0.05, cost=0.75, scalability=0.1),
    # Throughput and latency first; cost and isolation pay.
    "image_generation": Weights(model_size=0, performance=0.6, isolation=0.05, cost=0.15, scalability=0.2),
}


def parse_weights(value: Any) -> Any:
    """The name of a preset becomes its weights; anything else is passed on for validation."""
    if not isinstance(value, str):
        return value
    if value not in PRESETS:
        names = ", ".join(PRESETS)
        raise coded("unknown_preset", f"The presets are {names}.", did_you_mean(value, PRESETS, "Take one of these, or give five weights."))
    return PRESETS[value]
