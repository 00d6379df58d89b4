"""`packing schedule` as it is used from a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packing.cli import main
from packing.generate import to_yaml
from tests.act.schedule.common import day, model, two

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def fleet(tmp_path: Path) -> str:
    path = tmp_path / "fleet.yaml"
    path.write_text(to_yaml(two()))
    return str(path)


def test_planned_shown_and_checked(fleet: str, tmp_path: Path, capsys: Capture):
    out = str(tmp_path / "day.json")
    assert main(["schedule", fleet, "-o", out, "--time-limit", "0"]) == 0
    shown = capsys.readouterr().out
    assert "2 placements for 4 hours" in shown
    assert "6.0 min before" in shown
    assert "21.99 USD, 0.39 of it while old and new run beside one another" in shown
    assert "28.80 USD with the best placement known for all slots: 23.6 % saved" in shown
    assert main(["schedule", fleet, "--check", out]) == 0
    assert "verified: no violations" in capsys.readouterr().out


def test_json_and_nothing_else(fleet: str, capsys: Capture):
    assert main(["schedule", fleet, "--json", "--time-limit", "0", "--groups", "1"]) == 0
    assert len(json.loads(capsys.readouterr().out)["groups"]) == 1


def test_incomplete(tmp_path: Path, capsys: Capture):
    path = tmp_path / "short.yaml"
    path.write_text(to_yaml(day(model("a", [10, 30, 10, 10]), count=2)))
    assert main(["schedule", str(path), "--time-limit", "0"]) == 3
    assert "Slot 1: 1 copy is missing." in capsys.readouterr().out


def test_wrong_files(fleet: str, tmp_path: Path, capsys: Capture):
    out = tmp_path / "day.json"
    assert main(["schedule", fleet, "-o", str(out), "--time-limit", "0", "-q"]) == 0
    changed = json.loads(out.read_text())
    changed["cost_usd"] = 1.0
    out.write_text(json.dumps(changed))
    assert main(["schedule", fleet, "--check", str(out)]) == 1
    assert "violation: cost: cost_usd" in capsys.readouterr().out
    out.write_text('{"groups": 3}')
    assert main(["schedule", fleet, "--check", str(out)]) == 1
    assert "[bad_schedule]" in capsys.readouterr().err
    assert main(["schedule", fleet, "--groups", "0", "--time-limit", "0"]) == 1
    assert "[bad_option]" in capsys.readouterr().err
