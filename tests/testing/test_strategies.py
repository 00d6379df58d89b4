"""The public hypothesis strategies make valid problems and shrink to simple ones."""

from __future__ import annotations

from hypothesis import given, settings

from packing.domain.hardware import InstanceType
from packing.domain.problem import Problem
from packing.domain.workload import Model
from packing.testing import strategies
from packing.testing.exhaustive import most_copies

QUICK = settings(max_examples=30, deadline=None)


@QUICK
@given(strategies.problems())
def test_problems_survive_a_round_trip(problem: Problem) -> None:
    again = Problem.model_validate_json(problem.model_dump_json())
    assert again == problem
    assert again.digest() == problem.digest()


@QUICK
@given(strategies.tiny_problems())
def test_tiny_problems_are_tiny(problem: Problem) -> None:
    assert sum(most_copies(problem)) <= 4
    assert len(problem.fleet) <= 2


X8 = InstanceType(name="one", accelerator="X8", accelerators=1, memory_per_accelerator="8GiB", price_per_hour=1)


@QUICK
@given(strategies.models(types=(X8,), tenants=("acme",), slots=3))
def test_parts_fit_what_they_are_given(model: Model) -> None:
    assert {mode.accelerator for mode in model.modes} <= {"X8", None}
    assert model.tenant in {"acme", None}
    assert model.traffic is None or len(model.traffic.requests_per_second) in {1, 3}
