"""Make room for a missing copy by an exchange: a copy in its way changes places with one elsewhere that needs less of what is short.

Two moves, and no room needed but that of the exchange itself: what helps where accelerators are free on nodes without vCPUs,
and vCPUs on nodes without accelerators.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from packing.compile.data import Candidate
from packing.compile.home import Copy
from packing.solve.node_state import NodeState
from packing.solve.rebalance.fleet import Fleet, pinned_on
from packing.solve.rebalance.limits import Limits

LOOK_AT, TRY, OPTIONS = 150, 4, 6
"""Nodes that are looked at for one copy; exchanges that are tried for each copy in the way; candidates of a model."""

Ints = NDArray[np.int64]


class Exchange:
    """All copies that may move, as arrays, made anew whenever the fleet has changed."""

    def __init__(self, fleet: Fleet, limits: Limits) -> None:
        self.fleet, self.limits = fleet, limits
        candidates = fleet.compiled.candidates
        forms = {key: index for index, key in enumerate(sorted({_form(each) for each in candidates}))}
        self._form = [forms[_form(each)] for each in candidates]
        rows = max((len(each.node_demand) for each in candidates), default=0)
        self._demand = np.array([each.node_demand for each in candidates], dtype=np.int64).reshape(len(candidates), rows)
        self.refresh()

    def refresh(self) -> None:
        """Read the fleet."""
        fleet = self.fleet
        self._copies: list[tuple[int, Copy]] = []
        free: dict[int, list[int]] = {}
        for node in fleet.open_nodes():
            state = fleet.state(node)
            pinned = pinned_on(fleet.home, state)
            free[node] = state.node_room()
            for copy in state.copies:
                if pinned[copy] > 0:
                    pinned[copy] -= 1
                else:
                    self._copies.append((node, copy))
        index = np.array([copy[0] for _, copy in self._copies], dtype=np.int64)
        self._forms: Ints = np.array(self._form, dtype=np.int64)[index] if len(index) else index
        self._needs: Ints = self._demand[index] if len(index) else self._demand[:0]
        self._room: Ints = np.array([free[node] for node, _ in self._copies], dtype=np.int64).reshape(self._needs.shape)
        self._nodes: Ints = np.array([node for node, _ in self._copies], dtype=np.int64)

    def for_model(self, model: int) -> bool:
        """Place one missing copy of a model by one exchange. Returns whether it is placed."""
        fleet = self.fleet
        for index in fleet.construction.economy.ranking(model)[:OPTIONS]:
            candidate = fleet.compiled.candidates[index]
            for node in fleet.construction.nodes.roomiest(candidate, LOOK_AT, accelerators_free=True):
                lacking, accelerators = fleet.state(node).lacks(candidate)
                if not accelerators and any(lacking) and self._on(node, candidate, np.array(lacking, dtype=np.int64)):
                    self.refresh()
                    return True
        return False

    def _on(self, node: int, candidate: Candidate, lacking: Ints) -> bool:
        state = self.fleet.state(node)
        pinned, seen = pinned_on(self.fleet.home, state), set()
        short = np.flatnonzero(lacking)
        for copy in sorted(state.copies, key=lambda each: (self.fleet.home.load[each[0]], each)):
            owner = self._demand[copy[0]]
            if pinned[copy] or copy[0] in seen or (owner < lacking)[short].any():
                continue
            seen.add(copy[0])
            less = owner - self._needs
            fits = (self._forms == self._form[copy[0]]) & (self._nodes != node)
            fits &= (less[:, short] >= lacking[short]).all(axis=1) & (self._room >= less).all(axis=1)
            for other in np.flatnonzero(fits)[:TRY]:
                where, its = self._copies[int(other)]
                if self._try(node, copy, where, its, candidate):
                    return True
        return False

    def _try(self, node: int, copy: Copy, where: int, other: Copy, candidate: Candidate) -> bool:
        """Exchange the two, and place the candidate where the first was."""
        fleet = self.fleet
        before = fleet.value
        fleet.begin()
        first, second = fleet.take(node, copy), fleet.take(where, other)
        if self._put(node, candidate) and self._put(node, second) and self._put(where, first):
            fleet.settle()
            if fleet.value.missing < before.missing and self.limits.hold(fleet):
                return True
        fleet.undo()
        return False

    def _put(self, node: int, like: Candidate) -> bool:
        """One copy of the candidate's model, hosted as the node hosts."""
        fleet, state = self.fleet, self.fleet.state(node)
        there = same_on(fleet, like, state)
        spot = None if there is None else state.fits(there)
        return there is not None and spot is not None and fleet.put(node, (there.index, spot))


def same_on(fleet: Fleet, candidate: Candidate, state: NodeState) -> Candidate | None:
    """The candidate of the same model and form on another node; None if there is none."""
    compiled = fleet.compiled
    kind = compiled.pools[state.pool].kind
    mine = (compiled.candidates[index] for index in compiled.models[candidate.model].candidates)
    return next((each for each in mine if each.kind == kind and each.hosting is state.hosting and _form(each) == _form(candidate)), None)


def _form(candidate: Candidate) -> tuple[int, ...]:
    """What a copy takes of its accelerators: copies of one form can take each other's."""
    return candidate.width, *candidate.demand
