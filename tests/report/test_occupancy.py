"""Shares of memory in the busiest slot, with figures computed by hand."""

from __future__ import annotations

import pytest

from packing.domain.hardware import InstanceType, Pool
from packing.domain.placement import Endpoint, Node, PlacedCopy
from packing.domain.words import Hosting
from packing.domain.workload import Mode, Model
from packing.report import Account, summary
from packing.report.occupancy import node_uses

GIB = 2**30


def shared(make, hosting: Hosting, *, known: bool = True) -> tuple[float, ...]:
    """Two models of 4 GiB that are active in different slots on one accelerator of 16 GiB, and one of 2 GiB always."""
    placement_of, problem_of = make
    profiles = {"day": [1, 0], "night": [0, 1], "always": [1, 1]}
    sizes = {"day": 4, "night": 4, "always": 2}
    modes = {name: Mode(accelerator="X", memory_per_accelerator=size * GIB) for name, size in sizes.items()}
    problem = problem_of(slots=2, models=tuple(Model(name=name, modes=(modes[name],), traffic=profile) for name, profile in profiles.items()))
    placement = placement_of(
        endpoints=(Endpoint(name="ep-0", hosting=hosting, instance_type="box", nodes=("n-0",), models=tuple(profiles)),),
        nodes=(Node(id="n-0", instance_type="box", endpoint="ep-0", pool="box"),),
        copies=tuple(PlacedCopy(model=name, copy=0, node="n-0", accelerators=(0,), mode=modes[name]) for name in profiles),
    )
    (use,) = node_uses(Account(placement, problem if known else None))
    return use.shares


def test_components_are_resident_in_every_slot(make):
    assert shared(make, Hosting.INFERENCE_COMPONENT) == (10 / 16, 0.0)


def test_multi_model_copies_count_only_while_active(make):
    assert shared(make, Hosting.MULTI_MODEL) == (6 / 16, 0.0)


def test_unknown_capacity_is_not_guessed(make):
    assert shared(make, Hosting.INFERENCE_COMPONENT, known=False) == ()


def test_capacity_of_a_catalogue_type_is_known_without_the_problem(make):
    placement_of, _ = make
    placement = placement_of(
        endpoints=(Endpoint(name="ep-0", hosting=Hosting.INFERENCE_COMPONENT, instance_type="ml.g5.xlarge", nodes=("n-0",), models=("m",)),),
        nodes=(Node(id="n-0", instance_type="ml.g5.xlarge", endpoint="ep-0", pool="p"),),
        copies=(PlacedCopy(model="m", copy=0, node="n-0", accelerators=(0,), mode=Mode(accelerator="A10G", memory_per_accelerator=11 * GIB)),),
    )
    (use,) = node_uses(Account(placement))
    assert use.shares == pytest.approx((0.49,), abs=0.02)


def test_cpu_nodes_show_host_memory(make):
    placement_of, problem_of = make
    kind = InstanceType(name="cpu", host_memory=32 * GIB, price_per_hour=1.0)
    mode = Mode(accelerators=0, host_memory=8 * GIB)
    placement = placement_of(
        endpoints=(Endpoint(name="ep-0", hosting=Hosting.SINGLE_MODEL, instance_type="cpu", nodes=("n-0",), models=("m",)),),
        nodes=(Node(id="n-0", instance_type="cpu", endpoint="ep-0", pool="cpu"),),
        copies=(PlacedCopy(model="m", copy=0, node="n-0", accelerators=(), mode=mode),),
    )
    (use,) = node_uses(
        Account(placement, problem_of(instance_types=(kind,), fleet=(Pool(instance_type="cpu"),), models=(Model(name="m", modes=(mode,)),)))
    )
    assert use.shares == (0.25,)


@pytest.mark.parametrize("hosting", [Hosting.MULTI_MODEL, Hosting.INFERENCE_COMPONENT])
def test_without_the_problem_models_that_take_turns_are_not_added_up(make, hosting: Hosting):
    """Two copies of 14 GiB on a card of 22.35 GiB: 63 % each; 125 % only where both stay, which a valid placement never has."""
    placement_of, _ = make
    mode = Mode(accelerator="A10G", memory_per_accelerator=14 * GIB)
    placement = placement_of(
        endpoints=(Endpoint(name="ep-0", hosting=hosting, instance_type="ml.g5.xlarge", nodes=("n-0",), models=("day", "night")),),
        nodes=(Node(id="n-0", instance_type="ml.g5.xlarge", endpoint="ep-0", pool="p"),),
        copies=tuple(PlacedCopy(model=name, copy=0, node="n-0", accelerators=(0,), mode=mode) for name in ("day", "night")),
    )
    (use,) = node_uses(Account(placement))
    text = summary(Account(placement))
    if hosting is Hosting.MULTI_MODEL:
        assert use.shares == pytest.approx((0.63,), abs=0.02)
        assert use.together == pytest.approx((1.25,), abs=0.04)
        assert "they take turns" in text
        assert "--problem" in text
    else:
        assert use.shares == pytest.approx((1.25,), abs=0.04)
        assert use.together == ()


def test_an_over_committed_accelerator_is_full_and_no_fuller(make):
    """Two copies of 10 GiB with traffic at the same time on a card of 16 GiB: one is in memory; together they would be 125 %."""
    placement_of, problem_of = make
    mode = Mode(accelerator="X", memory_per_accelerator=10 * GIB)
    models = tuple(Model(name=name, modes=(mode,), traffic=1) for name in ("a", "b"))
    placement = placement_of(
        endpoints=(Endpoint(name="ep-0", hosting=Hosting.MULTI_MODEL, instance_type="box", nodes=("n-0",), models=("a", "b"), keep="2min/60s"),),
        nodes=(Node(id="n-0", instance_type="box", endpoint="ep-0", pool="box@a"),),
        copies=tuple(PlacedCopy(model=name, copy=0, node="n-0", accelerators=(0,), mode=mode) for name in ("a", "b")),
    )
    account = Account(placement, problem_of(models=models))
    (use,) = node_uses(account)
    assert use.shares == (1.0, 0.0)
    assert use.together == (1.25, 0.0)
    text = summary(account)
    assert "need 125 % together, and take turns" in text
    assert "50 %" in next(line for line in text.splitlines() if line.startswith("  box@a")), "the mean of its two accelerators, full and empty"
