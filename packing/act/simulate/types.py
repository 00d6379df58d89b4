"""What a simulation reports: figures of every event, of the whole, and of the models that went short."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from packing.domain.change import Policy
from packing.domain.fields import AsTuple, Record
from packing.domain.json_text import json_text
from packing.domain.placement import Placement
from packing.domain.words import Status

SIMULATION_SCHEMA_VERSION = 1

Texts = Annotated[tuple[str, ...], AsTuple]


class Way(StrEnum):
    """How the fleet gets from what runs to what is wanted.

    none: there is nothing to do.
    ordered: by a plan that keeps every model at its floor.
    with_dips: no such plan was found; by one that lets models go short for a while.
    cold: no plan was found at all; what goes is stopped first, then the rest is loaded.
    """

    NONE = "none"
    ORDERED = "ordered"
    WITH_DIPS = "with_dips"
    COLD = "cold"


class Account(Record):
    """Figures of a stretch of time."""

    cost_usd: float = 0.0
    """Nodes while they run (from their start to their end), and all owned nodes."""
    moved: int = 0
    """Copies that changed their place."""
    loads: int = 0
    """Loads that were begun: moves, additions, and copies that stand in on the way."""
    bytes_loaded: int = 0
    nodes_started: int = 0
    nodes_stopped: int = 0
    nodes_lost: int = 0
    copies_lost: int = 0
    below_slo_s: float = 0.0
    """Seconds in which a model serves with fewer copies than `copies.min`, or less than its traffic; summed over models."""
    refused_requests: float = 0.0
    """Requests beyond what the serving copies of a model deliver."""


class Episode(Record):
    """What followed from the events of one time, until the next ones."""

    at: float
    """Hours."""
    happened: Texts
    status: Annotated[Status, Field(strict=False)]
    """Of the placement that was then wanted."""
    missing: int
    """Copies that it leaves out."""
    cost_per_hour: float
    """USD, when it is reached."""
    way: Annotated[Way, Field(strict=False)]
    migration_s: float
    """Until everything is in place, if nothing comes between."""
    interrupted: bool = False
    """The next events came before that: loads under way were given up, and a new plan was made from what there was."""
    account: Account
    notices: Texts = ()
    """What could not stay as it was, and what went otherwise than meant."""


class ModelAccount(Record):
    """A model that went short."""

    model: str
    below_slo_s: float
    refused_requests: float


class Simulation(Record):
    """A timeline, replayed under one policy."""

    schema_version: int = SIMULATION_SCHEMA_VERSION
    problem: str
    """Digest of the problem that it began with."""
    base: str
    """`Placement.state_digest` of the placement that it began with."""
    policy: Policy
    seed: int
    until: float
    """Hours."""
    episodes: Annotated[tuple[Episode, ...], AsTuple]
    total: Account
    models: Annotated[tuple[ModelAccount, ...], AsTuple] = ()
    """The models that went short, those with the most refused requests first."""
    cancelled: bool = False
    """It was stopped before its end; figures are of what was replayed."""
    placement: Annotated[Placement, Field(exclude=True)]
    """What is wanted at the end."""

    def to_json(self) -> str:
        """Canonical text, without the placement."""
        return json_text(self.model_dump(mode="json", by_alias=True)) + "\n"
