"""Figures of a node from those of its models, and of all slots from those of each."""

from __future__ import annotations

from collections.abc import Sequence

from packing.coldstart.answer import ModelFigures, NodeFigures

HOUR = 3600.0


def node_figures(parts: Sequence[tuple[int, ModelFigures]], loading_share: float, limit: float) -> NodeFigures:
    """The node in one slot.

    Parameters
    ----------
    parts : size (bytes) and figures of each model in this slot.
    loading_share : share of the time spent loading.
    limit : share above which the node thrashes.
    """
    rate = sum(part.requests_per_second for _, part in parts)
    hits = sum(part.requests_per_second * part.hit for _, part in parts if part.hit is not None)
    cold = sum(part.cold_starts_per_hour for _, part in parts)
    carried = sum(part.cold_starts_per_hour / HOUR * size for size, part in parts)
    return NodeFigures(rate, hits / rate if rate else None, cold, carried, loading_share, loading_share > limit)


def all_slots(slots: Sequence[NodeFigures], limit: float) -> NodeFigures:
    """The node over all slots; each request counts once."""
    rate = sum(each.requests_per_second for each in slots)
    hits = sum(each.requests_per_second * each.hit for each in slots if each.hit is not None)
    share = _mean([each.loading_share for each in slots])
    cold, carried = _mean([each.cold_starts_per_hour for each in slots]), _mean([each.reload_bytes_per_s for each in slots])
    return NodeFigures(rate / len(slots), hits / rate if rate else None, cold, carried, share, share > limit)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
