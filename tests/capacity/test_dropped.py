"""Why a model has no mode: what refused it first on each kind of accelerator, by how much, and what would help."""

from __future__ import annotations

from dataclasses import replace

import pytest

import packing as pk
from packing.capacity.modes import derive
from packing.describe import expand
from packing.describe.architectures import Architectures
from packing.describe.known import InstanceTypes
from packing.describe.targets import targets_of
from packing.domain.dropped import Cause, DroppedWay, nearest
from packing.domain.problem import Problem

OWN = {"name": "own.x", "accelerator": "XPU9", "accelerators": 1, "memory_per_accelerator": "80GiB", "price_per_hour": 3.0}


def fleet(*kinds, architecture="qwen3-14b", slo=None, traffic=None, **more):
    return Problem.model_validate(
        {
            "instance_types": [OWN] if "own.x" in kinds else [],
            "fleet": [{"instance_type": kind} for kind in kinds],
            "models": [
                {
                    "name": "M",
                    "architecture": architecture,
                    "slo": slo or {},
                    "traffic": traffic or {"requests_per_second": 1.0, "input_tokens": 1000, "output_tokens": 200},
                    **more,
                }
            ],
        }
    )


LONG = {"requests_per_second": 1.0, "input_tokens": 6000, "output_tokens": 200}

# kind: (problem, accelerator, cause, a part of the sentence)
CASES = {
    "memory": (fleet("ml.g5.xlarge"), "A10G", Cause.MEMORY, "GiB with one request, "),
    "ttft": (fleet("ml.g5.2xlarge", architecture="llama-3.1-8b", slo={"ttft_ms": 400}, traffic=LONG), "A10G", Cause.TTFT, "ms, the SLO allows 400 ms"),
    "tpot": (fleet("ml.g5.2xlarge", architecture="llama-3.1-8b", slo={"tpot_ms": 2}), "A10G", Cause.TPOT, "ms, the SLO allows 2 ms"),
    "precision": (fleet("ml.inf2.xlarge", architecture="llama-3.1-8b", precision="int4"), "Inferentia2", Cause.PRECISION, "lacks the arithmetic"),
    "knn on an accelerator": (fleet("ml.g5.xlarge", architecture={"kind": "knn", "parameters": 10**6}), "A10G", Cause.KIND, "do not run there"),
    "too large for CPUs": (fleet("ml.c6i.xlarge"), None, Cause.SIZE, "thousand million parameters"),
    "host memory of a small node": (
        fleet("ml.c6i.large", architecture={"kind": "knn", "parameters": 6 * 10**9}), None, Cause.HOST_MEMORY, "of host memory",
    ),
    "nothing known": (fleet("own.x"), "XPU9", Cause.UNKNOWN, "state modes that were measured"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_cause_is_told_with_its_figures(name):
    problem, accelerator, cause, part = CASES[name]
    expanded = expand(problem)
    assert not expanded.problem.models[0].modes
    (way,) = expanded.dropped["M"]
    assert (way.accelerator, way.cause) == (accelerator, cause)
    assert part in way.detail
    if way.figure is not None:
        assert way.figure > way.limit
    result = pk.solve_placement(problem, time_limit=0)
    (left,) = result.placement.unplaced
    assert (left.reasons[0].rule, left.reasons[0].detail) == (str(way.rule), way.detail)
    assert not [reason for reason in left.reasons if "no mode" in reason.detail]
    assert [each.way for each in result.removed if each.way] == [way]


def test_every_cause_has_a_case():
    degrees = {Cause.DEGREE, Cause.KV_HEADS, Cause.GROUP, Cause.ACCELERATORS, Cause.VCPUS}  # test_accepted.py has those of degrees
    assert {cause for _, _, cause, _ in CASES.values()} | degrees == set(Cause)


def test_what_would_help_is_said():
    (way,) = expand(fleet("ml.g5.xlarge")).dropped["M"]
    assert way.fits_on == 2
    assert way.fits_in == ("fp8", "int8", "int4")
    assert way.detail.endswith("; fits on 2 x A10G, or in fp8 or int8 or int4")
    assert expand(fleet("ml.g5.12xlarge")).problem.models[0].modes, "on two it does fit"
    for precision in way.fits_in:
        assert expand(fleet("ml.g5.xlarge", precision=precision)).problem.models[0].modes


def test_only_kinds_without_a_mode_are_named_and_each_once():
    expanded = expand(fleet("ml.g5.xlarge", "ml.g6e.xlarge", "ml.g4dn.xlarge", "ml.c6i.xlarge"))
    assert {mode.accelerator for mode in expanded.problem.models[0].modes} == {"L40S"}
    assert [way.accelerator for way in expanded.dropped["M"]] == ["A10G", "T4", None]


def test_the_nearest_way_is_the_one_told():
    memory = [DroppedWay("G", count, "bf16", Cause.MEMORY, need, 10.0) for count, need in ((1, 40.0), (2, 20.0))]
    degree = DroppedWay("G", 4, "bf16", Cause.DEGREE, 4, 10)
    assert nearest([*memory, degree]) == (replace(memory[1], not_over=(4,)),)


def test_under_robust_the_latency_is_held_against_the_slo_that_was_stated():
    problem = fleet("ml.g5.2xlarge", architecture="llama-3.1-8b", slo={"ttft_ms": 400}, traffic=LONG)
    (plain,), (robust,) = (expand(each).dropped["M"] for each in (problem, problem.model_copy(update={"robust": 0.9})))
    assert robust.limit == plain.limit == 400
    assert robust.figure >= plain.figure


def test_degrees_that_heads_do_not_allow_are_collected():
    problem = fleet("ml.g5.48xlarge")
    targets = targets_of(InstanceTypes(problem).of_fleet(problem.fleet))
    odd = Architectures(None).resolve("qwen3-14b").model_copy(update={"heads": 10, "kv_heads": 10, "parameters": 70 * 10**9})
    (way,) = nearest(derive(problem.models[0], odd, targets).dropped)
    assert (way.accelerators, way.cause, way.not_over) == (2, Cause.MEMORY, (4, 8))
    assert "(it cannot be split over 4 or 8)" in way.detail
