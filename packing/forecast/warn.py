"""What a reader of a forecast should know before planning with it, a sentence each."""

from __future__ import annotations

import math
from collections.abc import Sequence

from packing.domain.units import exact
from packing.forecast.predict import Forecast

NAMED = 5
ONE_SLOT = 0.99
"""Share of a model's traffic from which on one slot has all of it."""


def warnings(forecast: Forecast) -> tuple[str, ...]:
    """Of the history first, then of the profiles."""
    return (*forecast.history.notes, *_short(forecast), *_filled(forecast), *_shapes(forecast))


def _short(forecast: Forecast) -> list[str]:
    quantile = forecast.level.quantile
    if forecast.held >= quantile:
        return []
    least = min(each.observations for each in forecast.models.values())
    needed = math.ceil(1 / (1 - exact(quantile))) - 1
    seen = f"Some slots were observed only {least} time{'s' if least != 1 else ''}, a quantile of {quantile:g} needs {needed}"
    return [f"{seen}: the largest observation is taken, which holds with probability {forecast.held:.2g}."]


def _filled(forecast: Forecast) -> list[str]:
    """Slots of which nothing is known."""
    found = {name: each.filled for name, each in forecast.models.items() if each.filled}
    if not found:
        return []
    slots = sorted({slot for filled in found.values() for slot in filled})
    who = "all models" if len(found) == len(forecast.models) else _names(list(found))
    shown = ", ".join(str(slot) for slot in slots[:12]) + (f" and {len(slots) - 12} more" if len(slots) > 12 else "")
    return [f"Slots never observed ({shown}; {who}): they have the model's largest rate of the other slots, not zero."]


def _shapes(forecast: Forecast) -> list[str]:
    """Models that never have traffic, and those that have all of it in one slot."""
    silent, single = [], dict[str, int]()
    for name, each in forecast.models.items():
        means = [mean or 0 for mean in each.means]
        if not any(means):
            silent.append(name)
        elif sum(mean is not None for mean in each.means) > 1 and max(means) >= ONE_SLOT * sum(means):
            single[name] = means.index(max(means))
    said = [f"No traffic at all: {_names(silent)}."] if silent else []
    if single:
        slots = sorted(set(single.values()))
        hint = " Do the times have hours, or only dates?" if slots == [0] else ""
        said.append(f"All traffic in one slot ({', '.join(map(str, slots[:12]))}): {_names(list(single))}.{hint}")
    return said


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {len(names) - NAMED:,} more models" if len(names) > NAMED else shown
