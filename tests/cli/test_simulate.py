"""`packing simulate` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packing.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples" / "events"
QUICK = ["--time-limit", "0"]


@pytest.fixture(scope="module")
def placed(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("simulate") / "placement.json"
    assert main(["solve", str(EXAMPLES / "fleet.yaml"), "-o", str(path), "-q", "--no-baselines", "--time-limit", "0"]) == 0
    return path


def simulate(placed: Path, *arguments: str, events: Path | None = None) -> int:
    return main(["simulate", str(EXAMPLES / "fleet.yaml"), str(placed), str(events or EXAMPLES / "day.yaml"), *QUICK, *arguments])


def test_the_example(placed, capsys):
    assert simulate(placed) == 0
    shown = capsys.readouterr()
    assert "24 hours, event by event" in shown.out
    assert "model translations added" in shown.out
    assert "USD over 24 hours" in shown.out
    assert "Models that went short" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80
    assert shown.err.startswith("0 h, start")


def test_policies_side_by_side(placed, capsys):
    policies = ["--policy", "eager=move_weight:0,use_error_bands:false", "--policy", "calm=move_weight:1", "--move-weight", "0.3"]
    assert simulate(placed, *policies) in {0, 3}  # mending alone may leave something out at the end
    lines = capsys.readouterr().out.splitlines()
    rows = lines[lines.index("Policies compared") + 1 :]
    assert [row.split()[0] for row in rows] == ["policy", "eager", "calm", "w=0.3"]


def test_json_and_the_final_placement(placed, capsys, tmp_path):
    final = tmp_path / "final.json"
    assert simulate(placed, "--json", "-o", str(final)) == 0
    shown = json.loads(capsys.readouterr().out)
    (simulation,) = shown["simulations"].values()
    assert [episode["at"] for episode in simulation["episodes"]] == [0, 2, 5, 6.5, 8, 10, 11, 13, 16, 18, 21]
    assert simulation["total"]["nodes_lost"] == 1
    assert "placement" not in simulation
    models = {copy["model"] for copy in json.loads(final.read_text())["copies"]}
    assert models == {"assistant", "summaries", "search", "translations"}


def test_the_same_twice_and_quiet(placed, capsys):
    assert simulate(placed, "--json", "-q") == 0
    first = capsys.readouterr()
    assert first.err == ""
    assert simulate(placed, "--json", "-q") == 0
    assert capsys.readouterr().out == first.out


def test_what_is_left_out_at_the_end_is_exit_code_3(placed, tmp_path, capsys):
    events = tmp_path / "bad.json"
    events.write_text(json.dumps([{"at": 1, "kind": "stock", "pool": f"ml.g5.12xlarge@us-east-1{zone}", "count": 0} for zone in "ab"]))
    assert simulate(placed, events=events) == 3
    assert "requests refused" in capsys.readouterr().out.replace("\n   ", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("events: [{at: 1, kind: node_gone, node: n}]", "Did you mean 'node_lost'?"),
        ("events: [{at: 3, kind: node_lost, node: n}, {at: 2, kind: node_lost, node: n}]", "events[1].at (line 1) = 2: This is earlier"),
        ("- {at: 1, kind: traffic, model: asistant, factor: 2}", "Did you mean 'assistant'?"),
        ("- {at: 1, kind: stock, pool: ml.g5.12xlarge@us-east-1c, count: 2}", "Did you mean 'ml.g5.12xlarge@us-east-1"),
        ("nothing", "This is not a timeline"),
        ("", "This is not a timeline"),
        ("a: [", "syntax"),
    ],
)
def test_faults_of_the_timeline(placed, tmp_path, capsys, text, said):
    events = tmp_path / "bad.yaml"
    events.write_text(text)
    assert simulate(placed, events=events) == 1
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""
    assert "Traceback" not in shown.err


def test_faults_of_options_are_said_at_once(placed, tmp_path, capsys):
    arguments = ["--policy", "a=move_weight:0", "--policy", "a=max_moves:2", "--policy", "b=colour:red,max_moves:-1", "--policy", "nowhere.yaml"]
    assert simulate(placed, *arguments, "-o", str(tmp_path / "no" / "final.json")) == 1
    error = capsys.readouterr().err
    for said in (
        "The folder does not exist",
        "two policies of this name",
        "There is no field 'colour'",
        "smallest value accepted is 0",
        "nowhere.yaml",
    ):
        assert said in error, said


def test_one_final_placement_for_one_policy(placed, tmp_path, capsys):
    assert simulate(placed, "--move-weight", "0", "--move-weight", "1", "-o", str(tmp_path / "final.json")) == 1
    assert "Give one policy only" in capsys.readouterr().err


def test_a_policy_from_a_file_is_called_like_it(placed, tmp_path, capsys):
    path = tmp_path / "careful.yaml"
    path.write_text("max_moves: 1\n")
    assert simulate(placed, "--policy", str(path), "--json", "-q") == 0
    found = json.loads(capsys.readouterr().out)["simulations"]
    assert list(found) == ["careful"]
    assert found["careful"]["policy"]["max_moves"] == 1
