"""A checker of reassignments of its own, written from the challenge's definition: plain loops over plain integers, nothing of the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.reassign.problem import Reassignment


@dataclass(frozen=True, slots=True)
class Costs:
    """The terms of the objective, each with its weights already in it."""

    load: int
    balance: int
    process_move: int
    service_move: int
    machine_move: int

    @property
    def total(self) -> int:
        """The challenge's objective."""
        return self.load + self.balance + self.process_move + self.service_move + self.machine_move


def violations(problem: Reassignment, places: Sequence[int]) -> list[str]:
    """Everything that is wrong with an assignment, a sentence each; empty: it is valid."""
    if len(places) != len(problem.processes):
        return [f"{len(places)} processes are assigned, not {len(problem.processes)}."]
    strange = [
        f"Process {process} is on machine {place}, which does not exist."
        for process, place in enumerate(places)
        if not 0 <= place < len(problem.machines)
    ]
    return strange or [*_capacity(problem, places), *_conflict(problem, places), *_spread(problem, places), *_dependency(problem, places)]


def costs(problem: Reassignment, places: Sequence[int]) -> Costs:
    """The objective of an assignment, term by term."""
    load = balance = 0
    for index, machine in enumerate(problem.machines):
        used = [
            sum(process.takes[number] for process, place in zip(problem.processes, places, strict=True) if place == index)
            for number in range(len(problem.resources))
        ]
        for number, resource in enumerate(problem.resources):
            load += resource.weight * max(0, used[number] - machine.safety[number])
        for each in problem.balances:
            first, second = (machine.capacity[number] - used[number] for number in (each.first, each.second))
            balance += each.weight * max(0, each.target * first - second)
    process_move = machine_move = 0
    moved_of = dict.fromkeys(range(len(problem.services)), 0)
    for process, before, now in zip(problem.processes, problem.start, places, strict=True):
        machine_move += problem.machines[before].move_cost[now]
        if before != now:
            process_move += process.move_cost
            moved_of[process.service] += 1
    weights = problem.weights
    most = max(moved_of.values(), default=0)
    return Costs(load, balance, weights.process * process_move, weights.service * most, weights.machine * machine_move)


def _capacity(problem: Reassignment, places: Sequence[int]) -> list[str]:
    found = []
    for index, machine in enumerate(problem.machines):
        for number, resource in enumerate(problem.resources):
            used = 0
            for process, before, now in zip(problem.processes, problem.start, places, strict=True):
                if now == index or (resource.transient and before == index):
                    used += process.takes[number]
            if used > machine.capacity[number]:
                found.append(f"Capacity: machine {index} needs {used} of resource {number} and has {machine.capacity[number]}.")
    return found


def _conflict(problem: Reassignment, places: Sequence[int]) -> list[str]:
    seen: dict[tuple[int, int], int] = {}
    found = []
    for index, (process, place) in enumerate(zip(problem.processes, places, strict=True)):
        other = seen.setdefault((process.service, place), index)
        if other != index:
            found.append(f"Conflict: processes {other} and {index} of service {process.service} are both on machine {place}.")
    return found


def _spread(problem: Reassignment, places: Sequence[int]) -> list[str]:
    found = []
    for index, service in enumerate(problem.services):
        locations = {problem.machines[place].location for process, place in zip(problem.processes, places, strict=True) if process.service == index}
        if len(locations) < service.spread:
            found.append(f"Spread: service {index} is on {len(locations)} locations, not {service.spread}.")
    return found


def _dependency(problem: Reassignment, places: Sequence[int]) -> list[str]:
    present = {(process.service, problem.machines[place].neighbourhood) for process, place in zip(problem.processes, places, strict=True)}
    return [
        f"Dependency: service {service} needs service {other} in neighbourhood {area}."
        for service, area in sorted(present)
        for other in problem.services[service].needs
        if (other, area) not in present
    ]
