"""Placements for the checker, made of nodes that each have an endpoint of their own."""

from __future__ import annotations

import pytest

from packing.domain.demand import missing_copies
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Reason, Scores, Unplaced
from packing.domain.words import Status
from packing.verify import verify

BLANK = Scores(model_size=0, performance=0, isolation=0, cost=0, scalability=0)


def placement_of(problem, nodes):
    """A placement of (pool label, hosting, items); its figures are the checker's own."""
    pools = {pool.label: pool for pool in problem.fleet}
    endpoints, machines, copies, numbers = [], [], [], {}
    for index, (label, hosting, content) in enumerate(nodes):
        kind, zone = pools[label].instance_type, pools[label].zone
        names = dict.fromkeys(problem.models[model].name for model, _, _ in content)
        endpoints.append(Endpoint(name=f"e{index}", hosting=hosting, instance_type=kind, nodes=(f"n{index}",), models=tuple(names)))
        machines.append(Node(id=f"n{index}", instance_type=kind, zone=zone, endpoint=f"e{index}", pool=label))
        for model, mode, chosen in content:
            name, number = problem.models[model].name, numbers.get(model, 0)
            numbers[model] = number + 1
            form = problem.models[model].modes[mode]
            copies.append(PlacedCopy(model=name, copy=number, node=f"n{index}", accelerators=chosen, mode=form))
    unplaced = []
    for model in problem.models:
        own = [copy.mode.rps_micro or 0 for copy in copies if copy.model == model.name]
        missing = missing_copies(model, len(own), sum(own))
        if missing:
            unplaced.append(Unplaced(model=model.name, copies=missing, reasons=(Reason(rule="unknown", detail="made by a test"),)))
    bare = Placement(
        problem="-",
        status=Status.PARTIAL if unplaced else Status.FEASIBLE,
        cost_per_hour=0.0,
        endpoints=tuple(endpoints),
        nodes=tuple(machines),
        copies=tuple(copies),
        unplaced=tuple(unplaced),
        fitness=BLANK,
    )
    found = verify(problem, bare)
    objective = None if found.objective_units is None else found.objective_units / 10**9
    return bare.model_copy(update={"cost_per_hour": found.cost_micro_usd / 10**6, "objective": objective, "fitness": found.scores})


@pytest.fixture(name="placement_of")
def _placement_of():
    return placement_of
