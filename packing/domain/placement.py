"""The answer: endpoints, nodes, copies, and what was left out and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from packing.domain.fields import AsTuple, Record
from packing.domain.weights import Axis
from packing.domain.words import Hosting, Status
from packing.domain.workload import Mode

PLACEMENT_SCHEMA_VERSION = 1


class Endpoint(Record):
    """Nodes and the models behind them under one hosting option."""

    name: str
    hosting: Annotated[Hosting, Field(strict=False)]
    instance_type: str
    nodes: Annotated[tuple[str, ...], AsTuple]
    models: Annotated[tuple[str, ...], AsTuple]
    keep: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    """Level of over-commitment (docs/design/overcommit.md); None: every model is in memory in each slot in which it has traffic."""


class Node(Record):
    """One machine of a pool."""

    id: str
    instance_type: str
    zone: str = ""
    endpoint: str
    pool: str
    """Label of the pool that it is of."""


class PlacedCopy(Record):
    """One running replica of a model on particular accelerators of a node."""

    model: str
    copy_index: Annotated[int, Field(alias="copy", ge=0)]
    node: str
    accelerators: Annotated[tuple[int, ...], AsTuple]
    mode: Mode


class Reason(Record):
    """Why something was not placed: the rule that refused it, and the circumstances."""

    rule: str
    detail: str


class Unplaced(Record):
    """Copies of a model that are missing."""

    model: str
    copies: Annotated[int, Field(ge=1)]
    reasons: Annotated[tuple[Reason, ...], AsTuple]


class Conceded(Record):
    """A rule that the fleet did not let copies keep which were in service, and stay in service (docs/design/running-and-rules.md)."""

    model: str
    rule: str
    """`min_zones`: the only one that is ever conceded."""
    asked: Annotated[int, Field(ge=2)]
    """Zones that the model asks for."""
    kept: Annotated[int, Field(ge=1)]
    """Zones that its copies are in."""


class Scores(Record):
    """The five fitness scores, each 0..1 (docs/fitness.md)."""

    model_size: float
    performance: float
    isolation: float
    cost: float
    scalability: float

    def __getitem__(self, axis: Axis | str) -> float:
        """Score by axis."""
        return float(getattr(self, str(axis)))


class Placement(Record):
    """Where everything runs. Figures are what solver and checker agreed on; None where unknown."""

    schema_version: int = PLACEMENT_SCHEMA_VERSION
    problem: str
    """Digest of the problem it answers."""
    status: Annotated[Status, Field(strict=False)]
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    cost_per_hour: float
    """USD: rented nodes, and all owned ones."""
    endpoints: Annotated[tuple[Endpoint, ...], AsTuple] = ()
    nodes: Annotated[tuple[Node, ...], AsTuple] = ()
    copies: Annotated[tuple[PlacedCopy, ...], AsTuple] = ()
    unplaced: Annotated[tuple[Unplaced, ...], AsTuple] = ()
    conceded: Annotated[tuple[Conceded, ...], AsTuple, Field(exclude_if=lambda value: not value)] = ()
    """Rules that are not kept, and whose: such a placement is `partial`. Only an answer to what runs concedes anything."""
    fitness: Scores

    def state_digest(self) -> str:
        """Hash of what runs where: endpoints, nodes and copies with their names, whatever their order.

        Figures, status and the problem do not count: two placements with the same hash describe the same fleet.
        """
        import hashlib
        import json

        # Solvers let copies share one mode: each is written out once.
        modes = {id(copy.mode): copy.mode for copy in self.copies}
        dumped = {key: mode.model_dump(mode="json", exclude={"error_bands"} if mode.error_bands is None else None) for key, mode in modes.items()}
        texts = {key: json.dumps(each, sort_keys=True) for key, each in dumped.items()}
        state = (
            sorted(
                (each.name, each.hosting, each.instance_type, sorted(each.nodes), sorted(each.models), *([each.keep] if each.keep else []))
                for each in self.endpoints
            ),
            sorted((each.id, each.instance_type, each.zone, each.endpoint, each.pool) for each in self.nodes),
            sorted((each.model, each.copy_index, each.node, sorted(each.accelerators), texts[id(each.mode)]) for each in self.copies),
        )
        return "sha256:" + hashlib.sha256(json.dumps(state).encode()).hexdigest()

    def to_json(self) -> str:
        """Canonical text: the same placement gives the same bytes."""
        import json

        return json.dumps(self.model_dump(mode="json", by_alias=True), indent=1, ensure_ascii=False) + "\n"
