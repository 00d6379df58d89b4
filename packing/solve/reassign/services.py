"""Conflicts, spread and dependencies of an assignment, kept up to date move by move."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from packing.solve.reassign.arrays import Arrays


class Services:
    """Which machines, locations and neighbourhoods each service is on.

    Parameters
    ----------
    arrays : of the problem.
    places : machine of each process, of a state that keeps all three rules.
    """

    def __init__(self, arrays: Arrays, places: list[int]) -> None:
        problem = arrays.problem
        number, machines = len(problem.services), arrays.machines
        self._service = [process.service for process in problem.processes]
        self._spread = [service.spread for service in problem.services]
        self._needs = [[other for other in service.needs if other != own] for own, service in enumerate(problem.services)]
        self._needed_by: list[list[int]] = [[] for _ in range(number)]
        for own, others in enumerate(self._needs):
            for other in others:
                self._needed_by[other].append(own)
        self._location = np.array([machine.location for machine in problem.machines])
        self._area = np.array([machine.neighbourhood for machine in problem.machines])
        self._locations, self._areas = self._location.tolist(), self._area.tolist()
        self._members = [np.flatnonzero(arrays.service == own) for own in range(number)]
        self._on = np.zeros((number, machines), dtype=bool)
        self._at_location = [[0] * (max(self._locations) + 1) for _ in range(number)]
        self._in_area = np.zeros((number, max(self._areas) + 1), dtype=np.int64)
        self._distinct = [0] * number
        self.occupied = np.zeros((machines, arrays.processes + machines), dtype=bool)
        """[M, N] whether the service of a column has a process on the machine."""
        for process, machine in enumerate(places):
            self._enter(self._service[process], machine)

    def _enter(self, service: int, machine: int) -> None:
        self._on[service, machine] = True
        self.occupied[machine, self._members[service]] = True
        counts, location = self._at_location[service], self._locations[machine]
        self._distinct[service] += counts[location] == 0
        counts[location] += 1
        self._in_area[service, self._areas[machine]] += 1

    def move(self, process: int, origin: int, target: int) -> None:
        """A process goes from one machine to another, where its service has none."""
        service = self._service[process]
        self._on[service, origin] = False
        self.occupied[origin, self._members[service]] = False
        counts, location = self._at_location[service], self._locations[origin]
        counts[location] -= 1
        self._distinct[service] -= counts[location] == 0
        self._in_area[service, self._areas[origin]] -= 1
        self._enter(service, target)

    def closed(self, process: int, machine: int) -> NDArray[np.bool_]:
        """[M] machines where the process, now on `machine`, may not go while all others stay; they may say too much where others move too."""
        service = self._service[process]
        closed: NDArray[np.bool_] = self._on[service]
        counts, location, area = self._at_location[service], self._locations[machine], self._areas[machine]
        alone = counts[location] == 1
        if self._distinct[service] - alone < self._spread[service]:
            others = np.array(counts)
            others[location] -= 1
            closed = closed | (others[self._location] > 0)
        for other in self._needs[service]:
            closed = closed | (self._in_area[other, self._area] == 0)
        if self._needed_by[service] and self._in_area[service, area] == 1 and any(self._in_area[own, area] for own in self._needed_by[service]):
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
        if here == there:
            return True
        moved = [(own, here, there)] if partner is None else [(own, here, there), (partner, there, here)]
        for service, before, after in moved:
            self._in_area[service, before] -= 1
            self._in_area[service, after] += 1
        kept = all(self._kept(service, area) for service, _, _ in moved for area in (here, there))
        for service, before, after in moved:
            self._in_area[service, before] += 1
            self._in_area[service, after] -= 1
        return kept

    def _kept(self, service: int, area: int) -> bool:
        """Whether dependencies of and on the service hold in the neighbourhood."""
        present = self._in_area[:, area]
        if present[service]:
            return all(present[other] for other in self._needs[service])
        return not any(present[own] for own in self._needed_by[service])
