"""The answer: endpoints, nodes, copies, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr

from packing.domain.fields import AsTuple, Mentioned, Record, Sentence
from packing.domain.json_text import json_text
from packing.domain.routing import RoutingWeight, weights_of
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

    @classmethod
    def of_valid(cls, model: str, copy_index: int, node: str, accelerators: tuple[int, ...], mode: Mode) -> PlacedCopy:
        """A copy of parts that are valid already, unchecked: there may be a million of them, which share the set of their fields."""
        copy = cls.__new__(cls)
        values = {"model": model, "copy_index": copy_index, "node": node, "accelerators": accelerators, "mode": mode}
        for name, value in (("__dict__", values), ("__pydantic_fields_set__", _FIELDS_OF_A_COPY), *_NOTHING_ELSE):
            object.__setattr__(copy, name, value)
        return copy


_FIELDS_OF_A_COPY = set(PlacedCopy.model_fields)
_NOTHING_ELSE = (("__pydantic_extra__", None), ("__pydantic_private__", None))


class Reason(Record):
    """Why something was not placed: the rule that refused it, and the circumstances."""

    rule: Sentence
    detail: Sentence


class Unplaced(Record):
    """Copies of a model that are missing."""

    model: Mentioned
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
    routing_weights: Annotated[tuple[RoutingWeight, ...], AsTuple, Field(exclude_if=lambda value: not value)] = ()
    """How the requests of models are divided whose copies are not all alike behind one endpoint; empty: there are none, or it is not stated."""
    conceded: Annotated[tuple[Conceded, ...], AsTuple, Field(exclude_if=lambda value: not value)] = ()
    """Rules that are not kept, and whose: such a placement is `partial`. Only an answer to what runs concedes anything."""
    fitness: Scores
    _unstated: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def unstated(self) -> frozenset[str]:
        """Figures that the file did not state, as that of a live cluster: what stands for them means nothing, and the checker passes over it."""
        return self._unstated

    def routed(self) -> Placement:
        """The same placement, with the routing weights that follow from its copies."""
        return self.model_copy(update={"routing_weights": self._weights()})

    def _weights(self) -> tuple[RoutingWeight, ...]:
        behind = {node.id: node.endpoint for node in self.nodes}
        return weights_of([(copy.model, copy.copy_index, behind.get(copy.node, ""), copy.mode) for copy in self.copies])

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed, which are stated from then on; weights that were stated follow the copies."""
        made = super().model_copy(update=update, deep=deep)
        made._unstated -= (update or {}).keys()  # noqa: SLF001 - of the same class
        if self.routing_weights and update and "routing_weights" not in update and not update.keys().isdisjoint(("nodes", "copies")):
            return super(Placement, made).model_copy(update={"routing_weights": made._weights()})  # noqa: SLF001 - of the same class
        return made

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
        rest = _text(self.model_copy(update={"copies": (), "routing_weights": self.routing_weights}))
        if not self.copies:
            return rest + "\n"
        # What is around the copies is little. They are put into words one by one, each of their modes once.
        before, after = rest.split(_NO_COPIES)
        return "".join([before, '\n "copies": [\n  ', ",\n  ".join(_texts(self.copies)), "\n ]", after, "\n"])


_NO_COPIES = '\n "copies": []'


def _text(record: Record) -> str:
    return json_text(record.model_dump(mode="json", by_alias=True))


def _texts(copies: Iterable[PlacedCopy]) -> Iterator[str]:
    """Each copy as it stands in a placement's text, two levels in."""
    modes: dict[int, str] = {}
    names: dict[str, str] = {}

    def name(text: str) -> str:
        if text not in names:
            names[text] = json_text(text)
        return names[text]

    for copy in copies:
        if id(copy.mode) not in modes:
            modes[id(copy.mode)] = _text(copy.mode).replace("\n", "\n   ")
        chosen = ",\n    ".join(map(str, copy.accelerators))
        accelerators = f"[\n    {chosen}\n   ]" if chosen else "[]"
        yield (
            f'{{\n   "model": {name(copy.model)},\n   "copy": {copy.copy_index},\n   "node": {name(copy.node)},'
            f'\n   "accelerators": {accelerators},\n   "mode": {modes[id(copy.mode)]}\n  }}'
        )
