"""What a reassignment is: processes on fixed machines, what binds them, and what each state and each move costs. Plain integers."""

from __future__ import annotations

from dataclasses import dataclass

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of every machine.

    Parameters
    ----------
    transient : a process that moves needs it on both machines until the move is over.
    weight : cost of a unit above the safety capacity.
    """

    transient: bool
    weight: int


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine. Capacities by resource: `capacity` holds, above `safety` it costs. `move_cost` by target machine."""

    neighbourhood: int
    location: int
    capacity: Numbers
    safety: Numbers
    move_cost: Numbers


@dataclass(frozen=True, slots=True)
class Service:
    """Processes on distinct machines, over at least `spread` locations; each has one of every service in `needs` in its neighbourhood."""

    spread: int
    needs: Numbers


@dataclass(frozen=True, slots=True)
class Process:
    """A process of a service, what it takes of each resource, and what it costs to move it anywhere."""

    service: int
    takes: Numbers
    move_cost: int


@dataclass(frozen=True, slots=True)
class Balance:
    """On each machine, `target` times what is free of resource `first` should be free of resource `second`; what lacks costs."""

    first: int
    second: int
    target: int
    weight: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the sum of process move costs, of the most moves in one service, of the sum of machine move costs."""

    process: int
    service: int
    machine: int


@dataclass(frozen=True, slots=True)
class Reassignment:
    """The whole problem; `start` is the machine of each process now. Indices count from 0 everywhere."""

    resources: tuple[Resource, ...]
    machines: tuple[Machine, ...]
    services: tuple[Service, ...]
    processes: tuple[Process, ...]
    balances: tuple[Balance, ...]
    weights: Weights
    start: Numbers
