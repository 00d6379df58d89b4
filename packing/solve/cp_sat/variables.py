"""Variables of the formulation: nodes that could be opened, copies on them, copies on accelerators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

from packing.compile.data import Candidate, Compiled
from packing.compile.home import HomeCopy
from packing.domain.words import Hosting, Sharing
from packing.solve.alone import copies_alone
from packing.solve.node_state import NodeState
from packing.solve.task import Task

MOST_PATTERNS = 400
"""Fillings of one single-model node that are listed; where there are more, its copies are variables."""


@dataclass(slots=True)
class NodeVars:
    """One node that may be opened for models that share it."""

    pool: int
    hosting: Hosting
    position: int
    """Its place in the symmetry order of its pool and hosting option."""
    owner: int
    """The model of a single-model node, -1 for nodes that models share."""
    open: Any
    copies: dict[int, Any] = field(default_factory=dict)
    """Copies by candidate."""
    on: dict[int, list[Any]] = field(default_factory=dict)
    """Copies by candidate on each accelerator, where accelerators can be shared."""
    home: int = -1
    """The node of the current placement that it is; -1: one that does not run yet."""
    stays: list[tuple[HomeCopy, Any]] = field(default_factory=list)
    """Copies that run on it now, and whether each stays where it is."""


@dataclass(slots=True)
class SingleVars:
    """Single-model nodes of one model from one pool with one filling."""

    pool: int
    model: int
    filling: tuple[tuple[int, int], ...]
    """(candidate, copies that fit), a maximal one."""
    nodes: Any


class Variables:
    """All variables of one task."""

    def __init__(
        self, compiled: Compiled, task: Task, limits: dict[tuple[int, Hosting], int], model: Any, allowed: Container[int] | None = None
    ) -> None:
        self.compiled, self.task, self.model = compiled, task, model
        self.candidates: dict[int, list[Candidate]] = {
            demand.model: [compiled.candidates[index] for index in compiled.models[demand.model].candidates if allowed is None or index in allowed]
            for demand in task.demands
        }
        self.most = {demand.model: demand.most for demand in task.demands}
        self.nodes: list[NodeVars] = []
        self.singles: list[SingleVars] = []
        self.single_copies: dict[tuple[int, int], Any] = {}
        """Copies on single-model nodes, by (candidate, pool)."""
        self.missing: dict[int, Any] = {}
        for home in task.homes:
            self._home_node(home)
        for hosting in (Hosting.INFERENCE_COMPONENT, Hosting.MULTI_MODEL):
            for pool in range(len(compiled.pools)):
                self._shared_nodes(pool, hosting, limits)
        for index, mine in self.candidates.items():
            self._single_nodes(index, [candidate for candidate in mine if candidate.hosting is Hosting.SINGLE_MODEL], limits)

    def of_kind(self, kind: int, hosting: Hosting) -> list[Candidate]:
        """Candidates of the task on one instance type under one hosting option."""
        return [each for mine in self.candidates.values() for each in mine if each.kind == kind and each.hosting is hosting]

    def _home_node(self, home: int) -> None:
        """A node of the current placement: like any other, but each copy that runs on it may stay just where it is."""
        assert self.compiled.home is not None
        now = self.compiled.home.nodes[home]
        # Where several models run on a single-model node, one of them may stay.
        single = now.hosting is Hosting.SINGLE_MODEL
        owners = {self.compiled.candidates[copy.candidate].model for copy in now.copies} if single else {-1}
        places = [self._home_of(home, owner) for owner in sorted(owners) if owner == -1 or owner in self.most]
        if len(places) > 1:
            self.model.add(sum(place.open for place in places) <= 1)
        self.nodes += places

    def _home_of(self, home: int, owner: int) -> NodeVars:
        """A node of the current placement as one that a model owns, or that models share."""
        assert self.compiled.home is not None
        now, name = self.compiled.home.nodes[home], f"home.{home}" if owner < 0 else f"home.{home}.s.{owner}"
        node = NodeVars(now.pool, now.hosting, 0, owner, self.model.new_bool_var(f"open.{name}"), home=home)
        for candidate in self.of_kind(self.compiled.pools[now.pool].kind, now.hosting):
            if owner in (-1, candidate.model):
                self._copies(node, candidate, name)
        for number, copy in enumerate(now.copies):
            if copy.candidate in node.copies:
                node.stays.append((copy, self.model.new_int_var(int(copy.pinned), 1, f"stay.{name}.{number}")))
        return node

    def _shared_nodes(self, pool: int, hosting: Hosting, limits: dict[tuple[int, Hosting], int]) -> None:
        compiled = self.compiled
        kind = compiled.pools[pool].kind
        candidates = self.of_kind(kind, hosting)
        stock = self.task.stock[pool]
        useful = sum(max(0, self.most[model]) for model in {candidate.model for candidate in candidates})
        # What an empty node could do, one that runs already can do as well: it is never worse to go on with it.
        running = sum(1 for node in self.nodes if node.pool == pool and node.hosting is hosting)
        count = min(stock - running if running else stock, useful, limits.get((kind, hosting), useful))
        self._nodes(pool, hosting, count, -1, candidates)

    def _nodes(self, pool: int, hosting: Hosting, count: int, owner: int, candidates: list[Candidate]) -> None:
        for position in range(max(0, count)):
            name = f"{pool}.{position}.{hosting[0]}" if owner < 0 else f"{pool}.{position}.s.{owner}"
            node = NodeVars(pool, hosting, position, owner, self.model.new_bool_var(f"open.{name}"))
            for candidate in candidates:
                self._copies(node, candidate, name)
            self.nodes.append(node)

    def _copies(self, node: NodeVars, candidate: Candidate, name: str) -> None:
        compiled = self.compiled
        kind = compiled.kinds[candidate.kind]
        most = max(0, min(self.most[candidate.model], compiled.models[candidate.model].max_per_node, self.fit(candidate)))
        node.copies[candidate.index] = self.model.new_int_var(0, most, f"x.{name}.{candidate.index}")
        spread = candidate.width and kind.accelerators > 1 and kind.sharing is not Sharing.EXCLUSIVE
        if spread:
            node.on[candidate.index] = [self.model.new_int_var(0, most, f"z.{name}.{candidate.index}.{index}") for index in range(kind.accelerators)]

    def fit(self, candidate: Candidate) -> int:
        """Copies of one candidate that fit into an empty node by themselves (no more than are useful)."""
        return copies_alone(self.compiled, candidate, max(1, self.most[candidate.model]))

    def _single_nodes(self, index: int, candidates: list[Candidate], limits: dict[tuple[int, Hosting], int]) -> None:
        by_kind: dict[int, list[Candidate]] = defaultdict(list)
        for candidate in candidates:
            by_kind[candidate.kind].append(candidate)
        for kind, mine in by_kind.items():
            fillings = self._fillings(mine)
            for pool in self.compiled.kinds[kind].pools:
                useful = max(0, self.most[index])
                stock = min(self.task.stock[pool], useful, limits.get((kind, Hosting.SINGLE_MODEL), useful))
                if stock <= 0:
                    continue
                if fillings is None:
                    self._nodes(pool, Hosting.SINGLE_MODEL, stock, index, mine)
                    continue
                for candidate in mine:
                    self.single_copies[candidate.index, pool] = self.model.new_int_var(0, max(0, self.most[index]), f"x.{pool}.s.{candidate.index}")
                for number, filling in enumerate(fillings):
                    nodes = self.model.new_int_var(0, stock, f"single.{pool}.{index}.{number}")
                    self.singles.append(SingleVars(pool, index, filling, nodes))

    def _fillings(self, candidates: list[Candidate]) -> list[tuple[tuple[int, int], ...]] | None:
        """All maximal ways to fill one node with copies of one model; None if they are too many, or not known exactly.

        Which copies of different modes fit together on accelerators that they share is a packing problem of its own.
        """
        kind = self.compiled.kinds[candidates[0].kind]
        if len(candidates) == 1:
            return [((candidates[0].index, self.fit(candidates[0])),)]
        if kind.sharing is not Sharing.EXCLUSIVE and kind.accelerators > 1:
            return None
        found: set[tuple[tuple[int, int], ...]] = set()
        state = NodeState(self.compiled, kind.pools[0], Hosting.SINGLE_MODEL)
        counts = [0] * len(candidates)
        most = max(1, self.most[candidates[0].model])
        visited = 0

        def grow(start: int) -> None:
            nonlocal visited
            visited += 1
            maximal = True
            for position, candidate in enumerate(candidates):
                spot = state.fits(candidate) if sum(counts) < most else None
                maximal = maximal and spot is None
                if spot is None or position < start or visited > MOST_PATTERNS:
                    continue
                state.add(candidate, spot)
                counts[position] += 1
                grow(position)
                counts[position] -= 1
                state.remove(len(state.copies) - 1)
            if maximal:
                found.add(tuple((candidate.index, count) for candidate, count in zip(candidates, counts, strict=True) if count))

        grow(0)
        return sorted(found) if visited <= MOST_PATTERNS else None


def by_model(nodes: Iterable[NodeVars], compiled: Compiled) -> dict[int, list[tuple[Candidate, NodeVars, Any]]]:
    """(candidate, node, copies) of each model."""
    found: dict[int, list[tuple[Candidate, NodeVars, Any]]] = defaultdict(list)
    for node in nodes:
        for index, copies in node.copies.items():
            candidate = compiled.candidates[index]
            found[candidate.model].append((candidate, node, copies))
    return found
