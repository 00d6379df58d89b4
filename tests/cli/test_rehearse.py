"""`packing rehearse` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packing.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples" / "events"
FLEET = str(EXAMPLES / "fleet.yaml")


@pytest.fixture(scope="module")
def placed(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("rehearse") / "placement.json"
    assert main(["solve", FLEET, "-o", str(path), "-q", "--no-baselines", "--time-limit", "0"]) == 0
    return path


def test_the_report(placed, capsys, monkeypatch):
    monkeypatch.setattr("packing.cli.account.on_terminal", lambda _: True)  # a screen of 80 columns; tables in a pipe are as wide as they need
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["rehearse", FLEET, str(placed), "--hours", "0.2"]) == 0
    shown = capsys.readouterr()
    assert "of the requests within their SLO" in shown.out
    assert "USD a day" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80
    assert not shown.err
    assert main(["rehearse", FLEET, str(placed), "--hours", "0.2", "--all", "--routing", "random"]) == 0
    assert "Models, worst first" in capsys.readouterr().out


def test_json_is_the_same_twice(placed, capsys):
    command = ["rehearse", FLEET, str(placed), "--hours", "0.1", "--seed", "7", "--burstiness", "4", "--spread", "1", "--json"]
    assert main(command) == 0
    first = capsys.readouterr().out
    assert main(command) == 0
    assert capsys.readouterr().out == first
    found = json.loads(first)
    assert found["seed"] == 7
    assert found["requests"] == found["served"] + found["refused"] > 0
    assert main([*command[:-2], "8", "--json"] if command[-2] == "7" else [*command, "--seed", "8"]) == 0
    assert json.loads(capsys.readouterr().out)["requests"] != found["requests"]


def test_a_log(placed, capsys, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("time,model,input_tokens,output_tokens\n1,search,100,1\n2,assistant,800,100\n")
    assert main(["rehearse", FLEET, str(placed), "--streams", str(log)]) == 0
    assert "2 requests in 1 hour (log)" in capsys.readouterr().out
    log.write_text("time,model\n1,serach\n")
    assert main(["rehearse", FLEET, str(placed), "--streams", str(log)]) == 1
    error = capsys.readouterr().err
    assert "unknown_model" in error
    assert "search" in error


def test_wrong_input(placed, capsys, tmp_path):
    assert main(["rehearse", FLEET, str(placed), "--day", "--hours", "2"]) == 1
    assert "bad_option" in capsys.readouterr().err
    assert main(["rehearse", FLEET, str(tmp_path / "none.json")]) == 1
    assert "unreadable_file" in capsys.readouterr().err
    (tmp_path / "list.json").write_text("[1]")
    assert main(["rehearse", FLEET, str(tmp_path / "list.json")]) == 1
    assert "bad_placement" in capsys.readouterr().err
    other = json.loads(placed.read_text())
    (tmp_path / "other.json").write_text(json.dumps({**other, "problem": "sha256:0"}))
    assert main(["rehearse", FLEET, str(tmp_path / "other.json")]) == 1
    assert "another problem" in capsys.readouterr().err
    assert main(["rehearse", FLEET, str(tmp_path / "other.json"), "--other-problem", "--hours", "0.05"]) == 0
