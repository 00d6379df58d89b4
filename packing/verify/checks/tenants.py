"""Checks of who shares a node: isolation and conflicts of tenants, number of models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packing.domain.rules import Rule
from packing.domain.words import Hosting, Isolation
from packing.verify.facts import Facts, ModelFacts, Seat
from packing.verify.violation import Violation

_CONTAINER, _INSTANCE = Isolation.CONTAINER.level, Isolation.INSTANCE.level


def _models(seats: Iterable[Seat]) -> list[ModelFacts]:
    """The distinct models of these copies."""
    return list({id(seat.model): seat.model for seat in seats if seat.model is not None}.values())


def _mixed(seats: Iterable[Seat], level: int) -> str | None:
    """What is wrong if several tenants are here and a model asks for `level` or more; either side's wish counts."""
    models = _models(seats)
    tenants = {model.tenant for model in models}
    if len(tenants) < 2:
        return None
    for model in models:
        if model.isolation.level >= level:
            others = sorted(tenants - {model.tenant})
            return f"{model.model.name} asks for isolation {model.isolation}, but tenant {others[0]!r} is here as well"
    return None


def isolation(facts: Facts) -> Iterator[Violation]:
    """Endpoint: single-model only. Instance: no other tenant on the node. Container: none on its accelerators or in its container."""
    for seat in facts.seats:
        wants_own = seat.model is not None and seat.model.isolation is Isolation.ENDPOINT
        if wants_own and seat.site is not None and seat.site.hosting is not Hosting.SINGLE_MODEL:
            yield Violation(Rule.ISOLATION, seat.where, "asks for an endpoint of its own, which only single-model hosting gives")
    for site in facts.sites.values():
        wrong = _mixed(site.seats, _INSTANCE)
        if wrong:
            yield Violation(Rule.ISOLATION, site.where, wrong)
        for index, seats in site.on.items():
            wrong = _mixed(seats, _CONTAINER) if len(seats) > 1 else None
            if wrong:
                yield Violation(Rule.ISOLATION, f"{site.where}.accelerators[{index}]", wrong)
    for endpoint, seats in facts.multi_model():
        wrong = _mixed(seats, _CONTAINER)
        if wrong:
            yield Violation(Rule.ISOLATION, f"endpoints[{endpoint.name}]", wrong)


def conflicts(facts: Facts) -> Iterator[Violation]:
    """Tenants in conflict are neither on one node nor in one multi-model endpoint."""
    if not facts.conflicts:
        return
    groups = [(site.where, site.seats) for site in facts.sites.values()]
    groups += [(f"endpoints[{endpoint.name}]", seats) for endpoint, seats in facts.multi_model()]
    for where, seats in groups:
        tenants = sorted({model.tenant for model in _models(seats)})
        for position, one in enumerate(tenants):
            for other in tenants[position + 1 :]:
                if (one, other) in facts.conflicts:
                    yield Violation(Rule.CONFLICTS, where, f"tenants {one!r} and {other!r} are in conflict")


def max_models_per_node(facts: Facts) -> Iterator[Violation]:
    """Distinct models on one node, whatever the slot, <= the limit of the problem and that of the instance type."""
    for site in facts.sites.values():
        limits = [facts.problem.max_models_per_node, site.kind.kind.max_models_per_node if site.kind is not None else None]
        names = {seat.copy.model for seat in site.seats}
        if any(limit is not None and len(names) > limit for limit in limits):
            allowed = min(limit for limit in limits if limit is not None)
            yield Violation(Rule.MAX_MODELS_PER_NODE, site.where, f"{len(names)} models on one node, at most {allowed} allowed")
