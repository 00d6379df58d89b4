"""The command without its script, and the namespace that people see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import packing as pk

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_python_dash_m():
    done = subprocess.run([sys.executable, "-m", "packing", "--help"], capture_output=True, text=True, check=True, timeout=60)
    assert "solve" in done.stdout


def test_nothing_leaks_from_the_package():
    assert {name for name in dir(pk) if not name.startswith("__")} == set(pk.__all__)
    for name in ("Any", "importlib", "import_module"):
        assert not hasattr(pk, name)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_text_of_a_problem_stays_short(file: Path):
    problem = pk.read_problem(file)
    assert len(repr(problem)) < 10_000
    assert repr(problem).startswith(f"Problem(name={problem.name!r}")


def test_parts_with_slots():
    mode = {"accelerator": "A10G", "memory_per_accelerator": "5GiB", "requests_per_second": 2}
    result = pk.solve_placement(
        models=[{"name": "day", "modes": [mode], "traffic": [0, 3]}], instances=["ml.g5.xlarge"], slots=2, time_limit=60, processes=False
    )
    # Three requests/s at its peak, two from each copy: two copies, each on an accelerator of its own.
    assert result.status == "optimal"
    assert len(result.placement.copies) == 2
