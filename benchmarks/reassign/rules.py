"""Conflicts, spread and dependencies of a whole assignment, looked at anew. Capacities: `Arrays.cost`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.reassign.problem import Reassignment


def broken(problem: Reassignment, places: Sequence[int]) -> list[str]:
    """One phrase for each rule that the assignment breaks."""
    machines: list[list[int]] = [[] for _ in problem.services]
    for process, machine in zip(problem.processes, places, strict=True):
        machines[process.service].append(machine)
    areas = [{problem.machines[machine].neighbourhood for machine in on} for on in machines]
    said = []
    for index, (service, on) in enumerate(zip(problem.services, machines, strict=True)):
        if len(set(on)) < len(on):
            said.append(f"two processes of service {index} share a machine")
        if len({problem.machines[machine].location for machine in on}) < service.spread:
            said.append(f"service {index} is on fewer than {service.spread} locations")
        said += [f"service {index} lacks service {other} in a neighbourhood" for other in service.needs if not areas[index] <= areas[other]]
    return said
