"""Models that say that their requests may wait by quantile, and cannot be over-committed all the same: said, not left to be found out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packing.domain.overcommit import LOADS, may_over_commit
from packing.domain.units import exact
from packing.domain.words import Hosting
from packing.domain.workload import Model

NAMED = 3
"""Models that a sentence names."""


def over_commit_notices(models: Iterable[Model]) -> Iterator[str]:
    """One sentence for each reason; the models are expanded."""
    reasons: dict[str, list[str]] = {}
    for model in models:
        if model.cold_start_quantile is not None and (why := _why_not(model)) is not None:
            reasons.setdefault(why, []).append(model.name)
    for why, names in reasons.items():
        more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
        yield f"cold_start_quantile: {', '.join(names[:NAMED])}{more} will not be over-committed: {why}"


def _why_not(model: Model) -> str | None:
    loads = [mode.load_s for mode in model.modes]
    if Hosting.MULTI_MODEL not in model.hosting:
        return "multi_model is not among its hosting options"
    if model.cold_start_s <= 0:
        return "its cold_start_s is 0"
    if model.streaming:
        return "it streams its responses"
    if not model.peak_micro:
        return "it states no traffic"
    if not may_over_commit(model):
        return "it needs more than one copy, or zones"
    if all(load is None for load in loads):
        return "none of its modes states load_s"
    if all(load is None or exact(load) > min(exact(model.cold_start_s), exact(LOADS[-1])) for load in loads):
        return f"its loads take longer than cold_start_s, or than {LOADS[-1]} s"
    return None
