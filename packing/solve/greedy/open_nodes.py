"""The nodes opened so far, with a quick vectorised answer to "which of them may have room for this copy?"."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import numpy.typing as npt

from packing.compile.data import Candidate, Compiled
from packing.domain.words import Hosting
from packing.solve.node_state import CONTAINER, INSTANCE, NodeState, bits

Flags = npt.NDArray[np.bool_]
ANYONE, MIXED = -1, -2
FREE_COLUMNS = 7


class OpenNodes:
    """Nodes of all pools and hosting options, in the order in which they were opened."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.states: list[NodeState | None] = []
        self.used: Counter[int] = Counter()
        """Nodes opened per pool."""
        self._groups: dict[tuple[Hosting, int, int], _Group] = {}
        self._home: list[_Group] = []
        """Group of each node."""

    def open(self, pool: int, candidate: Candidate) -> int | None:
        """Open a node of the pool for a candidate; returns its index, None if the stock is used up."""
        if self.used[pool] >= self.compiled.pools[pool].stock:
            return None
        return self.adopt(NodeState(self.compiled, pool, candidate.hosting), candidate)

    def open_twin(self, pool: int, of: int, candidate: Candidate) -> int | None:
        """Open a node with the same copies as another one; returns its index, None if the stock is used up."""
        if self.used[pool] >= self.compiled.pools[pool].stock:
            return None
        state = self.states[of]
        assert state is not None
        return self.adopt(state.twin(pool), candidate)

    def adopt(self, state: NodeState, candidate: Candidate) -> int:
        """Take in a node that exists; `candidate` says whose group it belongs to."""
        self.used[state.pool] += 1
        self.states.append(state)
        index = len(self.states) - 1
        group = self._group(candidate)
        self._home.append(group)
        group.append(index, state)
        return index

    def close(self, index: int) -> NodeState:
        """Give a node up; returns its state."""
        state = self.states[index]
        assert state is not None
        self.used[state.pool] -= 1
        self.states[index] = None
        self._home[index].drop(index)
        return state

    def reopen(self, index: int, state: NodeState) -> None:
        """Take back a node that was given up, under the same index."""
        self.used[state.pool] += 1
        self.states[index] = state
        self._home[index].append(index, state)

    def roomiest(self, candidate: Candidate, count: int, *, accelerators_free: bool = False) -> list[int]:
        """Up to so many open nodes on which this candidate could be if they were empty, those that lack the least first.

        `accelerators_free` : only nodes that lack none of what it needs of accelerators.
        """
        return self._group(candidate).roomiest(candidate, count, accelerators_free=accelerators_free)

    def with_room(self, candidate: Candidate) -> list[int]:
        """Indices of nodes that may have room (a superset of those that have), tightest first."""
        return self._group(candidate).with_room(candidate, self.compiled)

    def changed(self, index: int) -> None:
        """Tell that copies were added to or taken from a node."""
        state = self.states[index]
        assert state is not None
        self._home[index].refresh(index, state)

    def _group(self, candidate: Candidate) -> _Group:
        """Nodes of one instance type under one hosting option; single-model nodes by model, since nobody else may enter."""
        owner = candidate.model if candidate.hosting is Hosting.SINGLE_MODEL else ANYONE
        key = (candidate.hosting, candidate.kind, owner)
        group = self._groups.get(key)
        if group is None:
            slots = self.compiled.slots if candidate.hosting is Hosting.MULTI_MODEL else 0
            group = self._groups[key] = _Group(slots)
        return group


