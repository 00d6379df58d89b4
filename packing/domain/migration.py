"""The way from one placement to the next: steps in waves, each with its bytes and its seconds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from packing.domain.faults import coded
from packing.domain.fields import AsTuple, Mentioned, Record, Sentence
from packing.domain.json_text import json_text
from packing.domain.words import Hosting
from packing.domain.workload import Mode

MIGRATION_SCHEMA_VERSION = 1

Bytes = Annotated[int, Field(ge=0)]
Figure = Annotated[float, Field(ge=0)]
"""Seconds or bytes per second: estimates."""


class StepKind(StrEnum):
    """What a step does. The steps of one copy, or of one node, come in this order."""

    START_NODE = "start_node"
    """A node comes up behind its endpoint; it counts against its pool's stock from now on."""
    LOAD_COPY = "load_copy"
    """A copy is loaded; it takes its room from now on."""
    SHIFT_TRAFFIC = "shift_traffic"
    """A loaded copy begins to serve, in place of another one where `replaces` says so."""
    DRAIN = "drain"
    """A copy takes no new requests and finishes those that it has; it serves no more from now on."""
    UNLOAD = "unload"
    """A drained copy goes; its room is free when this is done."""
    STOP_NODE = "stop_node"
    """An empty node goes; its pool has it again when this is done."""


class Outcome(StrEnum):
    """What is known of the way.

    ordered: a plan, every intermediate state of which is valid.
    impossible: proven by looking at every state that can be reached; `remedies` says what would help.
    not_found: the search ended without a plan and without a proof.
    """

    ORDERED = "ordered"
    IMPOSSIBLE = "impossible"
    NOT_FOUND = "not_found"


_NODE = {"kind", "node", "pool", "seconds", "starts_at"}
_COPY = {"kind", "node", "model", "copy_index", "accelerators", "seconds", "starts_at"}
FIELDS = {
    StepKind.START_NODE: _NODE | {"instance_type", "zone", "endpoint", "hosting", "keep"},
    StepKind.LOAD_COPY: _COPY | {"mode", "bytes"},
    StepKind.SHIFT_TRAFFIC: _COPY | {"replaces"},
    StepKind.DRAIN: _COPY,
    StepKind.UNLOAD: _COPY,
    StepKind.STOP_NODE: _NODE,
}
"""What a step of each kind may state."""


class Step(Record):
    """One thing that is done to one node or one copy."""

    kind: Annotated[StepKind, Field(strict=False)]
    node: Mentioned
    model: Mentioned | None = None
    copy_index: Annotated[int | None, Field(alias="copy", ge=0)] = None
    """Number of the copy. No two copies of a model that are there at the same time have the same one."""
    replaces: Annotated[int | None, Field(ge=0)] = None
    """Of `shift_traffic`: number of the copy whose traffic it takes over."""
    accelerators: Annotated[tuple[int, ...], AsTuple] = ()
    mode: Mode | None = None
    """Of `load_copy`."""
    pool: Mentioned | None = None
    """Of `start_node`, with the four that follow."""
    instance_type: Mentioned | None = None
    zone: Mentioned | None = None
    endpoint: Mentioned | None = None
    hosting: Annotated[Hosting | None, Field(strict=False)] = None
    keep: Annotated[Mentioned | None, Field(exclude_if=lambda value: value is None)] = None
    """Of `start_node`: the level of over-commitment of its endpoint, where there is one."""
    bytes: Bytes = 0
    """Of `load_copy`: what has to be brought to the node, its mode's size (docs/migration.md)."""
    seconds: Figure = 0.0
    """Estimated duration."""
    starts_at: Figure = 0.0
    """Seconds from the beginning, if every step starts as soon as those that it waits for are done (no waves)."""

    @model_validator(mode="after")
    def _of_its_kind(self) -> Step:
        fields = type(self).model_fields
        odd = [field.alias or name for name, field in fields.items() if name not in FIELDS[self.kind] and getattr(self, name) != field.default]
        if odd:
            raise coded("contradiction", f"A step {self.kind} says nothing of {', '.join(odd)}.", "Take it out, or correct the kind.")
        return self


class Wave(Record):
    """Steps that may run at the same time; the next wave begins when all of them are done."""

    steps: Annotated[tuple[Step, ...], AsTuple]
    seconds: Figure
    """Estimated duration within the bandwidths of the options."""


