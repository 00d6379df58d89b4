"""The problem as arrays: every cost and every capacity of a machine is a row that is zero up to a threshold and rises from there.

A *row* is the overload of a resource above its safety capacity (times its weight), a balance (a linear form of the use of two
resources, times its weight), or a resource above its hard capacity. A machine's level in a row is an offset and the sum of what
its processes add; only what is above zero counts. A *column* is a process, or the vacancy of a machine: a column without needs, so
that moving a process to a machine is swapping it with that machine's vacancy.

Transient use is in the offset: what a process takes of a transient resource on its machine of origin stays there for good, so
that it adds nothing there when it is at home.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.reassign.problem import Reassignment
from packing.errors import Fault, ProblemError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
EXACT = 2**53
"""Integers below are exact as float64; the search adds in float64."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """Arrays of one problem; never written to. K rows (the first `soft` cost, the others bind), M machines, P processes, N = P + M columns."""

    problem: Reassignment
    soft: int
    scale: Integers
    """[K] weight by which a row is multiplied; those of hard rows make them comparable with the costs."""
    away: Integers
    """[N, K] what a column adds to a machine that is not its process's origin."""
    home: Integers
    """[N, K] what it adds at its origin."""
    offset: Integers
    """[M, K] level of a machine without any process, with the transient use of all processes that started there."""
    moving: Integers
    """[N, M] process and machine move cost of a process on a machine."""
    origin: Integers
    """[N] machine at the start; -1 for vacancies."""
    service: Integers
    """[P] service of each process."""

    @property
    def machines(self) -> int:
        """M."""
        return len(self.offset)

    @property
    def processes(self) -> int:
        """P."""
        return len(self.service)

    @property
    def transient(self) -> bool:
        """Whether any resource is needed at both ends of a move."""
        return any(resource.transient for resource in self.problem.resources)

    def adds(self, column: int, machine: int) -> Integers:
        """[K] what a column adds to a machine."""
        rows: Integers = (self.home if self.origin[column] == machine else self.away)[column]
        return rows

    def levels(self, places: list[int]) -> Integers:
        """[M, K] levels of all machines with process p on machine places[p]."""
        levels = self.offset.copy()
        for process, machine in enumerate(places):
            levels[machine] += self.adds(process, machine)
        return levels

    def cost(self, places: list[int]) -> int | None:
        """Objective of an assignment; None: over a capacity. Conflicts, spread and dependencies are not looked at."""
        above = np.maximum(self.levels(places), 0)
        if above[:, self.soft :].any():
            return None
        moves = sum(int(self.moving[process, machine]) for process, machine in enumerate(places))
        return int(above[:, : self.soft].sum()) + moves + self.problem.weights.service * most_moved(self.problem, places)


def most_moved(problem: Reassignment, places: list[int]) -> int:
    """Most processes of one service that are not where they started."""
    moved = [0] * len(problem.services)
    for process, before, now in zip(problem.processes, problem.start, places, strict=True):
        moved[process.service] += before != now
    return max(moved, default=0)


def arrays(problem: Reassignment) -> Arrays:
    """Build the arrays.

    Raises
    ------
    ProblemError : sums could leave the range in which float64 is exact.
    """
    takes = np.array([process.takes for process in problem.processes], dtype=object).reshape(len(problem.processes), -1)
    capacity = np.array([machine.capacity for machine in problem.machines], dtype=object)
    safety = np.array([machine.safety for machine in problem.machines], dtype=object)
    weights = [resource.weight for resource in problem.resources]
    loaded = [index for index, weight in enumerate(weights) if weight]
    wanted = [balance for balance in problem.balances if balance.weight]
    scale = [*(weights[index] for index in loaded), *(balance.weight for balance in wanted), *(max(1, weight) for weight in weights)]
    columns = [takes[:, index] for index in loaded]
    columns += [takes[:, each.second] - each.target * takes[:, each.first] for each in wanted]
    columns += [takes[:, index] for index in range(len(weights))]
    offsets = [-safety[:, index] for index in loaded]
    offsets += [each.target * capacity[:, each.first] - capacity[:, each.second] for each in wanted]
    offsets += [-capacity[:, index] for index in range(len(weights))]
    rows = np.array(columns, dtype=object).T * scale
    offset = np.array(offsets, dtype=object).T * scale
    if np.abs(rows).sum() + np.abs(offset).sum() >= EXACT:
        raise ProblemError([Fault("too_large", "resources", "", "Needs times weights leave the exact range.", "Use smaller units.")])
    home = rows.copy()
    soft = len(loaded) + len(wanted)
    for index, resource in enumerate(problem.resources):
        if resource.transient:
            home[:, soft + index] = 0
    for row, kept, machine in zip(rows, home, problem.start, strict=True):
        offset[machine] += row - kept
    vacancies = np.zeros((len(problem.machines), len(scale)), dtype=np.int64)
    return Arrays(
        problem,
        soft,
        np.array(scale, dtype=np.int64),
        np.vstack([rows.astype(np.int64), vacancies]),
        np.vstack([home.astype(np.int64), vacancies]),
        offset.astype(np.int64),
        _moving(problem),
        np.array([*problem.start, *[-1] * len(problem.machines)], dtype=np.int64),
        np.array([process.service for process in problem.processes], dtype=np.int64),
    )


def _moving(problem: Reassignment) -> Integers:
    """[N, M] cost of having a process on a machine, as far as it comes from moving it there."""
    between = np.array([machine.move_cost for machine in problem.machines], dtype=np.int64) * problem.weights.machine
    costs = np.zeros((len(problem.processes) + len(problem.machines), len(problem.machines)), dtype=np.int64)
    for index, (process, origin) in enumerate(zip(problem.processes, problem.start, strict=True)):
        costs[index] = between[origin] + problem.weights.process * process.move_cost
        costs[index, origin] = between[origin, origin]
    return costs