class _Group:
    """Rows of numbers about the nodes of one group: what is free, and whose they are."""

    def __init__(self, slots: int) -> None:
        self._row: dict[int, int] = {}
        self._index = np.zeros(8, dtype=np.int64)
        self._free = np.zeros((8, FREE_COLUMNS), dtype=np.int64)
        self._owner = np.full(8, ANYONE, dtype=np.int64)
        self._strict = np.full(8, ANYONE, dtype=np.int64)
        self._by_slot = np.zeros((8, slots), dtype=np.int64)
        self._open = np.zeros((8, 2), dtype=np.int64)
        """Accelerators for tenants who are not there yet: those who share one with others, and those who do not."""
        self._rows_of: defaultdict[int, set[int]] = defaultdict(set)
        """Rows by tenant: where it is already, its own accelerators are open to it as well."""
        self._tenants: dict[int, tuple[int, ...]] = {}
        self._size = 0

    def append(self, index: int, state: NodeState) -> None:
        if self._size == len(self._index):
            self._index = np.concatenate([self._index, np.zeros_like(self._index)])
            self._free = np.concatenate([self._free, np.zeros_like(self._free)])
            self._owner = np.concatenate([self._owner, np.full_like(self._owner, ANYONE)])
            self._strict = np.concatenate([self._strict, np.full_like(self._strict, ANYONE)])
            self._by_slot = np.concatenate([self._by_slot, np.zeros_like(self._by_slot)])
            self._open = np.concatenate([self._open, np.zeros_like(self._open)])
        self._row[index] = self._size
        self._index[self._size] = index
        self._size += 1
        self.refresh(index, state)

    def refresh(self, index: int, state: NodeState) -> None:
        row = self._row[index]
        self._free[row] = state.room()
        if self._by_slot.shape[1]:
            self._by_slot[row] = state.free_memory_by_slot()
        self._open[row] = state.open_accelerators(strict=False), state.open_accelerators(strict=True)
        tenants = state.tenants()
        self._settle(row, tenants)
        self._owner[row] = ANYONE if not tenants else tenants[0] if len(tenants) == 1 else MIXED
        strict = state.strict_tenants()
        self._strict[row] = strict[0] if strict else ANYONE

    def _settle(self, row: int, tenants: tuple[int, ...]) -> None:
        before = self._tenants.get(row, ())
        if before == tenants:
            return
        for tenant in before:
            self._rows_of[tenant].discard(row)
        for tenant in tenants:
            self._rows_of[tenant].add(row)
        self._tenants[row] = tenants

    def _own(self, tenant: int, possible: Flags, enough: Flags) -> None:
        """Where the tenant is already, `enough` knows nothing of: nothing is ruled out there."""
        closed, mine = np.flatnonzero(possible & ~enough), self._rows_of.get(tenant, ())
        if len(mine) < len(closed):
            enough[list(mine)] = True
        else:
            enough[[row for row in closed if row in mine]] = True

    def drop(self, index: int) -> None:
        row = self._row.pop(index, None)
        if row is not None:
            self._free[row] = -1
            self._settle(row, ())

    def roomiest(self, candidate: Candidate, count: int, *, accelerators_free: bool) -> list[int]:
        size = self._size
        free = self._free[:size]
        open_ = free[:, 0] >= (candidate.width if accelerators_free else 0)
        if accelerators_free and candidate.width:
            open_ &= (free[:, 3] >= candidate.demand[0]) & (free[:, 4] >= candidate.demand[1])
        needs = (
            (0, candidate.width),
            (1, candidate.node_demand[0]),
            (2, candidate.node_demand[1]),
            (3, candidate.demand[0]),
            (4, candidate.demand[1]),
        )
        # How much of what it needs is not there; of equal shortage the node with the most room on one accelerator.
        short = sum((np.maximum(0, amount - free[:, column]) / amount for column, amount in needs if amount), start=np.zeros(size))
        order = np.lexsort((-free[:, 3], short))
        return [int(self._index[row]) for row in order if open_[row]][:count]

    def with_room(self, candidate: Candidate, compiled: Compiled) -> list[int]:
        size = self._size
        if not size:
            return []
        free = self._free[:size]
        possible = (free[:, 1] >= candidate.node_demand[0]) & (free[:, 2] >= candidate.node_demand[1])
        if candidate.width:
            possible &= (free[:, 0] >= candidate.width) & (free[:, 3] >= candidate.demand[0]) & (free[:, 4] >= candidate.demand[1])
            if candidate.demand[3]:
                possible &= (free[:, 5] >= candidate.demand[3]) & (free[:, 6] >= candidate.demand[4])
            if self._by_slot.shape[1] and candidate.mask:
                possible &= (self._by_slot[:size, bits(candidate.mask)] >= candidate.demand[0]).all(axis=1)
        model = compiled.models[candidate.model]
        alone = self._owner[:size] if model.isolation >= INSTANCE else self._strict[:size]
        possible &= (alone == model.tenant) | (alone == ANYONE)
        if candidate.width:
            enough = self._open[:size, int(model.isolation >= CONTAINER)] >= candidate.width
            self._own(model.tenant, possible, enough)
            possible &= enough
        rows = np.flatnonzero(possible)
        if len(rows) > 1:
            keys = self._by_slot[rows].sum(axis=1) if self._by_slot.shape[1] else free[rows, 3]
            rows = rows[np.lexsort((rows, free[rows, 1], keys, free[rows, 0]))]
        return [int(index) for index in self._index[rows]]
