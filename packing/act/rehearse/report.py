"""Put together: streams, stages, fleet, run, figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from packing.act.rehearse.fleet import Fleet, fleet_of
from packing.act.rehearse.judge import judged, loads_of, nodes, rounded
from packing.act.rehearse.laws import Laws
from packing.act.rehearse.run import run
from packing.act.rehearse.streams import Drawing, Stream, Streams, drawn, expected_requests, typical
from packing.act.rehearse.timetable import HOUR_S, Entry, Stage, cost_usd, stages
from packing.act.rehearse.types import ModelRehearsal, Rehearsal, Routing
from packing.domain.durations import START_S
from packing.domain.problem import Problem
from packing.domain.words import Hosting
from packing.errors import Fault, ProblemError

if TYPE_CHECKING:
    from packing.describe.expand import Expanded

MOST_REQUESTS = 20_000_000
"""More are refused: they would take more than five minutes and 2 GB."""
NAMES = 5
"""Names that a notice lists."""


def report(
    expanded: Expanded,
    entries: Sequence[Entry],
    seconds: float,
    seed: int,
    routing: Routing,
    given: Streams | None,
    how: Drawing,
    target: float,
) -> Rehearsal:
    """The whole rehearsal; its input has been checked."""
    problem = expanded.problem
    expected = expected_requests(problem, seconds) if given is None else float(sum(len(stream.at) for stream in given.by_model.values()))
    if expected > MOST_REQUESTS:
        cause = f"{expected:,.0f} requests are more than the {MOST_REQUESTS:,} that are replayed at once."
        raise ProblemError([Fault("too_large", "hours", f"{seconds / HOUR_S:g}", cause, "Rehearse fewer hours.")])
    streams = drawn(problem, seconds, seed, how) if given is None else _cut(given, problem, seconds)
    plan = stages(problem, entries, seconds, streams.first_slot)
    fleet = fleet_of(problem, plan, Laws())
    unknown = _speechless(fleet)
    outcome = run(problem, plan, fleet, {name: stream for name, stream in streams.by_model.items() if name not in unknown}, routing, seed)
    loads = loads_of(fleet, outcome)
    models = [
        judged(problem, course, fleet, outcome.stations, seconds, streams.first_slot).model_copy(update={"loads": loads.get(name, 0)})
        for name, course in outcome.courses.items()
    ]
    machines, thrashing = nodes(problem, plan, fleet, outcome)
    asked = [model for model in models if model.requests]
    requests, attained = sum(model.requests for model in models), sum(model.attained for model in models)
    cost = cost_usd(problem, plan, seconds)
    return Rehearsal(
        problem=expanded.digest,
        placements=tuple(placement.state_digest() for _, placement in entries),
        seed=seed,
        hours=rounded(seconds / HOUR_S),
        routing=routing,
        requests_from=streams.source,
        target=target,
        requests=requests,
        served=sum(model.served for model in models),
        refused=sum(model.refused for model in models),
        in_flight=sum(model.in_flight for model in models),
        attained=attained,
        attainment=rounded(attained / requests) if requests else None,
        models_kept=sum((model.attainment or 0.0) >= target for model in asked),
        models_asked=len(asked),
        cost_usd=rounded(cost),
        cost_per_day=rounded(cost / seconds * 24 * HOUR_S),
        cold_starts=sum(model.cold_starts for model in models),
        loads=sum(model.loads for model in models),
        thrashing=tuple(thrashing),
        models=tuple(sorted(models, key=_badness)),
        nodes=tuple(machines),
        notices=(*streams.notices, *_notices(problem, plan, fleet, models, unknown, entries)),
    )


def _badness(model: ModelRehearsal) -> tuple[float, int, str]:
    return (2.0 if model.attainment is None else model.attainment, model.attained - model.requests, model.model)


def _cut(given: Streams, problem: Problem, seconds: float) -> Streams:
    """Only what comes before the end; lengths that are not known become those of the traffic."""
    found = {}
    means = {model.name: typical(model) for model in problem.models}
    for name, stream in given.by_model.items():
        end = int(stream.at.searchsorted(seconds))
        inputs, outputs = (
            None if each is None else np.where(np.isnan(each[:end]), mean, each[:end])
            for each, mean in zip((stream.inputs, stream.outputs), means[name], strict=True)
        )
        found[name] = Stream(stream.at[:end], inputs, outputs)
    return Streams(found, given.first_slot, given.source, given.notices)


def _speechless(fleet: Fleet) -> set[str]:
    """Models that have copies, none of which says how fast it is: they cannot be rehearsed."""
    return {name for name, numbers in fleet.by_model.items() if all(fleet.copies[number].law is None for number in numbers)}


def _notices(
    problem: Problem, plan: Sequence[Stage], fleet: Fleet, models: Sequence[ModelRehearsal], unknown: set[str], entries: Sequence[Entry]
) -> Iterator[str]:
    """What was assumed, and what could not be rehearsed."""
    if unknown:
        yield f"Not rehearsed, as their modes state no figures: {_names(unknown)}."
    without = {model.name for model in problem.models if model.traffic is None} - {model.model for model in models} - unknown
    if without:
        yield f"No requests, as no traffic is stated: {_names(without)}."
    idle = {model.model for model in models if not model.requests}
    if idle:
        yield f"No requests came: {_names(idle)}."
    absent = {model.model for model in models if model.requests and not model.copies}
    if absent:
        yield f"No copy is placed, so that every request was refused: {_names(absent)}."
    slot_s = problem.slot_hours * HOUR_S
    slow = {copy.seat.model for copy in fleet.copies if (copy.copy.mode.load_s or 0.0) > slot_s}
    if slow:
        yield f"Loading takes longer than a slot: {_names(slow)}."
    behind = [copy for copy in fleet.copies if copy.hosting is Hosting.MULTI_MODEL]
    assumed = {copy.seat.model for copy in behind if copy.copy.mode.load_s is None}
    if assumed:
        yield f"No load_s is stated: 5 s and 0.21 GB/s are assumed for {_names(assumed)}."
    large = {
        copy.seat.model for copy in behind for machine in [fleet.machines[copy.seat.node]]
        if machine.memory is not None and _size(copy.copy) > machine.memory
    }  # fmt: skip
    if large:
        yield f"Larger than the memory of their multi-model node, so that every request there was refused: {_names(large)}."
    types = {kind.name: kind for kind in problem.instance_types}
    if len(plan) > 1 and any(types[node.instance_type].start_s is None for stage in plan for node in stage.nodes.values()):
        yield f"No start_s is stated: nodes are asked for {START_S:g} s before they can load."
    missing = {left.model for _, placement in entries for left in placement.unplaced}
    if missing:
        yield f"The placement leaves out copies of {_names(missing)}."


def _size(copy: object) -> int:
    from packing.act.rehearse.run import size_of

    return size_of(copy)


def _names(names: set[str]) -> str:
    first = sorted(names)[:NAMES]
    return ", ".join(first) + (f" and {len(names) - NAMES} more" if len(names) > NAMES else "")
