"""One assignment, with what every swap of one process would change, computed for all partners at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.reassign.arrays import Arrays
from benchmarks.reassign.services import Services

Reals = NDArray[Any]


class State:
    """An assignment that keeps conflicts and spread; capacities may be exceeded and dependencies broken, at a price.

    Parameters
    ----------
    arrays : of the problem.
    places : machine of each process.
    strict : no swap may exceed a capacity or break a dependency, and changes are computed in float64, which is exact. Otherwise in float32, whose
        error (about 1e-7 of a machine's level) is far below the temperatures at which that is allowed.

    Notes
    -----
    Levels are kept as float64 whole numbers below 2^53, so that they and the cost are exact in both cases.
    """

    def __init__(self, arrays: Arrays, places: list[int], *, strict: bool) -> None:
        self.arrays, self.strict = arrays, strict
        self.type = np.float64 if strict else np.float32
        self._away, self._home = arrays.away.astype(np.float64), arrays.home.astype(np.float64)
        self._away_rows = np.ascontiguousarray(arrays.away.T, dtype=self.type)
        self._home_rows = np.ascontiguousarray(arrays.home.T, dtype=self.type)
        self._abroad = (arrays.origin[:, None] != np.arange(arrays.machines)) & (arrays.origin[:, None] >= 0)
        self._natives = [np.flatnonzero(arrays.origin == machine) for machine in range(arrays.machines)]
        self._soft_ones = np.ones(arrays.soft, self.type)
        self._hard_ones = np.ones(len(arrays.scale) - arrays.soft, self.type)
        self._work = np.empty(self._away_rows.shape, self.type)
        self._transient = arrays.transient
        self.price, self.homesick, self.lack = 1.0, 0.0, 1.0
        self.put(places)

    def put(self, places: list[int]) -> None:
        """Start from this assignment."""
        arrays = self.arrays
        machines, processes = arrays.machines, arrays.processes
        self.places = [*places, *range(machines)]
        """Machine of each column."""
        self._place = np.array(self.places)
        self._on = [[processes + machine] for machine in range(machines)]
        for process, machine in enumerate(places):
            self._on[machine].append(process)
        self._level = arrays.levels(places).astype(np.float64)
        self._without = np.empty((len(arrays.scale), arrays.processes + machines), self.type)
        for machine in range(machines):
            self._refresh(machine)
        self._services = Services(arrays, places, strict=self.strict)
        self._moved = [0] * len(arrays.problem.services)
        for process, machine in enumerate(places):
            self._moved[self._service(process)] += machine != arrays.origin[process]
        self._moves = arrays.moving[np.arange(len(self.places)), self._place].astype(np.float64)
        self.reprice(self.price, self.homesick, self.lack)

    def _service(self, process: int) -> int:
        return self.arrays.problem.processes[process].service

    def reprice(self, price: float, homesick: float, lack: float) -> None:
        """Set what only the search pays: a unit of hard overload (in units of the row), each process that is not at its origin, each broken dependency."""
        self.price, self.homesick, self.lack = price, homesick, lack
        moving = self.arrays.moving + homesick * self._abroad
        self._moving = moving.astype(self.type)
        self._moving_to = np.ascontiguousarray(self._moving.T)
        self._felt = moving[np.arange(len(self.places)), self._place]
        above = np.maximum(self._level, 0)
        self._cost = above[:, : self.arrays.soft].sum(1)
        self._over = above[:, self.arrays.soft :].sum(1)
        self._total = self._cost + price * self._over
        self._base = (self._total[self._place] + self._felt).astype(self.type)

    @property
    def exceeded(self) -> bool:
        """Whether any capacity is exceeded or any dependency broken."""
        return bool(self._services.lacking) or bool(self._over.any())

    @property
    def cost(self) -> int:
        """Objective, without the price of what is exceeded."""
        return int(self._cost.sum()) + int(self._moves.sum()) + self.arrays.problem.weights.service * max(self._moved)

    def changes(self, process: int) -> Reals:
        """[N] change of cost and prices when the process and a column swap machines; infinite where rules forbid it.

        The cost of the most moves in one service is left out: see `swap`.
        """
        arrays, work = self.arrays, self._work
        machine, price = self.places[process], self.type(self.price)
        np.add(self._without, self._away_rows[:, process, None], out=work)
        changes = self._weigh(work, price)
        origin = int(arrays.origin[process])
        if self._transient and origin != machine:
            there = self._on[origin]
            changes[there] = self._weigh(self._without[:, there] + self._home_rows[:, process, None], price)
        np.add(self._away_rows, self._without[:, process, None], out=work)
        mine = self._weigh(work, price)
        if self._transient:
            natives = self._natives[machine]
            mine[natives] = self._weigh(self._home_rows[:, natives] + self._without[:, process, None], price)
        changes += mine
        closed = self._services.closed(process, machine)
        changes += np.where(closed, self.type(np.inf), self._moving[process] - self._base[process])[self._place]
        changes += self._moving_to[machine]
        changes -= self._base
        if not self.strict and self._services.dependent:
            changes += self.lack * self._services.broken(process, machine, self._place)
        changes[self._services.occupied[machine]] = np.inf
        return changes

    def _weigh(self, levels: Reals, price: Any) -> Reals:
        """Costs of machines from their levels [K, n], which are overwritten."""
        np.maximum(levels, 0, out=levels)
        soft = self.arrays.soft
        over: Any = self._hard_ones @ levels[soft:]
        if self.strict:
            over[over > 0] = np.inf
        else:
            over *= price
        over += self._soft_ones @ levels[:soft]
        weighed: Reals = over
        return weighed

    def permits(self, process: int, column: int) -> bool:
        """Whether the rules that `changes` does not see allow the swap."""
        other = column if column < self.arrays.processes else None
        return self._services.permits(process, self.places[process], self.places[column], other)

    def swap(self, process: int, column: int) -> int:
        """Swap the machines of a process and a column; returns the change of the cost of most moves in one service."""
        one, two = self.places[process], self.places[column]
        most = max(self._moved)
        self._move(process, one, two)
        if column < self.arrays.processes:
            self._move(column, two, one)
        for machine in (one, two):
            self._refresh(machine)
            self._sum(machine)
        return self.arrays.problem.weights.service * (max(self._moved) - most)

    def _move(self, process: int, before: int, after: int) -> None:
        origin = self.arrays.origin[process]
        self._level[before] -= self._home[process] if before == origin else self._away[process]
        self._level[after] += self._home[process] if after == origin else self._away[process]
        self._on[before].remove(process)
        self._on[after].append(process)
        self.places[process] = after
        self._place[process] = after
        self._moves[process] = self.arrays.moving[process, after]
        self._felt[process] = self._moves[process] + self.homesick * (after != origin)
        self._moved[self._service(process)] += int(before == origin) - int(after == origin)
        self._services.move(process, before, after)

    def _refresh(self, machine: int) -> None:
        """Levels of the machine without each of its columns."""
        on = self._on[machine]
        without = self._level[machine] - self._away[on]
        if self._transient:
            for index, column in enumerate(on):
                if self.arrays.origin[column] == machine:
                    without[index] = self._level[machine] - self._home[column]
        self._without[:, on] = without.T

    def _sum(self, machine: int) -> None:
        above = np.maximum(self._level[machine], 0)
        self._cost[machine] = above[: self.arrays.soft].sum()
        self._over[machine] = above[self.arrays.soft :].sum()
        self._total[machine] = self._cost[machine] + self.price * self._over[machine]
        on = self._on[machine]
        self._base[on] = self._total[machine] + self._felt[on]
