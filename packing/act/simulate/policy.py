"""A policy over a whole timeline: what it names may come and go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packing.compile.current import copy_name
from packing.domain.change import Policy
from packing.domain.events import ModelAdded, Timeline
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.errors import Fault, ProblemError


def policy_for(given: Policy | Mapping[str, Any] | None, problem: Problem, placement: Placement, timeline: Timeline) -> Policy:
    """The policy, if everything that it names is there at the beginning or is added later.

    Raises
    ------
    ProblemError : with a fault for each name that never is there.
    """
    policy = given if isinstance(given, Policy) else Policy(**(given or {}))
    added = {event.model.name for event in timeline.events if isinstance(event, ModelAdded)}
    pins, drains, flights = _known(problem, placement)
    names = [
        *(("pins", name) for name in policy.pins if name not in pins | added),
        *(("drain", name) for name in policy.drain if name not in drains),
        *(("in_flight", f"{move.model}#{move.copy_index}") for move in policy.in_flight if f"{move.model}#{move.copy_index}" not in flights),
        *(("in_flight.node", move.node) for move in policy.in_flight if move.node not in drains),
    ]
    if names:
        cause, action = "Nothing in the placement, the problem or the timeline has this name.", "Name what is there."
        raise ProblemError([Fault("unknown_name", f"policy.{where}", name, cause, action) for where, name in names])
    return policy


def policy_now(policy: Policy, problem: Problem, placement: Placement, *, first: bool) -> tuple[Policy, list[str]]:
    """The policy as far as its names are there now, and what was left out. Moves in flight are so at the beginning only."""
    pins, drains, flights = _known(problem, placement)
    kept = {"pins": tuple(name for name in policy.pins if name in pins), "drain": tuple(name for name in policy.drain if name in drains)}
    gone = [
        f"{name}, which the policy names, is not there now." for name in (*policy.pins, *policy.drain) if name not in kept["pins"] + kept["drain"]
    ]
    moves = tuple(move for move in policy.in_flight if first and f"{move.model}#{move.copy_index}" in flights and move.node in drains)
    return policy.model_copy(update={**kept, "in_flight": moves}), gone


def _known(problem: Problem, placement: Placement) -> tuple[set[str], set[str], set[str]]:
    """Names that pins, drains and moves in flight may have."""
    nodes, copies = {node.id for node in placement.nodes}, {copy_name(copy) for copy in placement.copies}
    return nodes | copies | {model.name for model in problem.models}, nodes | {pool.label for pool in problem.fleet}, copies