class Bounce(Record):
    """A copy that is loaded on the way where it does not stay, to break a circle of moves that wait for one another."""

    model: Mentioned
    copy_index: Annotated[int, Field(alias="copy", ge=0)]
    node: Mentioned
    extra_node: bool = False
    """Whether the node is started for this alone."""


class Dip(Record):
    """A model that serves with fewer copies for a while: break before make."""

    model: Mentioned
    copies: Annotated[int, Field(ge=1)]
    """How many fewer than the smaller of what it had and what it will have."""


class Remedy(Record):
    """What would make an order possible: found by planning with it."""

    pool: Mentioned | None = None
    """More nodes of this pool for the time of the migration, or..."""
    nodes: Annotated[int, Field(ge=0)] = 0
    model: Mentioned | None = None
    """... fewer serving copies of this model for a while."""
    copies: Annotated[int, Field(ge=0)] = 0
    """`max_unavailable` that the model would need."""
    smallest: bool = False
    """Whether it is proven that less of the same pool, or model, is not enough."""


class Totals(Record):
    """What the whole migration takes."""

    bytes: Bytes = 0
    """Loaded in all."""
    loads: Annotated[int, Field(ge=0)] = 0
    steps: Annotated[int, Field(ge=0)] = 0
    seconds: Figure = 0.0
    """Wave after wave."""
    schedule_seconds: Figure = 0.0
    """If every step starts as soon as those that it waits for are done (`Step.starts_at`)."""
    peak_bytes_per_second: Figure = 0.0
    """The most that is loaded at the same time, wave after wave, in bytes per second."""


Renumbered = Annotated[tuple[int, int], AsTuple]


class Names(Record):
    """What the new placement's names are called on the way, where they differ (identical things are matched, not names)."""

    nodes: dict[Mentioned, Mentioned] = Field(default_factory=dict)
    """Id in the new placement -> id on the way."""
    endpoints: dict[Mentioned, Mentioned] = Field(default_factory=dict)
    accelerators: dict[Mentioned, Annotated[tuple[Renumbered, ...], AsTuple]] = Field(default_factory=dict)
    """By id on the way: pairs of an accelerator's number in the new placement and its number on the way."""


class MigrationOptions(Record):
    """How fast things go, and how long to look for a way. Times are estimates; they decide no rule."""

    node_bandwidth: Annotated[Figure, Field(gt=0)] = 1.25e9
    """Bytes per second onto one node, all its loads together; 10 Gbit/s."""
    fleet_bandwidth: Annotated[Figure, Field(gt=0)] | None = None
    """Bytes per second of all loads together; None: no limit."""
    loads_per_node: Annotated[int, Field(ge=1)] | None = None
    """Loads onto one node at the same time; None: no limit."""
    start_node_s: Figure | None = None
    """Seconds that every node takes to start; None: `start_s` of its instance type (docs/load-time.md)."""
    drain_s: Figure = 30.0
    """Seconds that a copy takes to finish the requests that it has."""
    effort: Annotated[int, Field(ge=0, le=100_000_000)] = 100_000
    """Places for copies that may be tried in search of a cheaper way, or of a proof that there is none."""
    remedies: bool = True
    """Whether to look for what would help where there is no way."""


class Migration(Record):
    """An ordered way from one placement to another, every intermediate state of which is valid (docs/migration.md)."""

    schema_version: int = MIGRATION_SCHEMA_VERSION
    problem: Mentioned
    """Digest of the problem that the new placement answers."""
    base: Mentioned
    """`Placement.state_digest` of the old placement: a plan is for this state and no other."""
    target: Mentioned
    """`Placement.state_digest` of the new placement."""
    status: Annotated[Outcome, Field(strict=False)]
    waves: Annotated[tuple[Wave, ...], AsTuple] = ()
    dips: Annotated[tuple[Dip, ...], AsTuple] = ()
    bounces: Annotated[tuple[Bounce, ...], AsTuple] = ()
    remedies: Annotated[tuple[Remedy, ...], AsTuple] = ()
    """Where there is no order: each by itself would make one."""
    found: Annotated[tuple[Sentence, ...], AsTuple] = ()
    """What was broken in the old placement already, sentence by sentence."""
    names: Names = Names()
    totals: Totals = Totals()
    options: MigrationOptions = MigrationOptions()

    def to_json(self) -> str:
        """Canonical text: the same migration gives the same bytes."""
        return json_text(self.model_dump(mode="json", by_alias=True, exclude_defaults=False)) + "\n"
