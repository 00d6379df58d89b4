"""How a running fleet may change: what stays, what must go, what moving costs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from packing.domain.fields import AsTuple, Count, Name, Number, OneOrMore, Record, Reference


class InFlight(Record):
    """A move that has begun and cannot be called back: the copy counts as being where it goes."""

    model: Name
    copy_index: Annotated[int, Field(alias="copy", ge=0)]
    node: Reference
    """Where it goes: a node of the current placement."""
    accelerators: Annotated[tuple[int, ...], AsTuple] = ()


class Policy(Record):
    """How eager to move.

    The price of loading a copy anew is, in units of the objective (docs/design/rebalancing.md),

        move_weight × (1 + rank) × load seconds × bytes / Σ load seconds × bytes of all current copies

    where rank rises from 0 to 1 with the model's priority: reloading the whole fleet costs between one and two move weights.
    """

    move_weight: Annotated[Number, Field(le=1000)] = 0.1
    """0: moves are free (of equal placements the one with fewer moves still wins)."""
    max_moves: Count | None = None
    """Copies that may change their place, in all; copies that must leave (drains, broken rules) come first. A drain that takes more is blocked."""
    max_moves_per_node: Count | None = None
    """Copies that may leave or reach any one node."""
    max_moves_per_model: Count | None = None
    pins: Annotated[tuple[Reference, ...], OneOrMore] = ()
    """What stays where it is: ``model``, ``model#2`` (one copy) or the id of a node."""
    drain: Annotated[tuple[Reference, ...], OneOrMore] = ()
    """What is to be emptied: ids of nodes, or labels of pools."""
    in_flight: Annotated[tuple[InFlight, ...], AsTuple] = ()
    use_error_bands: bool = True
    """A gain that is smaller than the error band of the figures that promise it moves nothing."""
