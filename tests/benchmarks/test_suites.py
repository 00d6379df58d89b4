"""Every suite of the laboratory runs with tiny parameters, and the command knows all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.drawings import DRAWINGS
from benchmarks.suites import LABORATORY, SUITES, run_suite
from packing.bench.options import Options
from packing.bench.report import show
from packing.bench.suites import SUITES as OF_THE_WHEEL
from tests.bench.measured_here import here

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", LABORATORY)
def test_each_suite_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packing.bench.measure._apart", here)
    report = run_suite(name, Options(quick=True, strategy="greedy", workers=1))
    assert report.suite == name
    assert report.rows
    assert report.targets
    assert not report.failed, show(report)


def test_the_laboratory_has_the_suites_of_the_wheel_as_well() -> None:
    assert not LABORATORY.keys() & OF_THE_WHEEL.keys()
    assert LABORATORY.keys() | OF_THE_WHEEL.keys() == SUITES.keys()
    assert DRAWINGS.keys() <= SUITES.keys()


def test_the_command_runs_from_a_checkout() -> None:
    command = [sys.executable, "-m", "benchmarks", "openb-offline"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert "needs --data FOLDER" in done.stdout
    assert "running openb-offline: about" in done.stderr


def test_the_wheel_needs_nothing_of_laboratory_and_tests() -> None:
    """What pyproject.toml packs imports and names neither `benchmarks` nor `tests`: it runs where there is no checkout."""
    for path in (ROOT / "packing").rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        asked = [line for line in lines if line.strip().startswith(("from benchmarks", "import benchmarks", "from tests", "import tests"))]
        assert not asked, f"{path.relative_to(ROOT)}: {asked}"
