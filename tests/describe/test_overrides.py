"""Instance types of a file that only change the catalogue's."""

import pytest

from packing.describe import problem_from
from packing.domain.words import Sharing
from packing.errors import ProblemError

MODES = [{"accelerator": "A100-40GB", "memory_per_accelerator": "8GiB", "compute_share": 0.1}]


def problem(**override):
    kinds = [{"name": "ml.p4d.24xlarge", **override}]
    return problem_from({"instance_types": kinds, "fleet": [{"instance_type": "ml.p4d.24xlarge"}], "models": [{"name": "m", "modes": MODES}]})


def test_what_the_file_does_not_say_comes_from_the_catalogue():
    (kind,) = problem(price_per_hour=20).instance_types
    assert (kind.price_per_hour, kind.accelerators, kind.accelerator, kind.vcpus) == (20, 8, "A100-40GB", 96)


def test_partitions_of_a_known_accelerator_need_not_be_spelled_out():
    (kind,) = problem(sharing="mig").instance_types
    assert kind.sharing is Sharing.MIG
    assert kind.mig is not None
    assert kind.mig.compute_slices == 7


def test_a_file_with_its_own_accelerator_is_not_given_the_catalogues_memory():
    with pytest.raises(ProblemError) as caught:
        problem(accelerator="A100-40GB", accelerators=4)
    assert "memory_per_accelerator" in str(caught.value)


def test_a_precision_without_a_law_is_a_fault_beside_the_others():
    data = {
        "fleet": [{"instance_type": "ml.g5.xlarge"}],
        "models": [{"name": "m", "architecture": "llama-3.1-8b", "precision": "bf61"}, {"name": "n"}],
    }
    with pytest.raises(ProblemError) as caught:
        problem_from(data)
    assert [fault.code for fault in caught.value.faults] == ["bad_value", "no_modes"]
    assert "bf16" in caught.value.faults[0].action
