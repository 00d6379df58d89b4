"""What happens to a fleet over time: the events of a timeline, one type for each kind (docs/simulate.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from packing.domain.faults import coded
from packing.domain.fields import AsTuple, Count, Name, Number, Record, Reference
from packing.domain.workload import Model, Traffic, traffic_of

TIMELINE_SCHEMA_VERSION = 1

Hours = Annotated[Number, Field(le=1_000_000)]
"""Hours from the beginning of the timeline."""
AtLeastOne = Annotated[Count, Field(ge=1)]


class NodeLost(Record):
    """Nodes are gone at once, with every copy on them."""

    kind: Literal["node_lost"] = "node_lost"
    at: Hours
    node: Reference | None = None
    """Id of a node; or..."""
    pool: Reference | None = None
    """... label of a pool, and how many of its nodes: running ones, drawn by the seed."""
    count: AtLeastOne | None = None
    """With `pool`; None: one."""

    @model_validator(mode="after")
    def _one_of_both(self) -> NodeLost:
        if (self.node is None) == (self.pool is None):
            raise coded("contradiction", "A loss is of one node, or of so many nodes of a pool.", "Give either node, or pool and count.")
        if self.node is not None and self.count is not None:
            raise coded("contradiction", "A node that is named is one node.", "Leave count out, or give pool and count.")
        return self

    def told(self) -> str:
        """What happens, in a few words."""
        return f"node {self.node} lost" if self.node is not None else f"{_nodes(self.count or 1)} of {self.pool} lost"


class NodeBack(Record):
    """A pool has nodes again."""

    kind: Literal["node_back"] = "node_back"
    at: Hours
    pool: Reference
    count: AtLeastOne = 1

    def told(self) -> str:
        """What happens, in a few words."""
        return f"{_nodes(self.count)} of {self.pool} back"


class StockChanged(Record):
    """A pool has another stock. Nodes beyond it run on until their copies serve elsewhere."""

    kind: Literal["stock"] = "stock"
    at: Hours
    pool: Reference
    count: Count | None
    """None: as many as needed."""

    def told(self) -> str:
        """What happens, in a few words."""
        return f"stock of {self.pool}: {'as many as needed' if self.count is None else self.count}"


class PriceChanged(Record):
    """A pool has another price."""

    kind: Literal["price"] = "price"
    at: Hours
    pool: Reference
    price_per_hour: Number
    """USD for one node."""

    def told(self) -> str:
        """What happens, in a few words."""
        return f"price of {self.pool}: {self.price_per_hour:g} USD/h"


class ModelAdded(Record):
    """A model is to be served from now on."""

    kind: Literal["model_added"] = "model_added"
    at: Hours
    model: Model
    """As in the fleet file."""

    def told(self) -> str:
        """What happens, in a few words."""
        return f"model {self.model.name} added"


class ModelRemoved(Record):
    """A model is not asked for any more."""

    kind: Literal["model_removed"] = "model_removed"
    at: Hours
    model: Name

    def told(self) -> str:
        """What happens, in a few words."""
        return f"model {self.model} removed"


class TrafficChanged(Record):
    """More or fewer requests: of one model, of a tenant's models, or of all."""

    kind: Literal["traffic"] = "traffic"
    at: Hours
    model: Name | None = None
    tenant: Name | None = None
    """With a factor: all its models that have traffic. Neither model nor tenant: all models."""
    traffic: Annotated[Traffic | None, BeforeValidator(traffic_of)] = None
    """Of one model: what it has from now on, as in the fleet file; lengths of requests that are not stated stay as they are."""
    factor: Number | None = None
    """Every rate is multiplied by it."""

    @model_validator(mode="after")
    def _one_of_both(self) -> TrafficChanged:
        if (self.traffic is None) == (self.factor is None):
            raise coded("contradiction", "Traffic changes to something, or by a factor.", "Give either traffic or factor.")
        if self.traffic is not None and self.model is None:
            raise coded("missing_field", "New traffic is of one model.", "Name the model, or give a factor.")
        if self.model is not None and self.tenant is not None:
            raise coded("contradiction", "Traffic changes of one model, of a tenant's models, or of all.", "Give model or tenant, or neither.")
        return self

    def told(self) -> str:
        """What happens, in a few words."""
        whose = self.model if self.model is not None else f"tenant {self.tenant}" if self.tenant is not None else "all models"
        if self.traffic is None:
            return f"traffic of {whose} times {self.factor:g}"
        return f"traffic of {whose}: {'/'.join(f'{rate:g}' for rate in self.traffic.requests_per_second[:4])} requests/s"


Event = NodeLost | NodeBack | StockChanged | PriceChanged | ModelAdded | ModelRemoved | TrafficChanged
KINDS: dict[str, type[Event]] = {
    str(kind.model_fields["kind"].default): kind
    for kind in (NodeLost, NodeBack, StockChanged, PriceChanged, ModelAdded, ModelRemoved, TrafficChanged)
}
"""Type of event by its `kind` in a file."""


class Timeline(Record):
    """Events in the order of their times; those of one time happen together."""

    schema_version: Annotated[int, Field(ge=1)] = TIMELINE_SCHEMA_VERSION
    until: Hours | None = None
    """Where it ends; None: an hour after the last event."""
    slot_hours: Annotated[Number, Field(gt=0)] = 1.0
    """How long one slot of the traffic profiles lasts; the first begins at 0."""
    events: Annotated[tuple[Annotated[Event, Field(discriminator="kind")], ...], AsTuple] = ()

    @property
    def end(self) -> float:
        """Hours at which it ends."""
        return self.until if self.until is not None else (self.events[-1].at + 1 if self.events else 1.0)


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"
