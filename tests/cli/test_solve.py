"""`packing solve`: what goes where, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packing.cli import clock, main
from packing.domain.placement import Placement

Capture = pytest.CaptureFixture[str]


def test_complete_placement_is_shown_and_written(fleet: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "out.json"
    assert main(["solve", str(fleet), "-o", str(out)]) == 0
    shown = capsys.readouterr()
    assert "tiny: complete" in shown.out
    assert "every model alone" in shown.out
    assert "objective" in shown.err
    placement = Placement.model_validate_json(out.read_text())
    assert sorted(copy.model for copy in placement.copies) == ["large", "small", "small", "small"]
    assert placement.to_json() == out.read_text()


def test_json_alone_is_on_stdout(fleet: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "out.json"
    assert main(["solve", str(fleet), "--json", "-o", str(out)]) == 0
    assert capsys.readouterr().out == out.read_text()


def test_quiet_says_nothing(fleet: Path, capsys: Capture):
    assert main(["solve", str(fleet), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_partial_placement_is_exit_3_and_still_written(crowded: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "out.json"
    assert main(["solve", str(crowded), "-o", str(out)]) == 3
    written = json.loads(out.read_text())
    assert written["status"] == "partial"
    assert written["copies"]
    assert all(left["reasons"] for left in written["unplaced"])
    shown = capsys.readouterr().out
    assert "Left out" in shown
    assert all(left["reasons"][0]["rule"] in shown for left in written["unplaced"])


def test_nothing_fits_is_exit_3(fleet: Path, capsys: Capture):
    fleet.write_text(fleet.read_text().replace("10GiB", "1GiB"))
    assert main(["solve", str(fleet), "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["copies"] == []
    assert {left["model"] for left in answer["unplaced"]} == {"small", "large"}


def test_time_limit_0_gives_a_placement(fleet: Path, capsys: Capture):
    assert main(["solve", str(fleet), "--time-limit", "0", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["copies"]) == 4


def test_strategy_is_passed_on(fleet: Path, capsys: Capture):
    assert main(["solve", str(fleet), "--strategy", "greedy"]) == 0
    assert "strategy greedy" in capsys.readouterr().out
    assert main(["solve", str(fleet), "--strategy", "magic"]) == 1
    assert "magic" in capsys.readouterr().err


def test_no_baselines(fleet: Path, capsys: Capture):
    assert main(["solve", str(fleet), "--no-baselines"]) == 0
    assert "every model alone" not in capsys.readouterr().out


def test_chart_is_written(fleet: Path, tmp_path: Path):
    chart = tmp_path / "scores.svg"
    assert main(["solve", str(fleet), "--quiet", "--chart", str(chart)]) == 0
    assert chart.read_text().startswith("<?xml")


def test_file_is_written_anew_and_no_scraps_stay(fleet: Path, tmp_path: Path):
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "out.json").write_text("old")
    assert main(["solve", str(fleet), "--quiet", "-o", str(folder / "out.json")]) == 0
    assert [path.name for path in folder.iterdir()] == ["out.json"]
    assert (folder / "out.json").read_text().startswith("{")


def test_time_limit_counts_from_the_command_s_beginning(fleet: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch):
    """With all of it gone before the search, what can be said in time is said: nothing is placed, nothing is compared."""
    out = tmp_path / "out.json"
    begin = clock.start

    def long_ago(*, process: bool):
        begin(process=process)
        monkeypatch.setattr(clock, "_began", clock.began() - 100.0)

    monkeypatch.setattr(clock, "start", long_ago)
    assert main(["solve", str(fleet), "-o", str(out), "--time-limit", "5"]) == 3
    assert json.loads(out.read_text())["status"] == "unknown"
    shown = capsys.readouterr().out
    assert "time limit" in shown
    assert "not compared, time is up: every model alone, best fit, hosting fixed" in shown


def test_greedy_is_compared_without_another_search(fleet: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch):
    """What greedy costs is known from the search itself, which began with it."""
    from packing.solve import solve_placement

    calls = []

    def counted(*args: object, **options: object):
        calls.append(options)
        return solve_placement(*args, **options)

    monkeypatch.setattr("packing.solve.solve_placement", counted)
    assert main(["solve", str(fleet)]) == 0
    assert "greedy" in capsys.readouterr().out
    assert len(calls) == 1


def test_part_of_the_limit_is_kept_for_comparing(fleet: Path):
    """Of a small problem next to nothing; where it would be more than a fifth, nothing, and it is left out instead."""
    from packing.cli.baselines import SHARE, comparing
    from packing.describe import read_problem
    from packing.generate import SUITES, generate

    assert 0 < comparing(read_problem(fleet), 10.0) < 0.01
    large = generate(SUITES["large"])
    assert comparing(large, 0.1) == 0.0
    assert all(comparing(large, limit) <= SHARE * limit for limit in (0.0, 0.5, 1.0, 10.0, 100.0, 1_000.0))
