"""An explanation as plain data. Objective terms are on the scale of 0..1, money in USD per hour."""

from __future__ import annotations

from typing import Any

from packing.domain.fitness import OBJECTIVE_UNITS
from packing.explain.alternatives import Alternative
from packing.explain.conditions import Change
from packing.explain.conflict import ConflictSet
from packing.explain.explanation import Explanation
from packing.explain.repairs.repair import Repair
from packing.explain.terms import ModelTerms
from packing.explain.values import Value


def plain(explanation: Explanation) -> dict[str, Any]:
    """Everything that is known; what was not asked for is absent."""
    each = explanation
    found: dict[str, Any] = {
        "problem": each.expanded.digest,
        "complete": each.complete,
        "possible": each.possible,
        "optimal": each.optimal,
        "objective": each.breakdown.units / OBJECTIVE_UNITS,
        "cost_per_hour": each.placement.cost_per_hour,
        "better": None if each.better is None else {"objective": each.better.objective, "cost_per_hour": each.better.cost_per_hour},
        "conflicts": [_conflict(conflict) for conflict in each.conflicts],
        "repairs": [_repair(repair) for repair in each.repairs],
        "more_nodes_help": each.more_nodes.helps if each.more_nodes else None,
        "terms": {"owned": each.breakdown.owned / OBJECTIVE_UNITS, "empty_nodes": each.breakdown.empty / OBJECTIVE_UNITS},
        "models": [_model(model) for model in each.breakdown.models if each.model in {None, model.model}],
    }
    if each.model is not None:
        found["alternatives"] = [_alternative(alternative) for alternative in each.alternatives]
    if each.values is not None:
        found["values"] = [_value(value) for value in each.values]
        found["values_untried"] = list(each.values_untried)
    return found


def _change(change: Change) -> dict[str, Any]:
    return {"kind": change.kind, "target": change.target, "from": change.old, "to": change.new}


def _conflict(conflict: ConflictSet) -> dict[str, Any]:
    members = [
        {"kind": member.condition.kind, "target": member.condition.target, "value": member.condition.value, "sentence": member.sentence,
         "necessary": member.necessary}
        for member in conflict.members
    ]  # fmt: skip
    reasons = [{"model": model, "rule": rule, "detail": detail} for model, rule, detail in conflict.reasons]
    return {"irreducible": conflict.irreducible, "members": members, "reasons": reasons}


def _repair(repair: Repair) -> dict[str, Any]:
    return {
        "sentence": repair.sentence,
        "changes": [_change(change) for change in repair.changes],
        "price_per_hour": repair.price_per_hour,
        "cost_per_hour": repair.cost_per_hour,
        "grade": repair.grade,
        "least": repair.least,
    }


def _model(model: ModelTerms) -> dict[str, Any]:
    places = [
        {"node": place.node, "instance_type": place.instance_type, "zone": place.zone, "pool": place.pool, "endpoint": place.endpoint,
         "hosting": str(place.hosting), "copies": place.copies, "mode": place.mode, "neighbours": list(place.neighbours),
         "price_per_hour": place.price_per_hour}
        for place in model.places
    ]  # fmt: skip
    terms = {name: units / OBJECTIVE_UNITS for name, units in model.terms.items()}
    return {
        "model": model.model,
        "objective": model.units / OBJECTIVE_UNITS,
        "terms": terms,
        "price_per_hour": model.price_per_hour,
        "places": places,
    }


def _alternative(each: Alternative) -> dict[str, Any]:
    return {
        "hosting": None if each.hosting is None else str(each.hosting),
        "instance_type": each.instance_type,
        "mode": each.mode,
        "here": each.here,
        "refused": [{"rule": refusal.rule, "detail": refusal.detail} for refusal in each.refused],
        "missing": each.missing,
        "objective": _scaled(each.units),
        "objective_at_least": _scaled(each.least_units),
        "cost_per_hour": each.cost_per_hour,
        "proven": each.proven,
        "detail": each.detail,
    }


def _value(each: Value) -> dict[str, Any]:
    (least, most), (low, high) = each.limits, each.least_cost_limits
    return {
        "sentence": each.sentence,
        "change": _change(each.change),
        "missing": each.missing,
        "objective": _scaled(each.units),
        "objective_at_least": _scaled(least) if each.same_scale and not each.missing else None,
        "objective_at_most": _scaled(most) if each.same_scale and not each.missing else None,
        "cost_per_hour": each.cost_per_hour,
        "least_cost_per_hour": each.least_cost_per_hour,
        "least_cost_per_hour_at_least": low,
        "least_cost_per_hour_at_most": high,
        "proven": each.proven,
    }


def _scaled(units: int | None) -> float | None:
    return None if units is None else units / OBJECTIVE_UNITS
