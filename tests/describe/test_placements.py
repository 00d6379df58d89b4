"""Placements are read strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from packing.describe import placement_from, read_placement
from packing.errors import ProblemError

SCORES = {"model_size": 0.8, "performance": 0.9, "isolation": 0.6, "cost": 0.7, "scalability": 0.5}
GOOD: dict[str, Any] = {
    "schema_version": 1, "problem": "sha256:0", "status": "feasible", "objective": 0.31, "bound": 0.3, "gap": 0.03, "cost_per_hour": 61.4,
    "endpoints": [{"name": "ep-0", "hosting": "inference_component", "instance_type": "lab", "nodes": ["n-0"], "models": ["bot"]}],
    "nodes": [{"id": "n-0", "instance_type": "lab", "zone": "", "endpoint": "ep-0", "pool": "lab"}],
    "copies": [{"model": "bot", "copy": 0, "node": "n-0", "accelerators": [2], "mode": {"accelerator": "X1", "memory_per_accelerator": 5}}],
    "unplaced": [{"model": "big", "copies": 1, "reasons": [{"rule": "memory", "detail": "too large"}]}],
    "fitness": SCORES,
}  # fmt: skip


def test_there_and_back(tmp_path: Path) -> None:
    placement = placement_from(GOOD)
    file = tmp_path / "out.json"
    file.write_text(placement.to_json(), encoding="utf-8")
    assert read_placement(file) == placement
    assert read_placement(file).to_json() == placement.to_json()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"status": "fine"}, "status"),
        ({"cost_per_hour": None}, "cost_per_hour"),
        ({"objective": float("nan")}, "objective"),
        ({"extra": 1}, "extra"),
        ({"fitness": {**SCORES, "speed": 1}}, "fitness.speed"),
        ({"copies": [{**GOOD["copies"][0], "copy": -1}]}, "copies[0] 'bot'.copy"),
        ({"copies": [{**GOOD["copies"][0], "accelerators": ["2"]}]}, "copies[0] 'bot'.accelerators[0]"),
        ({"unplaced": [{"model": "a", "copies": 0, "reasons": []}]}, "unplaced[0] 'a'.copies"),
        ({"nodes": "n-0"}, "nodes"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], where: str) -> None:
    with pytest.raises(ProblemError) as caught:
        placement_from({**GOOD, **change})
    assert [(fault.code, fault.where) for fault in caught.value.faults] == [("bad_placement", where)]


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_not_a_placement_at_all(data: Any) -> None:
    with pytest.raises(ProblemError) as caught:
        placement_from(data)
    assert [fault.code for fault in caught.value.faults] == ["bad_placement"]


def test_all_at_once_and_versions(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        placement_from({"status": 5})
    assert len(caught.value.faults) == 4
    with pytest.raises(ProblemError) as caught:
        placement_from({**GOOD, "schema_version": 2, "new": 1})
    assert [fault.code for fault in caught.value.faults] == ["schema_version"]
    file = tmp_path / "twice.json"
    file.write_text(json.dumps(GOOD).replace('"status"', '"status": "optimal", "status"'), encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        read_placement(file)
    assert [fault.code for fault in caught.value.faults] == ["duplicate_key"]
