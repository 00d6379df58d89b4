"""The state machine of fleets: some sequences here, 2,000 of 30 events in the campaign; and it notices what is wrong."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from packing.domain.change import Policy
from packing.domain.migration import MigrationOptions
from packing.testing import fleet_machine
from packing.testing.fleet_laws import migration_holds
from packing.testing.fleet_machine import FleetMachine

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


def fails(machine: type[FleetMachine], match: str) -> None:
    few = settings(max_examples=60, stateful_step_count=10, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                   suppress_health_check=list(HealthCheck))  # fmt: skip
    with pytest.raises(AssertionError, match=match):
        run_state_machine_as_test(machine, settings=few)


def test_an_answer_that_ignores_drains_is_noticed() -> None:
    class Deaf(FleetMachine):
        def answer(self, problem, current, policy, time_limit):
            return super().answer(problem, current, policy.model_copy(update={"drain": ()}), time_limit)

    fails(Deaf, "drained node")


def test_an_answer_that_forgets_what_runs_is_noticed() -> None:
    class Forgetful(FleetMachine):
        def answer(self, problem, current, policy, time_limit):
            nothing = current.model_copy(update={"copies": (), "nodes": (), "endpoints": ()})
            return super().answer(problem, nothing, Policy(), time_limit)

    fails(Forgetful, "has moved|more moves|as they are|drained node|worse than")


def test_a_migration_in_the_wrong_order_is_noticed(monkeypatch) -> None:
    def backwards(*arguments, **more):
        plan = plan_migration(*arguments, **more)
        return plan.model_copy(update={"waves": plan.waves[::-1]})

    plan_migration = fleet_machine.plan_migration
    monkeypatch.setattr(fleet_machine, "plan_migration", backwards)
    fails(FleetMachine, "Violation")


def test_copies_below_the_floor_are_noticed() -> None:
    """Planned with dips that the model does not allow."""
    from packing.act.migrate import plan_migration
    from packing.describe import expand, problem_from
    from packing.solve.api import solve_placement

    gib = 2**30

    def fleet(dip: int):
        mode = {"accelerator": "X", "memory_per_accelerator": 10 * gib, "load_s": 60.0}
        box = {"name": "box", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": 16 * gib, "price_per_hour": 3.6}
        pools = [{"name": name, "instance_type": "box", "count": 1} for name in "ab"]
        models = [{"name": name, "hosting": "inference_component", "max_unavailable": dip, "copies": 1, "modes": [mode]} for name in "mn"]
        return problem_from({"instance_types": [box], "fleet": pools, "models": models})

    brave, strict = fleet(1), fleet(0)
    old = solve_placement(brave, time_limit=0, processes=False).placement
    one, other = old.copies
    swapped = (one.model_copy(update={"node": other.node}), other.model_copy(update={"node": one.node}))
    models = {copy.node: copy.model for copy in swapped}
    endpoints = tuple(each.model_copy(update={"models": tuple(sorted({models[node] for node in each.nodes}))}) for each in old.endpoints)
    new = old.model_copy(update={"copies": swapped, "endpoints": endpoints})
    plan = plan_migration(brave, old, new, options=MigrationOptions(remedies=False))
    assert migration_holds(expand(brave).problem, old, new, plan, expand(brave).problem)
    with pytest.raises(AssertionError):
        migration_holds(expand(strict).problem, old, new, plan, expand(strict).problem)
