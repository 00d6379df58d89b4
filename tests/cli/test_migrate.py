"""`packing migrate` and `packing replay` as they are used from a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import packing as pk
from packing.cli import main
from packing.generate import to_yaml
from packing.testing.pairs import cycle

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A swap with one spare node (fleet, old, new), and the same without (full)."""
    spare, full = cycle(2, 1), cycle(2, 0)
    texts = {
        "fleet.yaml": to_yaml(spare.problem.described), "old.json": spare.old.to_json(), "new.json": spare.new.to_json(),
        "full.yaml": to_yaml(full.problem.described), "full-old.json": full.old.to_json(), "full-new.json": full.new.to_json(),
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return {name: str(tmp_path / name) for name in texts} | {"plan": str(tmp_path / "plan.json")}


def test_waves_are_shown_and_the_plan_is_replayed(files: dict[str, str], capsys: Capture):
    placements = [files["fleet.yaml"], files["old.json"], files["new.json"]]
    assert main(["migrate", *placements, "--by-name", "-o", files["plan"]]) == 0
    shown = capsys.readouterr()
    assert "Wave 1: start 1 node, load 1 copy (10 GiB)" in shown.out
    assert "Migration: 3 loads of 30 GiB in 6 waves" in shown.out
    assert "Detour: " in shown.out
    assert main(["replay", *placements, files["plan"]]) == 0
    assert "replayed: no violations" in capsys.readouterr().out
    assert main(["replay", *placements, files["plan"], "--full", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"]


def test_the_plan_is_json_with_the_library_s_own_reader(files: dict[str, str], capsys: Capture):
    assert main(["migrate", files["fleet.yaml"], files["old.json"], files["new.json"], "--by-name", "--json"]) == 0
    text = capsys.readouterr().out
    Path(files["plan"]).write_text(text)
    assert pk.read_migration(files["plan"]).to_json() == text


def test_without_names_a_swap_of_whole_nodes_is_nothing_to_do(files: dict[str, str], capsys: Capture):
    assert main(["migrate", files["fleet.yaml"], files["old.json"], files["new.json"]]) == 0
    assert capsys.readouterr().out == "Nothing to do: the new placement runs already.\n"


def test_no_order_is_exit_code_3_with_what_would_help(files: dict[str, str], capsys: Capture):
    assert main(["migrate", files["full.yaml"], files["full-old.json"], files["full-new.json"], "--by-name"]) == 3
    out = capsys.readouterr().out
    assert out.startswith("No order exists")
    assert "It works with 1 more node of pool t while it lasts." in out
    assert "max_unavailable: 1" in out


def test_wrong_options_and_files_are_all_said(files: dict[str, str], capsys: Capture):
    placements = [files["fleet.yaml"], files["old.json"], files["new.json"]]
    assert main(["migrate", *placements, "--bandwidth", "3x", "--fleet-bandwidth", "0", "--loads-per-node", "0", "--effort", "-1"]) == 1
    assert capsys.readouterr().err.count("[bad_option]") == 4
    assert main(["migrate", files["fleet.yaml"], files["fleet.yaml"], files["full-new.json"]]) == 1
    assert "This is a fleet file, not a placement. The order is FILE OLD NEW. [wrong_file]" in capsys.readouterr().err
    assert main(["migrate", files["fleet.yaml"], files["old.json"], files["full-new.json"]]) == 1
    assert "another problem" in capsys.readouterr().err


def test_a_plan_for_another_state_is_refused(files: dict[str, str], capsys: Capture):
    placements = [files["fleet.yaml"], files["old.json"], files["new.json"]]
    main(["migrate", *placements, "--by-name", "-o", files["plan"]])
    capsys.readouterr()
    assert main(["replay", files["fleet.yaml"], files["new.json"], files["new.json"], files["plan"]]) == 1
    assert "[stale_state]" in capsys.readouterr().err


def test_a_corrupted_plan_is_refused(files: dict[str, str], capsys: Capture):
    placements = [files["fleet.yaml"], files["old.json"], files["new.json"]]
    main(["migrate", *placements, "--by-name", "-o", files["plan"]])
    data = json.loads(Path(files["plan"]).read_text())
    data["waves"].pop(1)
    Path(files["plan"]).write_text(json.dumps(data))
    capsys.readouterr()
    assert main(["replay", *placements, files["plan"]]) == 1
    assert "violation: " in capsys.readouterr().out
    Path(files["plan"]).write_text("[1, 2]")
    assert main(["replay", *placements, files["plan"]]) == 1
    assert "[bad_migration]" in capsys.readouterr().err


def test_a_changed_file_is_one_hint(files: dict[str, str], capsys: Capture):
    """What departed from the file is one cause, however many steps it is part of; a placement that names no problem gets the list."""
    placements = [files["fleet.yaml"], files["old.json"], files["new.json"]]
    main(["migrate", *placements, "--by-name", "-o", files["plan"]])
    data = json.loads(Path(files["plan"]).read_text())
    data["waves"].pop(1)
    Path(files["plan"]).write_text(json.dumps(data))
    old = json.loads(Path(files["old.json"]).read_text())
    for digest, lines in (("sha256:0", 1), ("", 3)):
        Path(files["old.json"]).write_text(json.dumps(old | {"problem": digest}))
        capsys.readouterr()
        assert main(["replay", *placements, files["plan"]]) == 1
        out = capsys.readouterr().out
        assert ("--old-problem" in out) == (lines == 1), out
        assert (len(out.splitlines()) == 1) == (lines == 1), out
        assert main(["replay", *placements, files["plan"], "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["violations"]
