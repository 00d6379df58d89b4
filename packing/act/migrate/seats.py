"""What a migration moves about: copies at their places (seats), nodes (sites) and endpoints (groups), as plain mutable objects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from packing.domain.overcommit import BY_NAME
from packing.domain.words import Hosting, Isolation, Sharing
from packing.domain.workload import Mode
from packing.verify.checks.over_commit import Turn
from packing.verify.facts import KindFacts, ModeFacts, ModelFacts

LEVEL = {level: level.level for level in Isolation}


class Form(ModeFacts):
    """A mode in integers, with a number by which equal modes are known."""

    __slots__ = ("number",)

    def __init__(self, mode: Mode, key: tuple[Any, ...], number: int) -> None:
        super().__init__(mode, key)
        self.number = number


class Seat:
    """A copy at a place: it is there or not. A copy that moves is two seats."""

    __slots__ = ("accelerators", "goal", "key", "level", "mode", "model", "name", "number", "site", "tenant", "turn")

    def __init__(self, model: ModelFacts, mode: Form, site: Site, accelerators: tuple[int, ...], *, goal: bool, number: int = -1) -> None:
        self.model, self.mode, self.site, self.accelerators = model, mode, site, accelerators
        self.goal = goal
        """Whether the new placement has it."""
        self.number, self.name = number, model.model.name
        self.tenant, self.level = model.tenant, LEVEL[model.isolation]
        self.turn: Turn | None = None
        """What it takes of an over-committed node; known once it is known to be legal."""
        self.key: tuple[Any, ...] = (self.name, mode.number, site.id, accelerators)

    @property
    def bytes(self) -> int:
        """What a load has to bring."""
        return self.mode.size


@dataclass(slots=True, eq=False)
class Group:
    """An endpoint, and what the copies behind it have in common (counted for hosting options that care)."""

    name: str
    hosting: Hosting
    instance_type: str
    keep: str | None = None
    """Level of over-commitment."""
    models: Counter[str] = field(default_factory=Counter)
    frameworks: Counter[str] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)
    tenants: Counter[str] = field(default_factory=Counter)
    strict: int = 0
    """Copies that ask for isolation of containers or more."""

    @property
    def counts(self) -> bool:
        """Whether rules look at all copies behind the endpoint together."""
        return self.hosting is not Hosting.INFERENCE_COMPONENT


@dataclass(slots=True, eq=False)
class Site:
    """A node, started or not, with the copies on it."""

    id: str
    pool: str
    zone: str
    kind: KindFacts | None
    group: Group
    old: bool = False
    goal: bool = False
    """Whether the old and the new placement have it; a site of neither is extra room."""
    started: bool = False
    seats: list[Seat] = field(default_factory=list)
    on: dict[int, list[Seat]] = field(default_factory=dict)

    @property
    def swaps(self) -> bool:
        """Whether copies are resident only while their model has traffic."""
        return self.group.hosting is Hosting.MULTI_MODEL

    @property
    def over_committed(self) -> bool:
        """Whether models share its memory in turns."""
        return self.swaps and self.group.keep in BY_NAME

    @property
    def exclusive(self) -> bool:
        """Whether an accelerator belongs to one copy."""
        return self.kind is not None and self.kind.sharing is Sharing.EXCLUSIVE and not self.swaps
