"""Every field that a file can state is drawn, or is listed here with the reason why not: a new field fails until it is either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any, get_args

import pytest

from packing.describe import check, events_from
from packing.domain.change import Policy
from packing.domain.events import Timeline
from packing.domain.fields import Record
from packing.domain.problem import Problem
from packing.generate import random_problem
from packing.solve.api import solve_placement
from packing.testing.running_fleets import later, random_policy
from tests.oracles.timelines import random_timeline

SEEDS = range(400)
NO_MODE_IS_DERIVED = "modes are given: nothing is derived from it (tests/capacity and the examples do)"
MEASUREMENTS = "own measurements change derived modes only (tests/capacity/test_calibrate.py draws them)"

NOT_DRAWN = {
    "Problem.schema_version": "there is one version",
    "Timeline.schema_version": "there is one version",
    "Calibration.schema_version": "there is one version",
    "Model.architecture": NO_MODE_IS_DERIVED,
    "Degrade.precision": "refused beside given modes",
    **{f"Calibration.{name}": MEASUREMENTS for name in ("source", "laws", "situations")},
    **{f"Fit.{name}": MEASUREMENTS for name in ("engine", "parameters", "points", "bands")},
    **{f"Situation.{name}": MEASUREMENTS for name in (
        "engine", "accelerator", "architecture", "precisions", "degrees", "input_tokens", "output_tokens", "concurrency", "points", "bands",
    )},
    **{f"Span.{name}": MEASUREMENTS for name in ("least", "most")},
    **{f"{event}.kind": "the kind is the type" for event in (
        "NodeLost", "NodeBack", "StockChanged", "PriceChanged", "ModelAdded", "ModelRemoved", "TrafficChanged",
    )},
}  # fmt: skip
"""What is not drawn, and why."""


def records_in(annotation: Any) -> Iterator[type[Record]]:
    """Records that a field's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for inner in get_args(annotation):
        yield from records_in(inner)


def types_from(root: type[Record]) -> set[type[Record]]:
    """The type and all that can stand in it."""
    found, waiting = {root}, [root]
    while waiting:
        for field in waiting.pop().model_fields.values():
            # An annotation keeps its metadata apart: the discriminator of a union says nothing about its members.
            for record in set(records_in(field.annotation)) - found:
                found.add(record)
                waiting.append(record)
    return found


def collect(value: Any, seen: dict[str, set[str]]) -> None:
    """The values of every field in the record and in all that stands in it."""
    if isinstance(value, Record):
        for name in type(value).model_fields:
            seen[f"{type(value).__name__}.{name}"].add(repr(getattr(value, name)))
            collect(getattr(value, name), seen)
    elif isinstance(value, tuple | list):
        for inner in value:
            collect(inner, seen)


def missing(root: type[Record], drawn: list[Any]) -> list[str]:
    """Fields of which two values, one of them not the default, were not seen; those that are listed although they were."""
    seen: dict[str, set[str]] = defaultdict(set)
    for each in drawn:
        collect(each, seen)
    faults = []
    for kind in types_from(root):
        for name, field in kind.model_fields.items():
            values, where = seen[f"{kind.__name__}.{name}"], f"{kind.__name__}.{name}"
            default = set() if field.is_required() else {repr(field.get_default(call_default_factory=True))}
            varied = len(values) >= 2 and bool(values - default)
            if varied == (where in NOT_DRAWN):
                faults.append(f"{where} is {'listed, and drawn' if varied else f'not drawn: {sorted(values)[:3]}'}")
    return sorted(faults)


@pytest.mark.parametrize("tiny", [False, True], ids=["small", "tiny"])
def test_problems_draw_every_field(tiny: bool) -> None:
    assert missing(Problem, [random_problem(seed, tiny=tiny) for seed in SEEDS]) == []


def test_every_name_in_the_list_is_a_field() -> None:
    known = {f"{kind.__name__}.{name}" for root in (Problem, Policy, Timeline) for kind in types_from(root) for name in kind.model_fields}
    assert set(NOT_DRAWN) <= known


@cache
def running() -> tuple[tuple[int, Problem, Any], ...]:
    """Problems, and what greedy makes of them."""
    problems = [(seed, random_problem(seed, tiny=seed % 2 == 0)) for seed in range(120)]
    return tuple((seed, each, solve_placement(each, strategy="greedy", time_limit=0, processes=False).placement) for seed, each in problems)


def test_policies_draw_every_field() -> None:
    drawn = []
    for seed, problem, current in running():
        random = Random(seed)
        drawn += [random_policy(*later(problem, current, random), random) for _ in range(3)]
    assert missing(Policy, drawn) == []


def test_timelines_draw_every_field() -> None:
    drawn = []
    for seed, problem, _ in running():
        drawn += [events_from(random_timeline(problem, Random(f"{seed} {again}"), 6), problem) for again in range(3)]
    assert missing(Timeline, drawn) == []


def test_fleets_that_run_a_while_later_are_legal_and_show_what_slipped_through() -> None:
    """Warm nodes without copies, pools with less than what runs, models in one zone that ask for two, models gone, modes that are no more."""
    seen: dict[str, int] = defaultdict(int)
    legal = 0
    for seed, problem, current in running():
        changed, now = later(problem, current, Random(seed), 3)
        if check(changed):
            continue  # a change may contradict what a model says elsewhere
        legal += 1
        models, stock = {model.name: model for model in changed.models}, {pool.label: pool.count for pool in changed.fleet}
        zones: dict[str, set[str]] = defaultdict(set)
        where = {node.id: node.zone for node in now.nodes}
        for copy in now.copies:
            zones[copy.model].add(where[copy.node])
        counts: dict[str, int] = defaultdict(int)
        for node in now.nodes:
            counts[node.pool] += 1
        seen["warm"] += any(node.id not in {copy.node for copy in now.copies} for node in now.nodes)
        seen["below"] += any((limit := stock.get(label)) is not None and limit < count for label, count in counts.items())
        seen["nothing left"] += any(stock.get(label) == 0 for label in counts)
        seen["one zone"] += any(
            len(zones[model.name]) == 1 < model.min_zones and sum(copy.model == model.name for copy in now.copies) > 1 for model in changed.models
        )
        seen["gone"] += any(copy.model not in models for copy in now.copies)
        seen["no mode"] += any(copy.model in models and copy.mode not in models[copy.model].modes for copy in now.copies)
    assert legal > 100
    kinds = ("warm", "below", "nothing left", "one zone", "gone", "no mode")
    assert {kind for kind in kinds if seen[kind] < 2} == set(), dict(seen)
