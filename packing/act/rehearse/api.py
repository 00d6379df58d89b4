"""`rehearse`: request streams against a placement, or against a schedule of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from packing.act.rehearse.types import Rehearsal, Routing
from packing.describe import checked_problem, expand, placement_from
from packing.domain.faults import did_you_mean
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.schedule import Schedule
from packing.errors import Fault, ProblemError

if TYPE_CHECKING:
    from packing.act.rehearse.streams import Streams
    from packing.describe.expand import Expanded

LONGEST_HOURS = 24 * 366.0

Plan = Placement | Schedule | Mapping[str, Any] | Sequence[tuple[int, Placement | Mapping[str, Any]]]


def rehearse(
    problem: Problem | Mapping[str, Any],
    placement: Plan,
    *,
    hours: float | None = None,
    seed: int = 0,
    routing: Routing | str = Routing.LEAST_OUTSTANDING,
    streams: Streams | None = None,
    burstiness: float = 1.0,
    spread: float = 0.0,
    target: float = 0.99,
    same_problem: bool = True,
) -> Rehearsal:
    """Replay streams of requests against a placement: queues, batches, loads, neighbours; and see what users would have seen.

    Parameters
    ----------
    problem : a `Problem`, or the same as plain data.
    placement : what runs; or a `Schedule`; or pairs of the first slot and what runs from then on, repeated with the slots.
    hours : how long; None: one round of the slots (one hour where there is a single slot), or as long as `streams` last.
    seed : of all that is drawn. Same input and seed: same report.
    routing : how requests find a copy, see `Routing`.
    streams : requests, as `packing.read_log` returns them; None: drawn from the traffic profiles.
    burstiness : of drawn streams: squared coefficient of variation of the times between requests; 1: Poisson (docs/rehearse.md).
    spread : of drawn streams: coefficient of variation of the lengths, log-normal around the traffic's means; 0: all alike.
    target : attainment from which on a model counts as kept.
    same_problem : whether the placement has to be of this very problem; else its models, pools and types only have to be there
        (a plan made for one week, judged on another).

    Returns
    -------
    Rehearsal
        Models worst first, nodes, the whole, and what was assumed.

    Raises
    ------
    ProblemError
        With all faults of the input at once.

    Notes
    -----
    docs/rehearse.md states the laws. The rehearsal draws its own random numbers; it touches nothing of the process.
    """
    faults = _option_faults(hours, seed, routing, burstiness, spread, target)
    if faults:
        raise ProblemError(faults)
    expanded = expand(checked_problem(problem))
    entries = _entries(placement, expanded.described)
    if isinstance(placement, Schedule):  # its placements are of parts of the problem
        faults = _schedule_faults(expanded, placement) if same_problem else []
        same_problem = False
    faults += [fault for number, entry in enumerate(entries) for fault in entry_faults(expanded, number, *entry, same_problem=same_problem)]
    faults += _slot_faults(expanded.problem, [slot for slot, _ in entries])
    faults += unknown_models(expanded.problem, streams)
    if faults:
        raise ProblemError(faults)
    from packing.act.rehearse.report import report
    from packing.act.rehearse.streams import Drawing

    lasting = _lasting(expanded.problem, hours, streams)
    how = Drawing(float(burstiness), float(spread))
    return report(expanded, entries, lasting, seed, Routing(routing), streams, how, target)


def _entries(plan: Plan, problem: Problem) -> list[tuple[int, Placement]]:
    """The schedule in plain form; a single placement is one that begins with slot 0."""
    if isinstance(plan, Schedule):
        return sorted(plan.placements(), key=lambda entry: entry[0])
    listed = [(0, plan)] if isinstance(plan, Placement | Mapping) else list(plan)
    found = [(slot, each if isinstance(each, Placement) else placement_from(each, problem)) for slot, each in listed]
    if not found:
        raise ProblemError([Fault("bad_placement", "placement", "", "The schedule is empty.", "Give at least one placement.")])
    return found


def _schedule_faults(expanded: Expanded, schedule: Schedule) -> list[Fault]:
    """Why a schedule cannot be rehearsed against a problem."""
    if schedule.problem == expanded.digest:
        return []
    action = "Plan this problem, or say that another one is meant (--other-problem)."
    return [Fault("bad_placement", "schedule.problem", schedule.problem[:23], "This schedule was made for another problem.", action)]


def _slot_faults(problem: Problem, firsts: Sequence[int]) -> list[Fault]:
    """Slots that do not exist, or are out of order."""
    wrong = [slot for slot in firsts if isinstance(slot, bool) or not isinstance(slot, int) or not 0 <= slot < problem.slots]
    found = [
        Fault("bad_option", "placement", str(slot), f"The problem has the slots 0 to {problem.slots - 1}.", "Correct the schedule.") for slot in wrong
    ]
    if not wrong and any(b <= a for a, b in pairwise(firsts)):
        found.append(
            Fault("bad_option", "placement", str(list(firsts)), "The slots of the schedule do not ascend.", "Put it in order, one entry a slot.")
        )
    return found


def entry_faults(expanded: Expanded, number: int, slot: int, placement: Placement, *, same_problem: bool = True) -> list[Fault]:
    """Why a placement cannot be rehearsed against a problem."""
    where = f"placement (from slot {slot})" if number or slot else "placement"
    if same_problem and not placement.answers(expanded.digest):
        cause = "This placement was made for another problem."
        return [
            Fault(
                "bad_placement",
                f"{where}.problem",
                placement.problem[:23],
                cause,
                "Solve this problem, or say that another one is meant (--other-problem).",
            )
        ]
    problem = expanded.problem
    models, pools = {model.name for model in problem.models}, {pool.label: pool for pool in problem.fleet}
    types = {kind.name: kind for kind in problem.instance_types}
    endpoints, nodes = {each.name for each in placement.endpoints}, {each.id: each for each in placement.nodes}
    faults = []
    for node in placement.nodes:
        if node.endpoint not in endpoints:
            faults.append(
                Fault(
                    "bad_placement", f"{where}.nodes[{node.id}]", node.endpoint, "There is no such endpoint.", "Take the placement as it was written."
                )
            )
        if node.pool not in pools or pools[node.pool].instance_type != node.instance_type:
            cause = "The fleet has no such pool of this instance type."
            faults.append(
                Fault("bad_placement", f"{where}.nodes[{node.id}]", f"{node.pool}: {node.instance_type}", cause, "Rehearse it with its own fleet.")
            )
    faults += [
        Fault(
            "unknown_model", f"{where}.copies", name, "The problem has no such model.", did_you_mean(name, models, "Use the problem it was made for.")
        )
        for name in sorted({copy.model for copy in placement.copies} - models)
    ]
    for copy in placement.copies:
        here = nodes.get(copy.node)
        if here is None:
            faults.append(
                Fault("bad_placement", f"{where}.copies[{copy.model}]", copy.node, "There is no such node.", "Take the placement as it was written.")
            )
        elif here.instance_type in types and any(at >= types[here.instance_type].accelerators for at in copy.accelerators):
            faults.append(
                Fault(
                    "bad_placement",
                    f"{where}.copies[{copy.model}]",
                    str(copy.accelerators),
                    "The node has no such accelerator.",
                    "Check the placement with `packing check`.",
                )
            )
    return faults


def unknown_models(problem: Problem, streams: Streams | None) -> list[Fault]:
    """Streams of models that the problem does not have."""
    given = {} if streams is None else streams.by_model
    models = {model.name for model in problem.models}
    return [
        Fault(
            "unknown_model",
            "streams",
            name,
            f"{len(given[name].at)} requests are for a model that the problem does not have.",
            did_you_mean(name, models, "Name its models."),
        )
        for name in sorted(set(given) - models)
    ]


def _lasting(problem: Problem, hours: float | None, streams: Streams | None) -> float:
    """Seconds of the story."""
    if hours is not None:
        return hours * 3600.0
    if streams is not None:
        last = max((float(stream.at[-1]) for stream in streams.by_model.values() if len(stream.at)), default=0.0)
        slot_s = problem.slot_hours * 3600.0
        return max(1, math.ceil((last + 1e-6) / slot_s)) * slot_s
    return (problem.slots * problem.slot_hours if problem.slots > 1 else 1.0) * 3600.0


def _option_faults(hours: float | None, seed: int, routing: Routing | str, burstiness: float, spread: float, target: float) -> list[Fault]:
    faults = []

    def ranged(name: str, value: object, least: float, most: float, action: str) -> None:
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and least <= value <= most
        if not good:
            faults.append(Fault("bad_option", name, str(value), "The value is not accepted.", action))

    if hours is not None:
        ranged("hours", hours, 1 / 3600, LONGEST_HOURS, f"Give hours from a second to {LONGEST_HOURS:g}.")
    ranged("burstiness", burstiness, 1, 1000, "Give 1 (Poisson) to 1000.")
    ranged("spread", spread, 0, 10, "Give 0 (all alike) to 10.")
    ranged("target", target, 0, 1, "Give a share from 0 to 1.")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**31:
        faults.append(Fault("bad_option", "seed", str(seed), "The value is not accepted.", "Give a whole number from 0 to 2^31 - 1."))
    if routing not in set(Routing):
        faults.append(Fault("bad_option", "routing", str(routing), "There is no such routing.", f"Take one of {', '.join(Routing)}."))
    return faults
