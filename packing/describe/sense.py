"""Statements that are each right but do not go together, and demands that nothing can be computed from."""

from __future__ import annotations

from collections.abc import Iterator

from packing.describe.draft import Draft
from packing.domain.faults import shown
from packing.domain.problem import SCHEMA_VERSION
from packing.domain.words import Hosting, Isolation
from packing.domain.workload import Model
from packing.errors import Fault


def version(draft: Draft) -> Iterator[Fault]:
    """A file of a newer format may mean things that this version would not notice."""
    if draft.problem.schema_version > SCHEMA_VERSION:
        cause = f"This version reads files up to schema_version {SCHEMA_VERSION}."
        yield Fault("schema_version", "schema_version", shown(draft.problem.schema_version), cause, "Update this library, or write the older form.")


def emptiness(draft: Draft) -> Iterator[Fault]:
    """No models, or no pools."""
    for section, thing in (("models", "There are no models to place."), ("fleet", "There are no pools to place models on.")):
        if not getattr(draft.problem, section) and not draft.unread(section):
            yield Fault("empty_problem", section, "", thing, "Add at least one.")


def profiles(draft: Draft) -> Iterator[Fault]:
    """A traffic profile has one value for all slots, or one per slot."""
    slots = draft.problem.slots
    if ("slots",) in draft.doubtful:
        return
    for at, model in draft.each("models"):
        given = len(model.traffic.requests_per_second) if model.traffic else 1
        if given not in {1, slots}:
            where = draft.where("models", at, "traffic", "requests_per_second")
            cause = f"The profile has {given} values, the problem has {slots} slot{'s' if slots > 1 else ''}."
            yield Fault("profile_length", where, f"a list of {given}", cause, "Give one value, or one per slot, or change slots.")


def models(draft: Draft) -> Iterator[Fault]:
    """What two fields of one model say against each other, or leave unsaid."""
    for at, model in draft.each("models"):
        if model.architecture is None and not model.modes and not draft.doubts("models", at, "architecture", "modes"):
            cause = "The model has neither an architecture nor modes, so nothing says what a copy needs."
            yield Fault("no_modes", draft.where("models", at), "", cause, "Give an architecture, or measured modes.")
        if model.copies.min and model.copies.max is not None and model.copies.max < model.min_zones:
            cause = f"At most {model.copies.max} copies cannot be in {model.min_zones} zones."
            yield Fault("contradiction", draft.where("models", at, "min_zones"), str(model.min_zones), cause, "Raise copies.max or lower min_zones.")
        if model.isolation is Isolation.ENDPOINT and Hosting.SINGLE_MODEL not in model.hosting:
            cause = "isolation: endpoint means a single-model endpoint, which hosting does not allow."
            value = ", ".join(model.hosting)
            yield Fault("contradiction", draft.where("models", at, "hosting"), value, cause, "Add single_model to hosting, or lower isolation.")
        yield from _degradation(draft, at, model)
        if _unknown_throughput(model) and not draft.doubts("models", at, "modes", "copies"):
            cause = "The model has traffic, but none of its modes says how many requests per second a copy serves."
            action = "Add requests_per_second to its modes, or give an exact number of copies."
            yield Fault("throughput_unknown", draft.where("models", at, "modes"), "", cause, action)


def _degradation(draft: Draft, at: int, model: Model) -> Iterator[Fault]:
    """A precision that a model allows in a shortage must be one that modes can be derived for."""
    degrade = model.degrade
    if draft.doubts("models", at, "modes", "degrade"):
        return
    if model.modes and degrade.precision:
        cause = "The modes of this model are given: no further ones are derived for another precision."
        action = "List measured modes in that precision under degrade.modes."
        yield Fault("contradiction", draft.where("models", at, "degrade", "precision"), ", ".join(degrade.precision), cause, action)


def _unknown_throughput(model: Model) -> bool:
    if not model.modes or model.peak_micro == 0 or model.copies.min == model.copies.max:
        return False
    return not any(mode.rps_micro for mode in model.modes)
