"""Random reassignments whose start keeps all rules, for tests."""

from __future__ import annotations

from random import Random

from benchmarks.reassign import Balance, Machine, Process, Reassignment, Resource, Service, Weights


def random_reassignment(seed: int, machines: int = 6, services: int = 6, tight: float = 1.4) -> Reassignment:
    """Processes are dealt first; capacities, spreads and dependencies are then what this start keeps."""
    random = Random(seed)
    resources = tuple(Resource(index % 2 == 1, random.choice((0, 3, 10))) for index in range(random.randint(1, 4)))
    location = [random.randrange(4) for _ in range(machines)]
    area = [place % 2 for place in location]
    processes: list[Process] = []
    start: list[int] = []
    on: list[list[int]] = []
    for service in range(services):
        on.append(random.sample(range(machines), random.randint(1, min(4, machines))))
        for machine in on[-1]:
            processes.append(Process(service, tuple(random.randint(0, 30) for _ in resources), random.randint(0, 5)))
            start.append(machine)
    areas = [{area[machine] for machine in each} for each in on]
    made = tuple(
        Service(
            random.randint(0, len({location[machine] for machine in each})),
            tuple(other for other in range(services) if other != own and areas[own] <= areas[other] and random.random() < 0.3),
        )
        for own, each in enumerate(on)
    )
    fleet = []
    for machine in range(machines):
        used = [sum(p.takes[r] for p, place in zip(processes, start, strict=True) if place == machine) for r in range(len(resources))]
        capacity = tuple(int(amount * random.uniform(1.0, tight)) + random.randint(0, 20) for amount in used)
        safety = tuple(int(limit * random.uniform(0.4, 0.9)) for limit in capacity)
        costs = tuple(0 if other == machine else random.randint(0, 4) for other in range(machines))
        fleet.append(Machine(area[machine], location[machine], capacity, safety, costs))
    pairs = len(resources) > 1
    balances = (Balance(0, 1, random.randint(1, 3), random.randint(0, 4)),) if pairs else ()
    return Reassignment(resources, tuple(fleet), made, tuple(processes), balances, Weights(1, 2, 3), tuple(start))
