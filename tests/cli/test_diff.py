"""`packing diff` and `packing apply` as they are used from a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import packing as pk
from packing import read_diff, read_placement
from packing.cli import main

from .conftest import FLEET

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Texts of a placement, and of one with two more copies asked for."""
    texts = {}
    for name, copies in (("placement", 3), ("grown", 5)):
        path = tmp_path_factory.mktemp("fleet") / "fleet.yaml"
        path.write_text(FLEET.replace("copies: 3", f"copies: {copies}"))
        texts[name] = pk.solve_placement(pk.read_problem(path), strategy="greedy", time_limit=0).placement.to_json()
    return texts


@pytest.fixture
def placement(solved: dict[str, str], tmp_path: Path) -> Path:
    path = tmp_path / "placement.json"
    path.write_text(solved["placement"])
    return path


@pytest.fixture
def grown(solved: dict[str, str], tmp_path: Path) -> Path:
    path = tmp_path / "grown.json"
    path.write_text(solved["grown"])
    return path


def test_no_changes(placement: Path, capsys: Capture):
    assert main(["diff", str(placement), str(placement), "--detailed-exitcode"]) == 0
    assert capsys.readouterr().out == "No changes: both placements run the same.\n"


def test_changes(placement: Path, grown: Path, capsys: Capture):
    assert main(["diff", str(placement), str(grown)]) == 0
    shown = capsys.readouterr().out
    assert "2 copies to add, 0 to move, 0 to change, 0 to remove." in shown
    assert "\x1b" not in shown
    assert main(["diff", str(placement), str(grown), "--detailed-exitcode"]) == 2
    assert capsys.readouterr().out == shown
    assert main(["diff", str(grown), str(placement)]) == 0
    assert "0 copies to add, 0 to move, 0 to change, 2 to remove." in capsys.readouterr().out


def test_wrong_usage_is_not_taken_for_changes(placement: Path, capsys: Capture):
    assert main(["diff", str(placement), "--detailed-exitcode"]) == 1
    assert main(["diff", str(placement), str(placement), "--detailed-exit"]) == 1
    assert capsys.readouterr().out == ""


def test_there_and_applied(placement: Path, grown: Path, fleet: Path, tmp_path: Path, capsys: Capture):
    change, applied, larger = tmp_path / "change.json", tmp_path / "applied.json", tmp_path / "larger.yaml"
    larger.write_text(fleet.read_text().replace("copies: 3", "copies: 5"))
    assert main(["diff", str(placement), str(grown), "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    change.write_text(shown.out)
    assert read_diff(change).to_json() == shown.out
    assert main(["apply", str(placement), str(change), "-o", str(applied)]) == 0
    assert main(["diff", str(applied), str(grown), "--detailed-exitcode"]) == 0
    assert main(["check", str(larger), str(applied)]) == 0
    capsys.readouterr()
    assert main(["apply", str(placement), str(change)]) == 0
    assert capsys.readouterr().out == applied.read_text()
    assert {node.id for node in read_placement(placement).nodes} <= {node.id for node in read_placement(applied).nodes}


def test_on_another_state_it_is_refused(placement: Path, grown: Path, tmp_path: Path, capsys: Capture):
    change = tmp_path / "change.json"
    main(["diff", str(placement), str(grown), "--json"])
    change.write_text(capsys.readouterr().out)
    assert main(["apply", str(grown), str(change), "-o", str(tmp_path / "none.json")]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "[stale_state]" in shown.err
    assert not (tmp_path / "none.json").exists()


def test_faults_of_both_files_at_once(placement: Path, fleet: Path, tmp_path: Path, capsys: Capture):
    assert main(["diff", str(fleet), str(tmp_path / "none.json")]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"{fleet}: This is a fleet file, not a placement." in shown.err
    assert "none.json" in shown.err
    assert main(["apply", str(fleet), str(placement)]) == 1
    messages = capsys.readouterr().err.splitlines()
    assert any("This is a placement, not a diff." in line and str(placement) in line for line in messages)
    assert any("This is a fleet file, not a placement." in line and str(fleet) in line for line in messages)


def test_a_newer_diff_and_no_diff_at_all(placement: Path, tmp_path: Path, capsys: Capture):
    change = tmp_path / "change.json"
    for text, code in (('{"schema_version": 2}', "schema_version"), ("[]", "bad_diff"), ("{", "syntax")):
        change.write_text(text)
        assert main(["apply", str(placement), str(change)]) == 1
        assert f"[{code}]" in capsys.readouterr().err


def test_ruins_are_read_and_said(placement: Path, tmp_path: Path, capsys: Capture):
    data = json.loads(placement.read_text())
    data["copies"].append(data["copies"][0])
    ruins = tmp_path / "ruins.json"
    ruins.write_text(json.dumps(data))
    assert main(["diff", str(ruins), str(placement)]) == 0
    shown = capsys.readouterr()
    assert "1 to remove" in shown.out
    assert "listed 2 times" in shown.err
    assert main(["diff", str(placement), str(ruins)]) == 1
    assert "listed 2 times" in capsys.readouterr().err


def test_a_long_list_of_oddities_is_cut(placement: Path, tmp_path: Path, capsys: Capture):
    data = json.loads(placement.read_text())
    data["copies"] += [{**data["copies"][0], "copy": 100 + number, "node": "nowhere"} for number in range(50)]
    ruins = tmp_path / "ruins.json"
    ruins.write_text(json.dumps(data))
    assert main(["diff", str(ruins), str(placement)]) == 0
    shown = capsys.readouterr()
    assert "50 to remove" in shown.out
    assert len(shown.err.splitlines()) == 21
    assert "and 30 more" in shown.err


def test_what_runs_costs_what_its_nodes_cost(fleet, tmp_path, capsys):
    """Whoever reads a cluster makes the cost up; with the fleet file it is known."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    assert main(["solve", str(fleet), "-o", str(new), "--quiet", "--time-limit", "0"]) == 0
    placement = json.loads(new.read_text())
    old.write_text(json.dumps({**placement, "cost_per_hour": 0}))
    capsys.readouterr()
    assert main(["diff", str(old), str(new), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cost_per_hour_before"] == 0
    assert main(["diff", str(old), str(new), "--problem", str(fleet), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cost_per_hour_before"] == placement["cost_per_hour"]
