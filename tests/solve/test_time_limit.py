"""The time limit is for the whole call. The clock here ticks once each time that it is looked at: nothing depends on the machine."""

from __future__ import annotations

import time

import pytest

import packing as pk
from packing.bench.odd_shapes import GIB, ODD_SHAPES
from packing.compile.compiler import compile_problem
from packing.describe import expand
from packing.domain.words import Status
from packing.solve.context import SearchContext
from packing.solve.finishing import CHECKING, shortened
from packing.solve.greedy.construct import Settings, construct
from packing.solve.greedy.economy import Economy
from packing.solve.greedy.strategy import first_pass
from packing.solve.plan import NodePlan

LIMIT = 5.0


class Clock:
    """Seconds that pass only where the time is read."""

    def __init__(self, tick):
        self.tick, self.now = tick, 1000.0

    def __call__(self):
        self.now += self.tick
        return self.now


@pytest.fixture
def ticking(monkeypatch):
    def start(tick):
        clock = Clock(tick)
        monkeypatch.setattr(time, "monotonic", clock)
        monkeypatch.setattr(time, "thread_time", lambda: clock.now)
        return clock

    return start


def solve(problem, limit=LIMIT, **options):
    return pk.solve_placement(problem, strategy="greedy", time_limit=limit, processes=False, **options)


def asked(result):
    return sum(model.copies.min for model in result.expanded.problem.models)


def left_out(result):
    return sum(entry.copies for entry in result.unplaced)


def judged(result):
    """Checked again, and nothing is lost or made up."""
    assert not pk.verify_placement(result.expanded.described, result.placement).violations
    assert len(result.placement.copies) + left_out(result) == asked(result)
    return result


@pytest.mark.parametrize(("name", "count"), [("models", 400), ("combinations", 40), ("containers", 200), ("conflicts", 60), ("accelerators", 20)])
@pytest.mark.parametrize("tick", [0.01, 0.05, 0.4, 3.0])
def test_compilation_and_the_first_pass_end_in_time(name, count, tick, ticking):
    """Wherever the limit falls: what is there by then, checked, the rest with the reason that it was too late."""
    clock = ticking(tick)
    began = clock.now
    result = solve(ODD_SHAPES[name].make(count))
    spent = clock.now - began
    judged(result)
    looks = spent / tick
    assert spent <= LIMIT + 1.0 + 12 * tick, f"{looks:.0f} looks at the clock"
    if result.limit != "time":
        assert result.status in {Status.OPTIMAL, Status.FEASIBLE}
    if left_out(result):
        assert result.limit == "time"
        assert result.status is (Status.PARTIAL if result.placement.copies else Status.UNKNOWN)
        assert {reason.rule for entry in result.unplaced for reason in entry.reasons} == {"unknown"}
        assert result.bound is None
        assert result.complete_is_impossible is None


@pytest.mark.parametrize(("name", "count", "tick"), [("models", 400, 0.05), ("combinations", 40, 0.4)])
def test_the_limit_does_bite_there(name, count, tick, ticking):
    ticking(tick)
    assert solve(ODD_SHAPES[name].make(count)).limit == "time"


def test_one_model_of_many_copies_is_placed_as_far_as_it_goes(ticking):
    """The clock is looked at between the nodes of one model as well."""
    ticking(0.05)
    result = judged(solve(ODD_SHAPES["copies"].make(50_000), limit=0.4))
    assert result.status is Status.PARTIAL
    assert result.limit == "time"
    assert 0 < len(result.placement.copies) < 50_000


@pytest.mark.parametrize("tick", [0.05, 3.0])
def test_a_limit_of_zero_is_no_limit(tick, ticking):
    """Greedy's first answer whole, the same on any machine."""
    problem = ODD_SHAPES["models"].make(100)
    expected = solve(problem, limit=0).placement.to_json()
    ticking(tick)
    assert solve(problem, limit=0).placement.to_json() == expected


def test_the_clock_started_before_the_call():
    """Whoever read the problem first says when that began; then there is no time left for anything."""
    result = solve(ODD_SHAPES["models"].make(30), started=time.monotonic() - 100)
    assert judged(result).limit == "time"
    assert result.status is Status.UNKNOWN
    assert result.elapsed_s >= 100


def test_time_for_naming_and_checking_is_kept(ticking):
    """The search ends so much before the limit as the answer will take; that is measured on a part of it."""
    clock = ticking(0.0)

    def slow(plan):
        clock.now += 1e-4 * sum(len(node.copies) for node in plan.nodes)

    compiled = compile_problem(expand(ODD_SHAPES["copies"].make(20_000)).problem)
    context = SearchContext(LIMIT)
    context.finishing.name = slow
    first_pass(compiled, context)
    assert context.finishing.per_copy == pytest.approx(CHECKING * 1e-4)
    assert context.remaining() == 0.0
    assert context.limit() == "time"
    assert context.copies_in_time() < 20_000


def test_a_shortened_plan_keeps_the_rules_of_zones():
    """A model that is to be in two zones and has lost copies stays out altogether: what is left of it might be in one zone."""
    node = {"name": "n", "accelerator": "G", "accelerators": 4, "memory_per_accelerator": 16 * GIB, "price_per_hour": 1.0, "sharing": "memory"}
    mode = {"accelerator": "G", "memory_per_accelerator": 9 * GIB}
    models = [{"name": "a", "copies": 3, "modes": [mode]}, {"name": "b", "copies": 6, "min_zones": 2, "modes": [mode]}]
    fleet = [{"instance_type": "n", "zone": zone} for zone in ("x", "y")]
    problem = pk.Problem.model_validate({"weights": {"cost": 1}, "instance_types": [node], "fleet": fleet, "models": models})
    compiled = compile_problem(expand(problem).problem)
    plan = construct(compiled, Economy(compiled), Settings())
    b = next(index for index, model in enumerate(compiled.models) if model.name == "b")

    def on(node: NodePlan):
        return [copy for copy in node.copies if compiled.candidates[copy[0]].model == b]

    assert len([node for node in plan.nodes if on(node)]) > 1
    for copies in range(sum(len(node.copies) for node in plan.nodes)):
        short = shortened(compiled, plan, copies)
        assert sum(len(node.copies) for node in short.nodes) <= copies
        assert sum(len(on(node)) for node in short.nodes) in {0, 6}
