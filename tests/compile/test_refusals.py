"""Why a mode does not fit an instance type, word for word: in the units in which people write, and never reading as if it did fit."""

from __future__ import annotations

import pytest

from packing.compile.fit import latency_refusal, refusal
from packing.domain.hardware import InstanceType
from packing.domain.rules import Rule
from packing.domain.workload import Mode, Model
from packing.verify.checks.over_commit import Row, _short
from packing.verify.replay.ends import _sizes
from packing.verify.replay.floors import Floor, Serving
from packing.verify.replay.floors import _short as below_the_floor

GIB = 2**30
KIND = {
    "name": "lab.2", "accelerator": "G", "accelerators": 2, "memory_per_accelerator": 16 * GIB, "vcpus": 4, "host_memory": 32 * GIB,
    "resources": {"places": 6}, "price_per_hour": 1.0,
}  # fmt: skip
NEEDS = {"accelerator": "G", "accelerators": 1, "memory_per_accelerator": GIB}
REFUSALS = {
    Rule.MEMORY: ({"memory_per_accelerator": 16 * GIB + 1}, "needs 16 GiB on each G, 16 GiB are usable (1 B too many)"),
    Rule.VCPUS: ({"vcpus": 6.5}, "needs 6.5 vCPU, lab.2 has 4"),
    Rule.HOST_MEMORY: ({"host_memory": 33 * GIB}, "needs 33 GiB, lab.2 has 32 GiB"),
    Rule.RESOURCES: ({"resources": {"places": 7}}, "needs 7 places, lab.2 has 6"),
    Rule.ACCELERATORS: ({"accelerators": 4}, "needs 4 accelerators, lab.2 has 2"),
}


@pytest.mark.parametrize("rule", REFUSALS)
def test_what_does_not_fit_is_told_in_the_units_of_the_file(rule):
    more, sentence = REFUSALS[rule]
    assert refusal(Mode.model_validate({**NEEDS, **more}), InstanceType.model_validate(KIND)) == (rule, sentence)


def test_latency():
    model = Model.model_validate({"name": "A", "slo": {"ttft_ms": 400}})
    assert latency_refusal(model, Mode.model_validate({**NEEDS, "ttft_ms": 1500.5})) == (Rule.LATENCY, "TTFT 1500.5 ms, the SLO allows 400 ms")


@pytest.mark.parametrize(
    ("row", "used", "sentence"),
    [
        (Row(Rule.MEMORY, "", 0, 16 * GIB), 17 * GIB, "17 GiB needed, 16 GiB there"),
        (Row(Rule.HOST_MEMORY, "", 0, 16 * GIB), 16 * GIB + 1, "16 GiB needed, 16 GiB there (1 B too many)"),
        (Row(Rule.COMPUTE, "", 0, 10**6), 1_500_000, "a compute share of 1.5 needed, 1 there"),
        (Row(Rule.VCPUS, "", 0, 4000), 6500, "6.5 vCPUs needed, 4 there"),
        (Row(Rule.RESOURCES, "places", 0, 6000), 7000, "7 of 6 places"),
        (Row(Rule.LOADING, "", 0, 200_000), 250_000, "loads take 0.25 of the time, 0.2 is allowed"),
    ],
)
def test_over_committed_nodes_speak_alike(row, used, sentence):
    assert _short(row, used) == sentence


def test_replay_speaks_alike():
    floor = Floor(copies=1, rate=12_500_000, zones=1)
    assert below_the_floor(Serving(copies=1, rate=8_000_000, zones=1, fastest=8_000_000), floor) == "8 requests/s are served, the floor is 12.5"
    assert _sizes(2 * GIB, 3 * GIB) == "2 GiB is stated, 3 GiB found"
    assert _sizes(3 * GIB + 1, 3 * GIB) == "3,221,225,473 B is stated, 3,221,225,472 B found"
