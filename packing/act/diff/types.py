"""What differs between two placements, as data: frozen, and the same in JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from packing.domain.fields import AsTuple, Mentioned, Record
from packing.domain.json_text import json_text
from packing.domain.placement import Conceded, Endpoint, Node, PlacedCopy, Scores, Unplaced
from packing.domain.routing import RoutingWeight
from packing.domain.words import Hosting, Status
from packing.domain.workload import Mode

DIFF_SCHEMA_VERSION = 1


class Seat(Record):
    """Where a copy runs, and how."""

    node: Mentioned
    accelerators: Annotated[tuple[int, ...], AsTuple]
    mode: Mode
    hosting: Annotated[Hosting, Field(strict=False)] | None = None
    """None: the node is not listed, or behind no endpoint that is."""


class CopyChange(Record):
    """A copy that runs before and after, and not in the same way."""

    model: Mentioned
    copy_index: Annotated[int, Field(alias="copy", ge=0)]
    before: Seat
    after: Seat


class NodeChange(Record):
    """A node that stays, behind another endpoint (and thus perhaps with another hosting option)."""

    id: Mentioned
    endpoint_before: Mentioned
    endpoint_after: Mentioned
    hosting_before: Annotated[Hosting, Field(strict=False)] | None
    hosting_after: Annotated[Hosting, Field(strict=False)] | None


class Resize(Record):
    """An endpoint that stays, with other nodes behind it."""

    name: Mentioned
    nodes_before: Annotated[int, Field(ge=0)]
    nodes_after: Annotated[int, Field(ge=0)]
    added: Annotated[tuple[Mentioned, ...], AsTuple] = ()
    """Nodes that come: just started, or from another endpoint."""
    removed: Annotated[tuple[Mentioned, ...], AsTuple] = ()


class EndpointChanges(Record):
    """What happens to endpoints."""

    opened: Annotated[tuple[Endpoint, ...], AsTuple] = ()
    closed: Annotated[tuple[Endpoint, ...], AsTuple] = ()
    resized: Annotated[tuple[Resize, ...], AsTuple] = ()


class NodeChanges(Record):
    """What happens to nodes."""

    opened: Annotated[tuple[Node, ...], AsTuple] = ()
    closed: Annotated[tuple[Node, ...], AsTuple] = ()
    changed: Annotated[tuple[NodeChange, ...], AsTuple] = ()


class CopyChanges(Record):
    """What happens to copies. All but the removed and the restated ones have to be loaded."""

    added: Annotated[tuple[PlacedCopy, ...], AsTuple] = ()
    removed: Annotated[tuple[PlacedCopy, ...], AsTuple] = ()
    moved: Annotated[tuple[CopyChange, ...], AsTuple] = ()
    """To another node, or to other accelerators of the same one; the mode or hosting may change with it."""
    changed: Annotated[tuple[CopyChange, ...], AsTuple] = ()
    """Same place, other mode or hosting."""
    restated: Annotated[tuple[CopyChange, ...], AsTuple] = ()
    """Same place, same needs, other figures (requests/s, latency, load time): nothing is loaded."""


class Counts(Record):
    """How much there is to do."""

    endpoints_opened: int = 0
    endpoints_closed: int = 0
    endpoints_resized: int = 0
    nodes_opened: int = 0
    nodes_closed: int = 0
    nodes_changed: int = 0
    copies_added: int = 0
    copies_removed: int = 0
    copies_moved: int = 0
    copies_changed: int = 0
    copies_restated: int = 0
    copies_kept: int = 0
    """Copies that stay as they are (restated ones among them)."""
    loads: int = 0
    """Copies to load: added, moved and changed."""
    bytes_loaded: int = 0
    """Bytes of the copies to load."""


class Figures(Record):
    """What the new placement says about itself; it comes along so that the applied one says the same."""

    problem: Mentioned
    status: Annotated[Status, Field(strict=False)]
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    cost_per_hour: float
    unplaced: Annotated[tuple[Unplaced, ...], AsTuple] = ()
    routing_weights: Annotated[tuple[RoutingWeight, ...], AsTuple, Field(exclude_if=lambda value: not value)] = ()
    conceded: Annotated[tuple[Conceded, ...], AsTuple, Field(exclude_if=lambda value: not value)] = ()
    fitness: Scores


class Diff(Record):
    """What leads from one placement to another, in the names of the old one."""

    schema_version: int = DIFF_SCHEMA_VERSION
    base: Mentioned
    """State digest of the old placement: nothing else may be changed by this diff."""
    target: Mentioned
    """State digest of what applying it gives: the new placement in the names of the old one."""
    by_name: bool = False
    """Whether names of nodes and numbers of accelerators were taken as facts; then there is one matching only."""
    smallest: bool = True
    """Whether it is certain that no other matching loads fewer copies."""
    endpoints: EndpointChanges = EndpointChanges()
    nodes: NodeChanges = NodeChanges()
    copies: CopyChanges = CopyChanges()
    counts: Counts = Counts()
    cost_per_hour_before: float
    """USD, at the prices of the problem where one was given, else as the old placement states it."""
    after: Figures
    seal: Mentioned | None = None
    """Hash of all the rest, so that a figure that was edited is noticed; None: not sealed."""

    def sealed(self) -> Diff:
        """The same with its seal."""
        return self.model_copy(update={"seal": self._hash()})

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed since it was sealed."""
        return self.seal is None or self.seal == self._hash()

    def _hash(self) -> str:
        import hashlib

        text = json_text(self.model_dump(mode="json", by_alias=True, exclude={"seal"}), indent=None, ensure_ascii=True, sort_keys=True)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    @property
    def is_empty(self) -> bool:
        """Whether nothing runs differently or elsewhere, and no copy is restated."""
        parts = (self.endpoints, self.nodes, self.copies)
        return not any(records for part in parts for _, records in part)

    def to_json(self) -> str:
        """Canonical text: the same diff gives the same bytes."""
        return json_text(self.model_dump(mode="json", by_alias=True)) + "\n"
