"""Checks of endpoints: which nodes and which models go behind one."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.overcommit import BY_NAME
from packing.domain.rules import Rule
from packing.domain.units import exact, show_bytes, show_decimal
from packing.domain.words import AcceleratorKind, Hosting
from packing.verify.facts import Facts
from packing.verify.violation import Violation


def endpoint(facts: Facts) -> Iterator[Violation]:
    """One instance type an endpoint (its one hosting option is its field), and every node of exactly one endpoint."""
    listed: dict[str, str] = {}
    for each in facts.placement.endpoints:
        for name in each.nodes:
            if name in listed and listed[name] != each.name:
                yield Violation(Rule.ENDPOINT, f"nodes[{name}]", f"behind {listed[name]} and behind {each.name}")
            listed.setdefault(name, each.name)
    for site in facts.sites.values():
        if site.endpoint is None:
            yield Violation(Rule.ENDPOINT, site.where, f"its endpoint {site.node.endpoint!r} does not exist")
        elif site.node.instance_type != site.endpoint.instance_type:
            detail = f"a {site.node.instance_type} behind {site.endpoint.name}, an endpoint of {site.endpoint.instance_type}"
            yield Violation(Rule.ENDPOINT, site.where, detail)
    for each in facts.endpoints.values():
        if each.keep is not None and each.hosting is not Hosting.MULTI_MODEL:
            yield Violation(Rule.ENDPOINT, f"endpoints[{each.name}].keep", "only multi-model endpoints are over-committed")
        elif each.keep is not None and each.keep not in BY_NAME:
            yield Violation(Rule.ENDPOINT, f"endpoints[{each.name}].keep", f"unknown level {each.keep!r}")


def single_model(facts: Facts) -> Iterator[Violation]:
    """A single-model endpoint serves one model."""
    for each in facts.endpoints.values():
        if each.hosting is Hosting.SINGLE_MODEL:
            names = {seat.copy.model for site in facts.behind[each.name] for seat in site.seats}
            if len(names) > 1:
                yield Violation(Rule.SINGLE_MODEL, f"endpoints[{each.name}]", f"{len(names)} models: {', '.join(sorted(names)[:5])}")


def multi_model(facts: Facts) -> Iterator[Violation]:
    """Modes with at most one accelerator on instance types with at most one, which is a GPU."""
    for each in facts.endpoints.values():
        if each.hosting is not Hosting.MULTI_MODEL:
            continue
        for site in facts.behind[each.name]:
            if site.kind is not None and site.kind.accelerators > 1:
                yield Violation(Rule.MULTI_MODEL, site.where, f"{site.kind.kind.name} has {site.kind.accelerators} accelerators")
            elif site.kind is not None and site.kind.accelerators and site.kind.kind.accelerator_kind is not AcceleratorKind.GPU:
                yield Violation(Rule.MULTI_MODEL, site.where, f"the accelerator of {site.kind.kind.name} is not a GPU")
            for seat in site.seats:
                if seat.mode.accelerators > 1:
                    yield Violation(Rule.MULTI_MODEL, seat.where, f"its mode takes {seat.mode.accelerators} accelerators")


def framework(facts: Facts) -> Iterator[Violation]:
    """One framework behind a multi-model endpoint; stating none counts as one of its own."""
    for each, seats in facts.multi_model():
        found = {seat.model.model.framework or "(none stated)" for seat in seats if seat.model is not None}
        if len(found) > 1:
            yield Violation(Rule.FRAMEWORK, f"endpoints[{each.name}]", f"frameworks {', '.join(sorted(found))}")


def size_ratio(facts: Facts) -> Iterator[Violation]:
    """Largest copy <= ratio x smallest copy of a multi-model endpoint, in bytes."""
    ratio = exact(facts.problem.multi_model_size_ratio)
    for each, seats in facts.multi_model():
        sizes = {seat.mode.size for seat in seats}
        if sizes and max(sizes) > ratio * min(sizes):
            detail = f"the largest copy has {show_bytes(max(sizes))}, the smallest {show_bytes(min(sizes))}; allowed is {facts.problem.multi_model_size_ratio:g} times the smallest"
            yield Violation(Rule.SIZE_RATIO, f"endpoints[{each.name}]", detail)


def streaming(facts: Facts) -> Iterator[Violation]:
    """No model that streams behind a multi-model endpoint."""
    for _, seats in facts.multi_model():
        for seat in seats:
            if seat.model is not None and seat.model.model.streaming:
                yield Violation(Rule.STREAMING, seat.where, "streams its responses, which a multi-model endpoint cannot")


def cold_start(facts: Facts) -> Iterator[Violation]:
    """Behind a multi-model endpoint: a tolerated wait above zero, and at least the load time where that is stated."""
    for _, seats in facts.multi_model():
        for seat in seats:
            if seat.model is None:
                continue
            tolerated, load = seat.model.model.cold_start_s, seat.mode.mode.load_s
            if tolerated <= 0:
                yield Violation(Rule.COLD_START, seat.where, "the model must be resident (cold_start_s is 0)")
            elif load is not None and exact(load) > exact(tolerated):
                yield Violation(Rule.COLD_START, seat.where, f"loading takes {show_decimal(load)} s, tolerated are {show_decimal(tolerated)} s")
