"""`packing solve`: what goes where, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packing.cli import main
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
