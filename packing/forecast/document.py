"""A forecast as plain data: what `packing profile` writes, and how a fleet file takes it over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from packing.domain.faults import did_you_mean
from packing.domain.units import MICRO
from packing.errors import Fault, ProblemError
from packing.forecast.history import Tokens
from packing.forecast.predict import Forecast, Kept, kept_of
from packing.forecast.warn import warnings

SCHEMA_VERSION = 1
Rates = Mapping[str, Sequence[int]]
"""By model and slot, millionths of a request per second."""


def document(forecast: Forecast, rates: Rates, *, pooled: bool, typical: bool = True) -> dict[str, Any]:
    """The file of profiles.

    Parameters
    ----------
    rates : what each model's profile is: its own, or its part of a pool's.
    pooled : whether it is the latter.
    typical : lengths are the mean ones; False: those that the quantile does not exceed.
    """
    history = forecast.history
    return {
        "schema_version": SCHEMA_VERSION,
        "slots": history.slots,
        "slot_hours": history.slot_hours,
        "time_zone": history.time_zone,
        "quantile": forecast.level.quantile,
        "of": forecast.level.of,
        "holds": round(forecast.held, 4),
        "kept": _kept(forecast.kept),
        "neighbours": forecast.level.neighbours,
        "pooled": pooled,
        "models": [
            {
                "name": name,
                "traffic": traffic(forecast, name, each, typical=typical),
                "seen": _seen(forecast, name),
            }
            for name, each in rates.items()
        ],
        "warnings": list(warnings(forecast)),
    }


def traffic(forecast: Forecast, name: str, rates: Sequence[int], *, typical: bool) -> dict[str, Any]:
    """What the fleet file calls the `traffic` of a model; without lengths where none were seen."""
    history = forecast.history
    said: dict[str, Any] = {"requests_per_second": [rate / MICRO for rate in rates] if len(rates) > 1 else rates[0] / MICRO}
    for meaning, lengths in (("input_tokens", history.inputs), ("output_tokens", history.outputs)):
        if name in lengths:
            said[meaning] = round(lengths[name].mean, 1) if typical else lengths[name].quantile
    return said


def _seen(forecast: Forecast, name: str) -> dict[str, Any]:
    history, each = forecast.history, forecast.models[name]
    rates = [rate for rate in history.series(name) if rate is not None]
    said: dict[str, Any] = {"slots_known": len(rates), "slots_unknown": len(history.cells) - len(rates), "cycles": len(history.cycles)}
    if name in history.requests:
        said["requests"] = history.requests[name]
    said["mean_requests_per_second"] = round(sum(rates) / len(rates) / MICRO, 6) if rates else None
    said["margin"] = round(float(each.margin), 6)
    said["kept"] = _kept(kept_of(each.left_out))
    for meaning, lengths in (("input_tokens", history.inputs), ("output_tokens", history.outputs)):
        if name in lengths:
            said[meaning] = _lengths(lengths[name])
    return said


def _kept(kept: Kept | None) -> dict[str, float] | None:
    """Shares within a profile made from the other days; None where no day can be left out."""
    return None if kept is None else {"slots": round(kept.slots, 4), "requests": round(kept.requests, 4)}


def _lengths(tokens: Tokens) -> dict[str, float]:
    return {"requests": tokens.requests, "mean": round(tokens.mean, 3), "quantile": tokens.quantile}


def into_fleet(fleet: Mapping[str, Any], profiles: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A fleet file's data with the traffic replaced, and sentences about what was not.

    Lengths that the history does not tell stay as the fleet file has them. `slots` and `slot_hours` become the profiles'.

    Raises
    ------
    ProblemError : no model of the fleet is in the history.
    """
    made = deepcopy(dict(fleet))
    by_name = {each["name"]: each["traffic"] for each in profiles["models"]}
    models = [model for model in made.get("models") or [] if isinstance(model, dict)]
    theirs = [model for model in models if model.get("name") in by_name]
    names = [str(model.get("name")) for model in models]
    if not theirs:
        advice = did_you_mean(next(iter(by_name), None), names, f"The fleet has {', '.join(names[:5]) or 'no models'}.")
        cause = "No model of the fleet is in the history."
        raise ProblemError([Fault("unknown_model", "models", ", ".join(list(by_name)[:5]), cause, advice)])
    for model in theirs:
        before = model.get("traffic")
        kept = {field: value for field, value in before.items() if field in {"input_tokens", "output_tokens"}} if isinstance(before, dict) else {}
        model["traffic"] = {**kept, **by_name[model["name"]]}
    made["slots"] = profiles["slots"]
    if profiles["slot_hours"] != 1 or "slot_hours" in made:
        made["slot_hours"] = profiles["slot_hours"]
    untouched, foreign = [name for name in names if name not in by_name], [name for name in by_name if name not in names]
    said = [f"models that keep their traffic, since the history does not have them: {_some(untouched)}"] if untouched else []
    said += [f"models of the history that the fleet does not have: {_some(foreign)}"] if foreign else []
    return made, said


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
