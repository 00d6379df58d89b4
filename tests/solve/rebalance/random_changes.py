"""Random fleets that run, a while later, with random policies."""

from __future__ import annotations

from random import Random

import packing as pk
from packing.domain.change import Policy
from packing.generate import random_problem
from packing.generate.choose import SeededChooser
from packing.generate.limits import Limits
from packing.generate.small import draw_problem
from packing.testing.changes import changed_problem
from packing.testing.running_fleets import later, random_policy

from .now import placement_of


def running(seed, *, tiny=False):
    """A random problem and a placement of it that runs."""
    problem = random_problem(seed, tiny=tiny)
    return problem, pk.solve_placement(problem, strategy="greedy", time_limit=0.0, processes=False).placement


def a_while_later(seed, *, tiny=False, **always):
    """(problem, what runs, policy); `always`: what the policy has in any case."""
    rnd = Random(seed)
    problem, current = running(seed, tiny=tiny)
    problem, current = later(problem, current, rnd, rnd.randint(0, 3))
    return problem, current, random_policy(problem, current, rnd, **always)


SMALL = Limits(models=3, copies=5, copies_each=3, tenants=2, pools=2, slots=2, modes=2, accelerators=3, stock=3)
"""A little more than tiny, still small enough for the exhaustive search."""


def in_ruins(seed):
    """(problem, what runs, policy): copies thrown at a few nodes, whatever the rules say, some on their way elsewhere."""
    rnd = Random(seed)
    problem = draw_problem(SeededChooser(f"ruins-{seed}"), SMALL)
    kinds = {kind.name: kind for kind in problem.instance_types}
    nodes = {}
    for number in range(rnd.randint(1, 4)):
        pool = rnd.choice(problem.fleet)
        there = kinds[pool.instance_type].accelerators
        models = [model for model in (rnd.choice(problem.models) for _ in range(rnd.randint(1, 3))) if model.modes[0].accelerators <= there]
        if models:
            copies = [[model.name, *sorted(rnd.sample(range(there), model.modes[0].accelerators))] for model in models]
            hosting = rnd.choice(("single_model", "multi_model", "inference_component", "inference_component"))
            nodes[f"n-{number}"] = {"pool": pool.label, "zone": pool.zone, "hosting": hosting, "copies": copies}
    current = placement_of(problem, nodes)
    policy = {"use_error_bands": False, "move_weight": rnd.choice((0, 0.01, 0.1, 1))}
    if current.nodes and rnd.random() < 0.2:
        policy["drain"] = rnd.choice(current.nodes).id
    if current.copies and rnd.random() < 0.3:
        pinned = rnd.choice(current.copies)
        policy["pins"] = f"{pinned.model}#{pinned.copy_index}"
    if current.copies and rnd.random() < 0.15:
        copy, node = rnd.choice(current.copies), rnd.choice(current.nodes)
        there = kinds[node.instance_type].accelerators
        if len(copy.accelerators) <= there:
            goes = sorted(rnd.sample(range(there), len(copy.accelerators)))
            policy["in_flight"] = [{"model": copy.model, "copy": copy.copy_index, "node": node.id, "accelerators": goes}]
    return changed_problem(problem, rnd, rnd.randint(0, 2)), current, Policy(**policy)
