"""A small fleet file and the placement that the command makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from packing.cli import main

FLEET = """
schema_version: 1
name: tiny
instance_types:
  - {name: box, accelerator: X, accelerators: 2, memory_per_accelerator: 10GiB, price_per_hour: 2.0}
fleet: [{instance_type: box, count: 3}]
models:
  - name: small
    copies: 3
    modes: [{accelerator: X, memory_per_accelerator: 4GiB}]
  - name: large
    copies: 1
    modes: [{accelerator: X, accelerators: 2, memory_per_accelerator: 9GiB}]
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(FLEET)
    return path


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """Too little stock for all that is asked."""
    path = tmp_path / "crowded.yaml"
    path.write_text(FLEET.replace("count: 3", "count: 1"))
    return path


@pytest.fixture
def placement(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "placement.json"
    assert main(["solve", str(fleet), "-o", str(path), "--quiet"]) == 0
    capsys.readouterr()
    return path
