"""The state machine of fleets: some sequences here, 2,000 of 30 events in the campaign; and it notices what is wrong."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from packing.act.migrate import plan_migration
from packing.describe import expand, problem_from
from packing.domain.change import Policy
from packing.domain.migration import MigrationOptions
from packing.solve.api import solve_placement
from packing.testing.fleet_laws import change_is_as_said, migration_holds
from packing.testing.fleet_machine import FleetMachine
from packing.verify import verify

TestFleet = FleetMachine.TestCase
TestFleet.settings = settings(max_examples=20, stateful_step_count=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


class Searching(FleetMachine):
    """Some of the answers are searched for, not only mended."""

    time_limits: ClassVar[tuple[float, ...]] = (0.0, 0.0, 0.0, 0.1)


@pytest.mark.campaign
def test_two_thousand_sequences_of_thirty_events() -> None:
    """About an hour on one core."""
    many = settings(max_examples=2_000, stateful_step_count=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Searching, settings=many)


def fleet(price: float = 3.6, dip: int = 0):
    """Two models on two boxes, one of each pool; a third box at another price."""
    gib = 2**30
    mode = {"accelerator": "X", "memory_per_accelerator": 10 * gib, "load_s": 60.0}
    box = {"name": "box", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": 16 * gib, "price_per_hour": 3.6}
    pools = [{"name": name, "instance_type": "box", "count": 1} for name in "ab"]
    pools.append({"name": "c", "instance_type": "box", "count": 1 if price != 3.6 else 0, "price_per_hour": price})
    models = [{"name": name, "hosting": "inference_component", "max_unavailable": dip, "copies": 1, "modes": [mode]} for name in "mn"]
    return problem_from({"weights": {"cost": 1}, "instance_types": [box], "fleet": pools, "models": models})


def changed(problem, current, told: Policy, real: Policy | None = None, hidden=None):
    """The laws on an answer to `told` that was made with another policy, or without knowing what runs."""
    result = solve_placement(problem, current=hidden or current, policy=real or told, time_limit=2, processes=False)
    expanded = expand(problem)
    change_is_as_said(expanded.problem, current, result, verify(expanded.problem, result.placement, expanded.digest), told)


def test_an_answer_that_is_not_as_the_policy_says_is_noticed() -> None:
    now = solve_placement(fleet(), time_limit=0, processes=False).placement
    free, cheaper = Policy(move_weight=0), fleet(price=1.0)
    changed(cheaper, now, free)
    for told, match in (
        (Policy(drain=[now.nodes[0].id, "c"]), "drained node"),
        (Policy(pins=[f"{copy.model}#0" for copy in now.copies]), "pinned .* has moved"),
        (Policy(max_moves=0), "more moves than are allowed"),
        (Policy(max_moves_per_model=0), "more moves of a model"),
    ):
        with pytest.raises(AssertionError, match=match):
            changed(cheaper, now, told, free)
    nothing = now.model_copy(update={"copies": (), "nodes": (), "endpoints": ()})
    with pytest.raises(AssertionError, match=r"worse than changing nothing|as they are"):
        changed(fleet(), now, Policy(), hidden=nothing)


def swapped(problem):
    """Both models change places."""
    old = solve_placement(problem, time_limit=0, processes=False).placement
    one, other = old.copies
    copies = (one.model_copy(update={"node": other.node}), other.model_copy(update={"node": one.node}))
    models = {copy.node: copy.model for copy in copies}
    endpoints = tuple(each.model_copy(update={"models": tuple(sorted({models[node] for node in each.nodes}))}) for each in old.endpoints)
    return old, old.model_copy(update={"copies": copies, "endpoints": endpoints})


def test_a_migration_that_breaks_a_law_is_noticed() -> None:
    brave, strict = fleet(dip=1), fleet()
    old, new = swapped(brave)
    plan = plan_migration(brave, old, new, options=MigrationOptions(remedies=False))
    known = expand(brave).problem
    assert migration_holds(known, old, new, plan, known)
    backwards = plan.model_copy(update={"waves": plan.waves[::-1]})
    with pytest.raises(AssertionError, match="Violation"):
        migration_holds(known, old, new, backwards, known)
    with pytest.raises(AssertionError, match="floor"):  # planned with dips that the model does not allow
        migration_holds(expand(strict).problem, old, new, plan, expand(strict).problem)
    assert not migration_holds(expand(strict).problem, *swapped(strict), plan_migration(strict, *swapped(strict)), expand(strict).problem)
