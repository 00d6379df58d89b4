"""Random fleets that run, a while later, with random policies."""

from __future__ import annotations

from random import Random

import packing as pk
from packing.domain.change import Policy
from packing.generate import random_problem
from packing.testing.changes import changed_problem


def running(seed, *, tiny=False):
    """A random problem and a placement of it that runs."""
    problem = random_problem(seed, tiny=tiny)
    return problem, pk.solve_placement(problem, strategy="greedy", time_limit=0.0, processes=False).placement


def a_while_later(seed, *, tiny=False, **always):
    """(problem, what runs, policy); `always`: what the policy has in any case."""
    rnd = Random(seed)
    problem, current = running(seed, tiny=tiny)
    problem = changed_problem(problem, rnd, rnd.randint(0, 3))
    policy = {"move_weight": rnd.choice((0, 0.01, 0.1, 1))}
    if current.nodes and rnd.random() < 0.3:
        policy["drain"] = sorted({rnd.choice(current.nodes).id for _ in range(rnd.randint(1, 3))})
    if rnd.random() < 0.1:
        policy["drain"] = [*policy.get("drain", ()), rnd.choice(problem.fleet).label]
    known = {model.name for model in problem.models}
    pinned = rnd.choice(current.copies) if current.copies and rnd.random() < 0.4 else None
    if pinned is not None and pinned.model in known:
        policy["pins"] = rnd.choice((f"{pinned.model}#{pinned.copy_index}", pinned.model, pinned.node))
    for limit in ("max_moves", "max_moves_per_node", "max_moves_per_model"):
        if rnd.random() < 0.25:
            policy[limit] = rnd.randint(0, 2)
    return problem, current, Policy(**{**policy, **always})
