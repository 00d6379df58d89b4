"""Conflicts, spread and dependencies of an assignment, kept up to date move by move."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.reassign.arrays import Arrays


class Services:
    """Which machines, locations and neighbourhoods each service is on.

    Parameters
    ----------
    arrays : of the problem.
    places : machine of each process, of a state that keeps all three rules.
    strict : no move may break a dependency; otherwise moves may, and `lacking` counts what is broken.
    """

    def __init__(self, arrays: Arrays, places: list[int], *, strict: bool) -> None:
        problem = arrays.problem
        number, machines = len(problem.services), arrays.machines
        self._strict = strict
        self._service = [process.service for process in problem.processes]
        self._spread = [service.spread for service in problem.services]
        self._needs = [[other for other in set(service.needs) if other != own] for own, service in enumerate(problem.services)]
        self._needed_by: list[list[int]] = [[] for _ in range(number)]
        for own, others in enumerate(self._needs):
            for other in others:
                self._needed_by[other].append(own)
        self.dependent = any(self._needs)
        """Whether any service depends on another."""
        self._location = np.array([machine.location for machine in problem.machines])
        self._areas = [machine.neighbourhood for machine in problem.machines]
        self._area = np.array(self._areas)
        self._locations: list[int] = self._location.tolist()
        self._members = [np.flatnonzero(arrays.service == own) for own in range(number)]
        self._of_column = np.array([*self._service, *[number] * machines])
        self._on = np.zeros((number, machines), dtype=bool)
        self._at_location = [[0] * (max(self._locations) + 1) for _ in range(number)]
        self._in_area = [[0] * (max(self._areas) + 1) for _ in range(number)]
        self._entering = np.zeros((number + 1, max(self._areas) + 1))
        """Dependencies that a process of a service (row) breaks, or mends if negative, by entering a neighbourhood (column)."""
        self._leaving = np.zeros_like(self._entering)
        """The same of leaving it; the last row of both belongs to vacancies."""
        self._distinct = [0] * number
        self.lacking = 0
        """Broken dependencies: pairs of a service and one that it needs, neighbourhood by neighbourhood."""
        self.occupied = np.zeros((machines, len(self._of_column)), dtype=bool)
        """[M, N] whether the service of a column has a process on the machine."""
        for process, machine in enumerate(places):
            self._enter(self._service[process], machine)
        for service in range(number):
            for area in range(len(self._in_area[service])):
                self._rate(service, area)

    def _enter(self, service: int, machine: int) -> None:
        self._on[service, machine] = True
        self.occupied[machine, self._members[service]] = True
        counts, location = self._at_location[service], self._locations[machine]
        self._distinct[service] += counts[location] == 0
        counts[location] += 1
        self._in_area[service][self._areas[machine]] += 1

    def move(self, process: int, origin: int, target: int) -> None:
        """A process goes from one machine to another, where its service has none."""
        service = self._service[process]
        self._on[service, origin] = False
        self.occupied[origin, self._members[service]] = False
        counts, location = self._at_location[service], self._locations[origin]
        counts[location] -= 1
        self._distinct[service] -= counts[location] == 0
        before, after = self._areas[origin], self._areas[target]
        self._in_area[service][before] -= 1
        self._enter(service, target)
        if not self.dependent or before == after:
            return
        self.lacking += int(self._leaving[service, before])
        self._rerate(service, before)
        self.lacking += int(self._entering[service, after])
        self._rerate(service, after)

    def _rerate(self, service: int, area: int) -> None:
        for each in (service, *self._needs[service], *self._needed_by[service]):
            self._rate(each, area)

    def _rate(self, service: int, area: int) -> None:
        """What entering and leaving mean, from who is in the neighbourhood now."""
        count, counts = self._in_area[service][area], self._in_area
        helps = sum(counts[own][area] > 0 for own in self._needed_by[service])
        lacks = sum(counts[other][area] == 0 for other in self._needs[service])
        self._entering[service, area] = lacks - helps if count == 0 else 0
        self._leaving[service, area] = helps - lacks if count == 1 else 0

    def broken(self, process: int, machine: int, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """[N] dependencies that swapping the process, now on `machine`, with each column breaks, seen one by one; `columns` are their machines."""
        service, area = self._service[process], self._areas[machine]
        areas = self._area[columns]
        broken: NDArray[np.float64] = (self._entering[service] + self._leaving[service, area])[areas]
        broken += self._entering[self._of_column, area]
        broken += self._leaving[self._of_column, areas]
        broken[areas == area] = 0
        return broken

    def closed(self, process: int, machine: int) -> NDArray[np.bool_]:
        """[M] machines where the process, now on `machine`, may not go while all others stay; they may say too much where others move too."""
        service = self._service[process]
        closed: NDArray[np.bool_] = self._on[service]
        counts, location = self._at_location[service], self._locations[machine]
        if self._distinct[service] - (counts[location] == 1) < self._spread[service]:
            others = np.array(counts)
            others[location] -= 1
            closed = closed | (others[self._location] > 0)
        if self._strict and self.dependent:
            area = self._areas[machine]
            closed = closed | (self._entering[service] > 0)[self._area]
            if self._leaving[service, area] > 0:
                closed = closed | (self._area != area)
        return closed

    def permits(self, process: int, origin: int, target: int, other: int | None) -> bool:
        """Whether the process may go from `origin` to `target` while `other` (None: no process) goes the other way.

        Conflicts are not looked at: `closed` and `occupied` tell them.
        """
        own = self._service[process]
        partner = None if other is None else self._service[other]
        leaves, enters = self._locations[origin], self._locations[target]
        if partner is not None and leaves != enters:
            counts = self._at_location[partner]
            if self._distinct[partner] - (counts[enters] == 1) + (counts[leaves] == 0) < self._spread[partner]:
                return False
        here, there = self._areas[origin], self._areas[target]
        if here == there or not self._strict:
            return True
        moved = [(own, here, there)] if partner is None else [(own, here, there), (partner, there, here)]
        for service, before, after in moved:
            self._in_area[service][before] -= 1
            self._in_area[service][after] += 1
        kept = all(self._kept(service, area) for service, _, _ in moved for area in (here, there))
        for service, before, after in moved:
            self._in_area[service][before] += 1
            self._in_area[service][after] -= 1
        return kept

    def _kept(self, service: int, area: int) -> bool:
        """Whether dependencies of and on the service hold in the neighbourhood."""
        if self._in_area[service][area]:
            return all(self._in_area[other][area] for other in self._needs[service])
        return not any(self._in_area[own][area] for own in self._needed_by[service])
