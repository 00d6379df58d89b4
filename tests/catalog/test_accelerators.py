"""The accelerators: what is known of them, and where it is from."""

import pytest

from packing.catalog import accelerators, offers
from packing.domain.units import memory_fraction
from packing.domain.words import AcceleratorKind

ASKED_FOR = [
    "T4",
    "T4g",
    "A10",
    "A10G",
    "L4",
    "L4-half",
    "L4-quarter",
    "L4-eighth",
    "L40S",
    "RTX-PRO-4500",
    "RTX-PRO-6000",
    "V100-16GB",
    "V100-32GB",
    "A30",
    "A100-40GB",
    "A100-80GB",
    "A100-PCIe-80GB",
    "H100",
    "H100-NVL",
    "H200",
    "B200",
    "B300",
    "MI300X",
    "Inferentia1",
    "Inferentia2",
    "Trainium1",
    "Trainium2",
    "Trainium3",
    "AI100",
]


def gib(amount: float) -> int:
    return int(memory_fraction(f"{amount}GiB"))


def test_all_that_were_asked_for_are_there() -> None:
    assert set(ASKED_FOR) <= set(accelerators())


def test_names_are_the_keys_and_in_order() -> None:
    assert list(accelerators()) == sorted(each.name for each in accelerators().values())


@pytest.mark.parametrize("name", ASKED_FOR)
def test_figures_are_plausible_and_sourced(name: str) -> None:
    chip = accelerators()[name]
    assert 0 < chip.usable_memory <= chip.memory
    assert chip.usable_memory >= 0.9 * chip.memory
    assert 10e9 < chip.bandwidth < 10e12
    # Every accelerator has a rate for 16-bit floats, whatever the hardware calls them: modes fall back on it.
    assert chip.flops["bf16"] > 1e12
    assert all(rate > 0 for rate in chip.flops.values())
    assert chip.host_link <= max(chip.link, 128e9)
    assert chip.provenance
    assert all(each.source and each.date for each in chip.provenance)


@pytest.mark.parametrize(
    ("name", "nominal", "usable_mib"),
    [
        ("A10G", 24, 22_888),
        ("L4", 24, 22_888),
        ("L40S", 48, 45_776),
        ("B200", 180, 183_359),
        ("A100-40GB", 40, 40_140.8),
        ("A100-80GB", 80, 80_281.6),
    ],
)
def test_nominal_and_usable_memory_are_told_apart(name: str, nominal: int, usable_mib: float) -> None:
    chip = accelerators()[name]
    assert chip.memory == gib(nominal)
    assert chip.usable_memory == int(usable_mib * 2**20)


def test_trainium2_has_96_gib_and_not_what_the_source_says() -> None:
    assert accelerators()["Trainium2"].memory == gib(96)
    assert offers()["trn2.48xlarge"].instance.memory_per_accelerator < gib(96)


def test_slices_of_an_l4_sum_to_no_more_than_an_l4() -> None:
    whole = accelerators()["L4"]
    for name, parts in (("L4-half", 2), ("L4-quarter", 4), ("L4-eighth", 8)):
        part = accelerators()[name]
        assert part.usable_memory * parts <= whole.usable_memory
        assert part.bandwidth * parts == whole.bandwidth


def test_neuron_devices_are_not_gpus() -> None:
    neuron = {name for name, chip in accelerators().items() if chip.kind is AcceleratorKind.NEURON}
    assert neuron == {"Inferentia1", "Inferentia2", "Trainium1", "Trainium2", "Trainium3"}


@pytest.mark.parametrize("name", ["A30", "A100-40GB", "A100-80GB", "H100", "H100-NVL", "H200", "B200", "B300", "RTX-PRO-6000"])
def test_partitions_fit_the_accelerator(name: str) -> None:
    chip = accelerators()[name]
    assert chip.mig is not None
    for profile in chip.mig.profiles:
        copies = min(chip.mig.compute_slices // profile.compute_slices, chip.mig.memory_slices // profile.memory_slices)
        assert copies >= 1
        assert profile.memory * copies <= chip.usable_memory
    largest = chip.mig.profiles[-1]
    assert (largest.compute_slices, largest.memory_slices) == (chip.mig.compute_slices, chip.mig.memory_slices)
    assert largest.memory == chip.usable_memory


def test_a100_partitions_are_those_of_the_mig_user_guide() -> None:
    geometry = accelerators()["A100-80GB"].mig
    assert geometry is not None
    assert (geometry.compute_slices, geometry.memory_slices) == (7, 8)
    assert [(p.name, p.compute_slices, p.memory_slices) for p in geometry.profiles] == [
        ("1g.10gb", 1, 1), ("1g.20gb", 1, 2), ("2g.20gb", 2, 2), ("3g.40gb", 3, 4), ("4g.40gb", 4, 4), ("7g.80gb", 7, 8),
    ]  # fmt: skip
