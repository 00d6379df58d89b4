"""What a rehearsal reports: of every model, every node, and the whole."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from packing.domain.fields import AsTuple, Record
from packing.domain.json_text import json_text
from packing.domain.words import Hosting

REHEARSAL_SCHEMA_VERSION = 1

Texts = Annotated[tuple[str, ...], AsTuple]


class Routing(StrEnum):
    """Which copy of its model a request goes to, among those that are alike: in one mode, behind one endpoint.

    Between groups of copies that are not alike requests are divided at random in proportion to the placement's routing weights, as no router
    sees the queues of two endpoints.

    random: any of them.
    least_outstanding: the one with the fewest requests, those that wait included. Behind multi-model endpoints it is always random.
    """

    RANDOM = "random"
    LEAST_OUTSTANDING = "least_outstanding"


class Percentiles(Record):
    """Of all requests that were served; None: there were none."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class ModelRehearsal(Record):
    """How one model fared."""

    model: str
    requests: int
    served: int
    """Those that got their last token, also after the end of the story."""
    refused: int
    """No copy was ready, or none would be within `cold_start_s`."""
    in_flight: int
    """Of the served ones: still there when the story ended."""
    attained: int
    """Served within the SLO, TTFT and TPOT both. A wait for a load of at most `cold_start_s` is not counted into TTFT."""
    attainment: float | None
    """Attained / requests; None: no requests."""
    late_first: int
    """Served, but with a TTFT beyond the SLO."""
    late_tokens: int
    """Served, but with a TPOT beyond the SLO."""
    cold_starts: int
    """Requests that waited for a load or for a copy to come up."""
    late_loads: int
    """... longer than `cold_start_s`."""
    loads: int
    """Loads on multi-model nodes."""
    cold_start_kept: bool | None
    """Whether `cold_start_quantile` of the requests waited no longer than `cold_start_s`; None: the model does not say."""
    worst_slot: int | None
    """Slot of the cycle with the lowest attainment; None: all is attained."""
    worst_slot_attainment: float | None
    ttft_ms: Percentiles
    """From the arrival to the first token, all waits included."""
    tpot_ms: Percentiles
    """Mean time between the tokens of a request."""
    end_to_end_s: Percentiles
    """From the arrival to the last token."""
    wait_s: Percentiles
    """From the arrival to a place in a copy."""
    copies: int
    """The most that there were in any stage."""
    planned_ttft_ms: float | None
    """The largest that the modes of its copies state."""
    planned_tpot_ms: float | None
    utilisation: float | None
    """Places taken / places there, over time and copies."""


class NodeRehearsal(Record):
    """How busy one node was."""

    node: str
    instance_type: str
    endpoint: str
    hosting: Annotated[Hosting, Field(strict=False)]
    hours: float
    """In the placement (without start-up)."""
    served: int
    utilisation: float
    """Places taken / places there, over time and copies."""
    loading: float
    """Share of the time spent loading; only multi-model nodes load in service."""
    worst_loading: float
    """... in the worst slot."""
    loads: int
    evictions: int


class Rehearsal(Record):
    """Request streams, replayed against a placement or a schedule of them."""

    schema_version: int = REHEARSAL_SCHEMA_VERSION
    problem: str
    """Digest of the problem."""
    placements: Texts
    """`Placement.state_digest` of each entry of the schedule."""
    seed: int
    hours: float
    routing: Annotated[Routing, Field(strict=False)]
    requests_from: str
    """Where the requests come from, in words."""
    target: float
    """Attainment from which on a model counts as kept."""
    requests: int
    served: int
    refused: int
    in_flight: int
    attained: int
    attainment: float | None
    """Attained / requests, over all models."""
    models_kept: int
    """Models with requests whose attainment is at least the target."""
    models_asked: int
    """Models with requests."""
    cost_usd: float
    """Rented nodes from when they are asked for, owned ones all the time."""
    cost_per_day: float
    """USD."""
    cold_starts: int
    loads: int
    thrashing: Texts
    """Nodes that spent more than `loading_limit` of some slot loading."""
    models: Annotated[tuple[ModelRehearsal, ...], AsTuple] = ()
    """Worst first: by attainment, then by requests that missed."""
    nodes: Annotated[tuple[NodeRehearsal, ...], AsTuple] = ()
    """By name."""
    notices: Texts = ()
    """What was assumed, and what could not be rehearsed."""

    def to_json(self) -> str:
        """Canonical text: the same rehearsal gives the same bytes."""
        return json_text(self.model_dump(mode="json", by_alias=True)) + "\n"
