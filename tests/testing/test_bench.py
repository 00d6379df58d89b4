"""Every benchmark suite of the wheel runs with tiny parameters; the command prints tables and writes JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from packing.bench import main
from packing.bench.baselines import best_fit, dedicated, without_limits
from packing.bench.command import announcement
from packing.bench.measure import BenchError, commit, measured
from packing.bench.options import Options
from packing.bench.report import Report, Target, show, table
from packing.bench.suites import SUITES, run_suite
from packing.describe import expand
from packing.domain.units import MICRO
from packing.generate import generate, random_problem, to_yaml
from packing.verify.baseline import baseline
from packing.verify.facts import Facts
from tests.bench.measured_here import here

APART = {"greedy", "exact"}
"""Suites whose work is done in processes of their own here, too. An interpreter and the solvers for every call are most of what tiny parameters take."""


@pytest.mark.parametrize("name", SUITES)
def test_each_suite_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name not in APART:
        monkeypatch.setattr("packing.bench.measure._apart", here)
    file = tmp_path / "fleet.yaml"
    file.write_text(to_yaml(generate(copies=40, models=12, tenants=3)), encoding="utf-8")
    report = run_suite(name, Options(quick=True, strategy="greedy", workers=1, file=file if name == "platform" else None))
    assert report.suite == name
    assert report.rows
    assert report.targets
    assert not report.failed, show(report)


def test_the_command_writes_json_with_machine_and_commit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bench.json"
    assert main(["random", "--count", "2", "--strategy", "greedy", "-o", str(out)]) == 0
    assert "problems" in capsys.readouterr().out
    data = json.loads(out.read_text(encoding="utf-8"))
    assert set(data) == {"machine", "python", "versions", "commit", "date", "reports"}
    assert data["reports"][0]["rows"][0]["problems"] == 2
    assert main(["--json", "random", "--count", "1", "--strategy", "greedy"]) == 0
    assert json.loads(capsys.readouterr().out)["reports"][0]["suite"] == "random"


def test_a_line_says_how_long_each_suite_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["random", "--count", "1", "--strategy", "greedy"]) == 0
    assert (
        f"running random: about {SUITES['random'].duration} at full size on two cores, here as much of it as was asked for …"
        in capsys.readouterr().err
    )
    assert announcement("scale", SUITES["scale"], Options()) == f"running scale: about {SUITES['scale'].duration} at full size on two cores …"
    assert announcement("scale", SUITES["scale"], Options(quick=True)) == "running scale: tiny parameters, some seconds …"
    with pytest.raises(SystemExit):
        main(["--help"])
    helped = capsys.readouterr().out
    assert all(f"{suite.sentence}: about {suite.duration}" in helped for suite in SUITES.values())


def test_an_unknown_suite_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed"]) == 1
    assert "speed" in capsys.readouterr().err


def test_a_hard_miss_fails_and_a_slow_machine_does_not() -> None:
    slow = Target("fast", "slow", reached=False)
    wrong = Target("right", "wrong", reached=False, hard=True)
    assert not Report("x", ({},), (slow,)).failed
    assert Report("x", ({},), (slow, wrong)).failed


def test_tables_align_and_show_what_is_unknown() -> None:
    lines = table([{"name": "a", "gap": 0.25}, {"name": "longer", "gap": None, "fast": True}]).splitlines()
    assert lines[0].split() == ["name", "gap", "fast"]
    assert lines[2].split() == ["a", "0.25", "-"]
    assert lines[3].split() == ["longer", "-", "yes"]


def test_measuring_reports_memory_and_failures() -> None:
    found = measured(bytearray, 60_000_000)
    assert len(found.value) == 60_000_000
    assert found.peak_bytes > 60_000_000
    with pytest.raises(BenchError, match="invalid literal"):
        measured(int, "seven")


def two_processes(size: int) -> int:
    """This one and a child hold so many bytes each, at the same time."""
    mine = bytearray(os.urandom(1024)) * (size // 1024)
    code = f"import os, time; kept = bytearray(os.urandom(1024)) * ({size} // 1024); time.sleep(1.5)"
    subprocess.run([sys.executable, "-c", code], check=True)
    return len(mine)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="read from /proc")
def test_memory_of_children_is_counted() -> None:
    assert measured(two_processes, 100 * 2**20).peak_bytes > 200 * 2**20


def test_commit_is_a_hash_or_nothing() -> None:
    assert (commit() or "0" * 40).split()[0].isalnum()


def test_baselines_pass_the_checker_on_random_fleets() -> None:
    for seed in range(25):
        expanded = expand(random_problem(seed))
        for found in (dedicated(expanded), best_fit(expanded), best_fit(expanded, "cheapest")):
            assert found.verification.ok, (seed, found.name, found.verification.violations[:3])


def test_dedicated_endpoints_cost_what_the_reference_of_the_cost_score_says() -> None:
    expanded = expand(generate(copies=200, zones=2, sharing="mixed", tenants=20, isolated_share=0.2))
    found = dedicated(expanded).placement
    reference = baseline(Facts(expanded.problem, found)).cost_reference
    assert round(found.cost_per_hour * MICRO) == reference


def test_dedicated_ignores_stock_and_hosting() -> None:
    problem = without_limits(expand(generate(copies=60, zones=2)).problem)
    assert all(pool.count is None for pool in problem.fleet)
    assert len({pool.zone for pool in problem.fleet}) == 2
