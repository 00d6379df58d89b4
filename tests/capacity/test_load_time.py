"""Load and start times against the facts that they rest on, each left out in turn."""

from __future__ import annotations

import math

import pytest

from packing.capacity.load_time import (
    DISK_RATE,
    IMAGE_RATE,
    LOAD_BAND,
    MEMORY_RATE,
    PROVISION_S,
    START_BAND,
    Store,
    default_start_s,
    load_time,
    start_time,
)
from packing.capacity.options import LOAD_EFFICIENCY
from packing.catalog import offers
from packing.describe import expand, problem_from
from packing.domain.durations import LOAD_START_S

COLD = [
    # (type, image GB, weights GB, seconds end to end without and with the image cached): AWS ML blog of 2026-06-16
    ("ml.g6.2xlarge", 17.7, 16.4, 525, 258), ("ml.g4dn.xlarge", 15.7, 0.0, 381, 134),
    ("ml.g5.2xlarge", 17.5, 5.8, 346, 164), ("ml.g5.xlarge", 10.6, 6.5, 346, 216),
]  # fmt: skip
WARM = {
    # (weights in 1e9 bytes, seconds) with safetensors: ServerlessLLM's measurements, H100 (2025) and A5000 (2024)
    Store.LOCAL_DISK: [(65.5, 20.59), (65.5, 19.09), (16.06, 4.44), (13.3, 5.09)],
    Store.HOST_MEMORY: [(65.5, 12.47), (65.5, 10.17)],
}  # fmt: skip


def line(name: str) -> float:
    offer = offers()[name]
    return min(offer.network, offer.storage)


def mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def cold_facts() -> list[tuple[float, float, float, float, float, float]]:
    """(download s, fixed s, image bytes, image bytes/s, end to end s without and with the image): download and pull go on side by side."""
    found = []
    for name, image, weights, without, cached in COLD:
        download = weights * 1e9 / (LOAD_EFFICIENCY * line(name))
        fixed = cached - download
        found.append((download, fixed, image * 1e9, image * 1e9 / (without - fixed), without, cached))
    return found


def test_start_times_are_the_means_of_the_facts() -> None:
    facts = cold_facts()
    assert pytest.approx(mean([fixed for _, fixed, *_ in facts]), rel=0.01) == PROVISION_S + LOAD_START_S
    assert pytest.approx(mean([rate for *_, rate, _, _ in facts]), rel=0.01) == IMAGE_RATE


def test_each_start_left_out_lies_in_the_band() -> None:
    """Predicted from the other three types: end to end within a factor of 1.34 with the image cached or not."""
    facts = cold_facts()
    worst = 1.0
    for at, (download, _, image, _, without, cached) in enumerate(facts):
        others = facts[:at] + facts[at + 1 :]
        fixed, rate = mean([each[1] for each in others]), mean([each[3] for each in others])
        for said, measured in ((fixed + max(image / rate, download), without), (fixed + download, cached)):
            worst = max(worst, said / measured, measured / said)
    assert worst == pytest.approx(1.34, abs=0.02)
    assert worst < 1 + START_BAND


@pytest.mark.parametrize("store", WARM)
def test_each_warm_load_left_out_lies_in_the_band(store: Store) -> None:
    rates = [weights * 1e9 / seconds for weights, seconds in WARM[store]]
    stated = {Store.LOCAL_DISK: DISK_RATE, Store.HOST_MEMORY: MEMORY_RATE}[store]
    assert mean(rates) == pytest.approx(stated, rel=0.03)
    for at, rate in enumerate(rates):
        others = mean(rates[:at] + rates[at + 1 :])
        assert max(rate / others, others / rate) < 1 + LOAD_BAND[store]


def test_nearer_is_faster_and_more_is_slower() -> None:
    for weights in (1e8, 1e10, 1e12):
        object_storage, disk, memory = (load_time(weights, store).seconds for store in Store)
        assert object_storage > disk > memory > LOAD_START_S
        assert load_time(2 * weights, Store.LOCAL_DISK).seconds > disk
    assert load_time(1e10, Store.LOCAL_DISK, line_rate=1e8).seconds > 100
    assert load_time(16.4e9, line_rate=line("ml.g6.2xlarge")).seconds == pytest.approx(77 + LOAD_START_S, rel=0.01)
    assert start_time(16e9, cached=True).seconds == PROVISION_S < start_time(16e9).seconds


def test_types_of_the_catalogue_get_a_start_time() -> None:
    own = {"accelerator": "H100", "accelerators": 8, "memory_per_accelerator": "80GiB", "price_per_hour": 1}
    data = {
        "instance_types": [{**own, "name": "lab", "start_s": 20}, {**own, "name": "own"}],
        "fleet": [{"instance_type": name} for name in ("lab", "own", "ml.g5.xlarge", "ml.m5.xlarge")],
        "models": [{"name": "m", "modes": [{"accelerator": "H100"}]}],
    }
    described = problem_from(data)
    starts = {kind.name: kind.start_s for kind in expand(described).problem.instance_types}
    assert starts == {"lab": 20, "own": None, "ml.g5.xlarge": 403, "ml.m5.xlarge": 175}
    assert default_start_s(offers()["ml.g5.xlarge"].instance) == 403
