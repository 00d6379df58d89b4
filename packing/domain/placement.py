"""The answer: endpoints, nodes, copies, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, PrivateAttr

from packing.domain.fields import AsTuple, Mentioned, Record, Sentence
from packing.domain.json_text import json_text
from packing.domain.weights import Axis
from packing.domain.words import Hosting, Status
from packing.domain.workload import Mode

PLACEMENT_SCHEMA_VERSION = 1


class Endpoint(Record):
    """Nodes and the models behind them under one hosting option."""

    name: Mentioned
    hosting: Annotated[Hosting, Field(strict=False)]
    instance_type: Mentioned
    nodes: Annotated[tuple[Mentioned, ...], AsTuple]
    models: Annotated[tuple[Mentioned, ...], AsTuple]
    keep: Annotated[Mentioned | None, Field(exclude_if=lambda value: value is None)] = None
    """Level of over-commitment (docs/design/overcommit.md); None: every model is in memory in each slot in which it has traffic."""


class Node(Record):
    """One machine of a pool."""

    id: Mentioned
    instance_type: Mentioned
    zone: Mentioned = ""
    endpoint: Mentioned
    pool: Mentioned
    """Label of the pool that it is of."""


class PlacedCopy(Record):
    """One running replica of a model on particular accelerators of a node."""

    model: Mentioned
    copy_index: Annotated[int, Field(alias="copy", ge=0)]
    node: Mentioned
    accelerators: Annotated[tuple[int, ...], AsTuple]
    mode: Mode


class Reason(Record):
    """Why something was not placed: the rule that refused it, and the circumstances."""

    rule: Sentence
    detail: Sentence


class Unplaced(Record):
    """Copies of a model that are missing."""

    model: Mentioned
    copies: Annotated[int, Field(ge=1)]
    reasons: Annotated[tuple[Reason, ...], AsTuple]


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
    problem: Mentioned
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
    fitness: Scores
    _unstated: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def unstated(self) -> frozenset[str]:
        """Figures that the file did not state, as that of a live cluster: what stands for them means nothing, and the checker passes over it."""
        return self._unstated

    def answers(self, digest: str) -> bool:
        """Whether it says that it answers the problem of this digest, or does not say which one."""
        return "problem" in self._unstated or self.problem == digest

    def without_figures(self, names: Iterable[str]) -> Placement:
        """The same placement, whose figures of these names are not stated."""
        copy = self.model_copy()
        copy._unstated = frozenset(names)  # noqa: SLF001 - of the same class
        return copy

    def state_digest(self) -> str:
        """Hash of what runs where: endpoints, nodes and copies with their names, whatever their order.

        Figures, status and the problem do not count: two placements with the same hash describe the same fleet.
        """
        import hashlib

        # Solvers let copies share one mode: each is written out once.
        modes = {id(copy.mode): copy.mode for copy in self.copies}
        dumped = {key: mode.model_dump(mode="json", exclude={"error_bands"} if mode.error_bands is None else None) for key, mode in modes.items()}
        texts = {key: json_text(each, sort_keys=True, indent=None, ensure_ascii=True) for key, each in dumped.items()}
        state = (
            sorted(
                (each.name, each.hosting, each.instance_type, sorted(each.nodes), sorted(each.models), *([each.keep] if each.keep else []))
                for each in self.endpoints
            ),
            sorted((each.id, each.instance_type, each.zone, each.endpoint, each.pool) for each in self.nodes),
            sorted((each.model, each.copy_index, each.node, sorted(each.accelerators), texts[id(each.mode)]) for each in self.copies),
        )
        return "sha256:" + hashlib.sha256(json_text(state, indent=None, ensure_ascii=True).encode()).hexdigest()

    def to_json(self) -> str:
        """Canonical text: the same placement gives the same bytes."""
        return json_text(self.model_dump(mode="json", by_alias=True)) + "\n"
