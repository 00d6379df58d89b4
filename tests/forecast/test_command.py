"""`packing profile`: what is shown and written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from packing.cli import main
from packing.describe import read_problem

Capture = pytest.CaptureFixture[str]
TABLE = "model,h0,h1,h2,h3\nsmall,4,0,5,0\nlarge,0,2,0,3\nother,1,1,1,1\n"
FLEET = """
slots: 1
fleet: [{instance_type: ml.g5.xlarge, count: 5}]
models:
  - {name: small, modes: [{accelerator: A10G, memory_per_accelerator: 4GiB, requests_per_second: 2}], traffic: {requests_per_second: 1, input_tokens: 77}}
  - {name: large, modes: [{accelerator: A10G, memory_per_accelerator: 16GiB, requests_per_second: 2}]}
  - {name: lone, modes: [{accelerator: A10G, memory_per_accelerator: 1GiB}], copies: 1}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "rates.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.yaml"
    path.write_text(FLEET)
    return path


def test_what_is_shown(table: Path, capsys: Capture):
    assert main(["profile", str(table), "--slots", "2"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "3 models, 2 cycles of 2 slots of 1 h (UTC)" in shown
    assert "peak of the sum 6 requests/s (slot 0), sum of the peaks 9 requests/s: sharing saves 33%" in shown
    assert "small 2.25 5 0 █·" in shown
    assert "holds with probability 0.67" in shown


def test_profiles_are_written_and_printed(table: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "profiles.yaml"
    assert main(["profile", str(table), "--slots", "2", "-o", str(out), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert yaml.safe_load(out.read_text()) == printed
    assert {each["name"]: each["traffic"]["requests_per_second"] for each in printed["models"]} == {"large": [0, 3], "other": [1, 1], "small": [5, 0]}
    assert printed["holds"] == 0.6667
    assert printed["models"][2]["seen"] == {
        "slots_known": 4,
        "slots_unknown": 0,
        "cycles": 2,
        "mean_requests_per_second": 2.25,
        "margin": 1.0,
        "kept": {"slots": 0.75, "requests": 0.8889},
    }


def test_both_shares_are_said_and_either_can_be_asked_for(tmp_path: Path, capsys: Capture):
    path, out = tmp_path / "bursts.csv", tmp_path / "p.json"
    days = [[0, 1, 0, 0], [0, 1, 9, 0], [9, 1, 0, 0], [0, 1, 0, 9], [0, 10, 0, 0]]
    path.write_text("model," + ",".join(f"h{at}" for at in range(20)) + "\nburst," + ",".join(str(rate) for day in days for rate in day) + "\n")
    kept = {}
    for of in ("slots", "requests"):
        assert main(["profile", str(path), "--slots", "4", "--quantile", "0.8", "--of", of, "-o", str(out)]) == 0
        data, shown = json.loads(out.read_text()), " ".join(capsys.readouterr().out.split())
        kept[of] = data["kept"]
        assert f"kept {kept[of]['slots']:.1%} of their slots and {kept[of]['requests']:.1%} of their requests (asked for: 0.8 of the {of})" in shown
        assert data["of"] == of
    assert kept["slots"] == {"slots": 0.8, "requests": 0.122}  # 16 of 20 slots, but 5 of 41 requests
    assert kept["requests"]["requests"] >= 0.7


def test_into_a_fleet(table: Path, fleet: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "new.yaml"
    assert main(["profile", str(table), "--slots", "2", "--into", str(fleet), "-o", str(out)]) == 0
    said = capsys.readouterr().err
    assert "keep their traffic, since the history does not have them: lone" in said
    assert "the fleet does not have: other" in said
    problem = read_problem(out)
    models = {model.name: model for model in problem.models}
    assert problem.slots == 2
    assert models["small"].traffic is not None
    assert models["large"].traffic is not None
    assert models["small"].traffic.requests_per_second == (5.0, 0.0)
    assert models["small"].traffic.input_tokens == 77  # the table does not say
    assert models["large"].traffic.requests_per_second == (0.0, 3.0)
    assert models["lone"].traffic is None


def test_pooled_counts_memory(fleet: Path, tmp_path: Path, capsys: Capture):
    table = tmp_path / "rates.csv"
    table.write_text("model,h0,h1,h2\nsmall,8,0,4\nlarge,0,2,1\n")  # bytes per request/s: 2 and 8 GiB; sums 16 16 16
    out = tmp_path / "new.json"
    assert main(["profile", str(table), "--slots", "1", "--pooled", "--into", str(fleet), "-o", str(out)]) == 0
    assert "peak of the sum 16 GiB (slot 0), sum of the peaks 32 GiB: sharing saves 50%" in " ".join(capsys.readouterr().out.split())
    models = {model["name"]: model for model in json.loads(out.read_text())["models"]}
    assert models["small"]["traffic"]["requests_per_second"] * 2 + models["large"]["traffic"]["requests_per_second"] * 8 == 16


def test_faults(table: Path, fleet: Path, tmp_path: Path, capsys: Capture):
    assert main(["profile", str(table), "--into", str(fleet), "--column", "x", "--margin", "much"]) == 1
    assert capsys.readouterr().err.count("[bad_option]") == 3
    assert main(["profile", str(table), "--quiet"]) == 1
    assert "Nothing is written" in capsys.readouterr().err
    table.write_text("model,h0,h1\nsmal,1,1\n")
    assert main(["profile", str(table), "--into", str(fleet), "-o", str(tmp_path / "new.yaml")]) == 1
    assert "Did you mean 'small'?" in capsys.readouterr().err
    assert not (tmp_path / "new.yaml").exists()


def test_a_fleet_whose_other_profiles_have_another_length(table: Path, tmp_path: Path, capsys: Capture):
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text(
        FLEET.replace("slots: 1", "slots: 3")
        .replace("copies: 1", "copies: 1, traffic: [1, 2, 3]")
        .replace(
            "modes: [{accelerator: A10G, memory_per_accelerator: 1GiB}]",
            "modes: [{accelerator: A10G, memory_per_accelerator: 1GiB, requests_per_second: 9}]",
        )
    )
    assert main(["profile", str(table), "--slots", "2", "--into", str(fleet), "-o", str(tmp_path / "new.yaml")]) == 1
    assert "[profile_length]" in capsys.readouterr().err


def test_pooled_needs_to_know_what_a_copy_serves(fleet: Path, tmp_path: Path, capsys: Capture):
    table = tmp_path / "rates.csv"
    table.write_text("model,h0,h1\nlone,1,1\n")
    assert main(["profile", str(table), "--pooled", "--into", str(fleet), "-o", str(tmp_path / "new.yaml")]) == 1
    assert "[throughput_unknown]" in capsys.readouterr().err
