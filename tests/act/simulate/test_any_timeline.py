"""Random timelines on random fleets, also from placements that are broken: always an account that adds up."""

from __future__ import annotations

from random import Random

import pytest

from packing.act.simulate import simulate
from packing.describe import expand
from packing.generate import random_problem
from packing.solve.api import solve_placement
from packing.verify import verify
from tests.oracles.corruptions import CORRUPTIONS, spoiled
from tests.oracles.timelines import random_timeline


def replayed(seed: int, time_limit: float = 0) -> None:
    rnd = Random(seed)
    problem = random_problem(seed, tiny=seed % 3 == 0)
    placement = solve_placement(problem, time_limit=0, processes=False).placement
    if seed % 4 == 1:
        placement = spoiled(placement, rnd.sample(list(CORRUPTIONS), 2), rnd)
    timeline = random_timeline(problem, rnd, 6)
    events = timeline["events"]
    before = problem.model_dump_json(), placement.to_json()
    policy = {"move_weight": rnd.choice((0.0, 0.1, 1.0)), "max_moves": rnd.choice((None, 0, 2))}
    done = simulate(problem, placement, timeline, policy=policy, time_limit=time_limit, seed=seed, processes=False)
    assert (problem.model_dump_json(), placement.to_json()) == before
    assert done.until == timeline.get("until", events[-1]["at"] + 1)
    for name in type(done.total).model_fields:
        assert sum(getattr(each.account, name) for each in done.episodes) == pytest.approx(getattr(done.total, name), rel=1e-9), name
    assert sum(each.below_slo_s for each in done.models) == pytest.approx(done.total.below_slo_s)
    assert sum(each.refused_requests for each in done.models) == pytest.approx(done.total.refused_requests)
    assert done.total.below_slo_s <= 3600 * done.until * (len(problem.models) + len(events)) + 1e-6
    assert all(each.account.cost_usd >= 0 for each in done.episodes)
    last = problem_at_the_end(problem, events)
    if last is not None:
        expanded = expand(last)
        assert verify(expanded.problem, done.placement, expanded.digest).ok


def problem_at_the_end(problem, events):
    """The problem after all events; None where nodes are lost, since which ones depends on what runs."""
    from packing.describe.timeline import events_from
    from packing.domain.after import after

    if any(event["kind"] == "node_lost" for event in events):
        return None
    for event in events_from(events, problem).events:
        problem = after(problem, event)
    return problem


@pytest.mark.parametrize("seed", [*range(8), 153])  # 153: a node that says it is in another zone than its pool
def test_any_timeline(seed: int) -> None:
    replayed(seed, time_limit=0.05 if seed % 4 == 0 else 0)


@pytest.mark.campaign
def test_a_thousand_timelines() -> None:
    for seed in range(1_000):
        replayed(seed)
