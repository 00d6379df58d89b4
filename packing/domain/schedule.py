"""A day's plan: a placement for each group of slots, and the switches between them (docs/schedule.md).

"Day" is one round of all slots, whatever its length; it repeats. Names are identities: a node or a copy that two neighbouring
groups both name goes on running.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from packing.domain.fields import AsTuple, Mentioned, Number, Record, Sentence
from packing.domain.json_text import json_text
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.words import Status
from packing.domain.workload import Model

SCHEDULE_SCHEMA_VERSION = 1

DRAIN_S = 30
"""Seconds into the slot in which nodes that are not needed any more finish what they have."""

Seconds = Annotated[float, Field(ge=0)]
Usd = Annotated[float, Field(ge=0)]


class Group(Record):
    """Consecutive slots that share one placement."""

    first: Annotated[int, Field(ge=0)]
    slots: Annotated[int, Field(ge=1)]
    """How many; after the last slot of the profile comes the first."""
    placement: Placement
    """Of the problem in these slots alone (`packing.domain.schedule.in_slots`)."""


class Started(Record):
    """A node that comes up before a slot."""

    node: Mentioned
    before_s: Seconds
    """Seconds before the slot at which it is asked for."""


class Loaded(Record):
    """A copy that is loaded before a slot."""

    model: Mentioned
    copy_index: Annotated[int, Field(alias="copy", ge=0)]
    node: Mentioned
    before_s: Seconds
    """Seconds before the slot at which the load begins."""
    seconds: Seconds
    bytes: Annotated[int, Field(ge=0)]


class Unloaded(Record):
    """A copy that serves until the slot, then drains and goes."""

    model: Mentioned
    copy_index: Annotated[int, Field(alias="copy", ge=0)]
    node: Mentioned


class Switch(Record):
    """From one group to the next. Everything new is ready when the slot begins, nothing old goes before."""

    slot: Annotated[int, Field(ge=0)]
    """The first slot of the group that it leads to."""
    starts: Annotated[tuple[Started, ...], AsTuple] = ()
    loads: Annotated[tuple[Loaded, ...], AsTuple] = ()
    unloads: Annotated[tuple[Unloaded, ...], AsTuple] = ()
    stops: Annotated[tuple[Mentioned, ...], AsTuple] = ()
    """Nodes that are stopped `DRAIN_S` after the slot has begun."""
    lead_s: Seconds = 0.0
    """Seconds before the slot at which the first thing begins."""
    overlap_usd: Usd = 0.0
    """Rented nodes from when they are asked for to the slot, and from the slot to their stop."""
    move_usd: Usd = 0.0
    """What the loads count for (docs/design/schedule.md); nobody is paid it."""


class Schedule(Record):
    """Placements over a day. Figures are what planner and checker agreed on; None where unknown."""

    schema_version: int = SCHEDULE_SCHEMA_VERSION
    problem: Mentioned
    """Digest of the problem that it answers."""
    status: Annotated[Status, Field(strict=False)]
    """optimal: no complete schedule costs less. partial: some group leaves copies out (`notices` says in which slots)."""
    slots: Annotated[int, Field(ge=1)]
    slot_hours: Annotated[Number, Field(gt=0)]
    groups: Annotated[tuple[Group, ...], AsTuple]
    """In the order of their slots, each slot in one group."""
    switches: Annotated[tuple[Switch, ...], AsTuple] = ()
    """Into each group from the one before it, in the order of the groups; none where one group has the whole day."""
    cost_usd: Usd
    """Of the whole day: nodes in their groups, and overlaps."""
    running_usd: Usd
    overlap_usd: Usd
    move_usd: Usd
    move_weight: Number
    bound_usd: Usd | None = None
    """No complete schedule costs less."""
    gap: float | None = None
    """(cost - bound) / cost."""
    constant_usd: Usd | None = None
    """Of the ordinary placement, the same in all slots, over the same time; None where it is not complete."""
    notices: Annotated[tuple[Sentence, ...], AsTuple] = ()

    def placements(self) -> tuple[tuple[int, Placement], ...]:
        """(first slot, placement) of each group."""
        return tuple((group.first, group.placement) for group in self.groups)

    def to_json(self) -> str:
        """Canonical text: the same schedule gives the same bytes."""
        return json_text(self.model_dump(mode="json", by_alias=True)) + "\n"


def slots_of(first: int, count: int, slots: int) -> tuple[int, ...]:
    """Numbers of `count` consecutive slots of a day of `slots`."""
    return tuple((first + number) % slots for number in range(count))


def in_slots(problem: Problem, chosen: Sequence[int]) -> Problem:
    """The problem in some of its slots, in the order given: an ordinary problem.

    A model that has no traffic in any of them and tolerates a cold start (`cold_start_s` > 0) asks for no copies.

    Parameters
    ----------
    problem : expanded, so that modes are the same whatever the slots.
    chosen : numbers of slots, from 0.
    """
    return problem.model_copy(update={"slots": len(chosen), "models": tuple(_in_slots(model, problem.slots, chosen) for model in problem.models)})


def _in_slots(model: Model, slots: int, chosen: Sequence[int]) -> Model:
    if model.traffic is None:
        return model
    rates = model.traffic.requests_per_second
    rates = tuple((rates * slots if len(rates) == 1 else rates)[slot] for slot in chosen)
    idle = not any(rate > 0 for rate in rates)
    copies = model.copies.model_copy(update={"min": 0}) if idle and model.cold_start_s > 0 else model.copies
    shown = rates[:1] if len(set(rates)) == 1 else rates
    return model.model_copy(update={"copies": copies, "traffic": model.traffic.model_copy(update={"requests_per_second": shown})})
