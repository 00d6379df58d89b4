"""`packing rebalance`: what is shown, what is written, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packing.cli import main
from packing.describe import problem_from
from packing.domain.placement import Placement

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def placement(fleet: Path, tmp_path: Path, capsys: Capture) -> Path:
    path = tmp_path / "placement.json"
    assert main(["solve", str(fleet), "-o", str(path), "--quiet", "--time-limit", "0"]) == 0
    capsys.readouterr()
    return path


def rebalance(*arguments: object, time_limit: str = "0") -> int:
    return main(["rebalance", *map(str, arguments), "--time-limit", time_limit])


def drained(fleet: Path, placement: Path, model: str) -> tuple[str, ...]:
    """Arguments that drain the node of a model."""
    copies = json.loads(placement.read_text())["copies"]
    return (str(fleet), str(placement), "--drain", next(copy["node"] for copy in copies if copy["model"] == model))


def test_nothing_to_do(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "new.json"
    assert rebalance(fleet, placement, "-o", out, "--detailed-exitcode") == 0
    shown = capsys.readouterr()
    assert "No changes" in shown.out
    assert "0 copies moved, 0 added, 0 removed; 4 stay; nothing to load" in shown.out
    assert "tiny: complete" in shown.out
    assert Placement.model_validate_json(out.read_text()).state_digest() == Placement.model_validate_json(placement.read_text()).state_digest()


def test_a_drained_node_is_emptied_and_the_moves_are_shown(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "new.json"
    arguments = drained(fleet, placement, "large")
    assert rebalance(*arguments, "-o", out, time_limit="5") == 0
    shown = capsys.readouterr().out
    assert "~ large#0 on 0,1" in shown
    assert "1 copy moved, 0 added, 0 removed; 3 stay; 18 GiB to load" in shown
    assert "proven: nothing better is possible" in " ".join(shown.split())
    new = json.loads(out.read_text())
    assert arguments[-1] not in {node["id"] for node in new["nodes"]}
    assert main(["check", str(fleet), str(out)]) == 0


def test_detailed_exit_codes(fleet: Path, crowded: Path, placement: Path, capsys: Capture):
    assert rebalance(*drained(fleet, placement, "large"), "--detailed-exitcode", "--quiet") == 2
    assert rebalance(fleet, placement, "--detailed-exitcode", "--quiet") == 0
    assert rebalance(crowded, placement, "--detailed-exitcode", "--quiet") == 3


def test_partial_is_exit_3_and_still_written(crowded: Path, placement: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "new.json"
    assert rebalance(crowded, placement, "-o", out) == 3
    assert json.loads(out.read_text())["unplaced"]
    shown = capsys.readouterr()
    assert "Left out" in shown.out
    assert "note: current.pools[box]" in shown.err


def test_json_is_the_placement_and_nothing_else(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "new.json"
    assert rebalance(*drained(fleet, placement, "small"), "--json", "-o", out) == 0
    assert capsys.readouterr().out == out.read_text()


def test_quiet_says_nothing(fleet: Path, placement: Path, capsys: Capture):
    assert rebalance(fleet, placement, "--quiet", time_limit="5") == 0
    assert capsys.readouterr() == ("", "")


def test_no_time_mends_and_says_so(fleet: Path, placement: Path, capsys: Capture):
    assert rebalance(*drained(fleet, placement, "large")) == 0
    shown = capsys.readouterr()
    assert "note: no time to search" in shown.err
    assert "1 copy moved" in shown.out


def test_a_policy_file_and_options_on_top_of_it(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    """The file drains one node, the option the other; the file's limit is overruled."""
    nodes = sorted({copy["node"] for copy in json.loads(placement.read_text())["copies"]})
    policy, out = tmp_path / "policy.yaml", tmp_path / "new.json"
    policy.write_text(f"drain: {nodes[0]}\nmax_moves: 7\n")
    fleet.write_text(fleet.read_text().replace("count: 3", "count: 4"))
    assert rebalance(fleet, placement, "--policy", policy, "--drain", nodes[1], "--max-moves", "9", "-o", out) == 0
    assert not {node["id"] for node in json.loads(out.read_text())["nodes"]} & set(nodes)


def test_pins_hold(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    out = tmp_path / "new.json"
    fleet.write_text(fleet.read_text().replace("price_per_hour: 2.0}", "price_per_hour: 2.0}\n  - {name: gift, accelerator: X, accelerators: 2, "
                     "memory_per_accelerator: 10GiB, price_per_hour: 0}").replace("fleet: [", "fleet: [{instance_type: gift}, "))  # fmt: skip
    assert rebalance(fleet, placement, "-o", out, "--pin", "large", "--move-weight", "0", time_limit="5") == 0
    old, new = ({(c["model"], c["copy"]): c["node"] for c in json.loads(path.read_text())["copies"]} for path in (placement, out))
    assert {key for key in old if old[key] == new[key]} == {("large", 0)}


def test_faults_of_all_three_files_are_said_at_once(fleet: Path, tmp_path: Path, capsys: Capture):
    current, policy = tmp_path / "current.json", tmp_path / "policy.yaml"
    current.write_text('{"status": "optimal"}')
    policy.write_text("max_move: 3\nmove_weight: -1\n")
    fleet.write_text("models: []\nfleeet: []\n")
    assert rebalance(fleet, current, "--policy", policy) == 1
    said = capsys.readouterr().err
    for path in (fleet, current, policy):
        assert str(path) in said
    assert "Did you mean 'max_moves'?" in said
    assert "move_weight (line 2) = -1" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("text", "said"), [("[1, 2]", "not a mapping"), ("drain: [", "policy.yaml"), ("pins: 3", "pins"), ("in_flight: [{}]", "model")]
)
def test_policies_of_the_wrong_form(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture, text: str, said: str):
    policy = tmp_path / "policy.yaml"
    policy.write_text(text)
    assert rebalance(fleet, placement, "--policy", policy) == 1
    assert said in capsys.readouterr().err


def test_an_empty_policy_is_the_default(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    policy = tmp_path / "policy.yaml"
    policy.write_text("# nothing special\n")
    assert rebalance(fleet, placement, "--policy", policy, "--quiet") == 0


def test_names_that_mean_nothing_are_refused(fleet: Path, placement: Path, capsys: Capture):
    assert rebalance(fleet, placement, "--drain", "n-77", "--pin", "ghost#3") == 1
    said = capsys.readouterr().err
    assert "n-77" in said
    assert "ghost#3" in said


@pytest.mark.parametrize("option", [("--max-moves", "-1"), ("--move-weight", "5000"), ("--move-weight", "nan"), ("--seed", "-4")])
def test_options_out_of_range(fleet: Path, placement: Path, capsys: Capture, option: tuple[str, str]):
    assert rebalance(fleet, placement, *option) == 1
    assert capsys.readouterr().err


def test_nothing_is_searched_that_could_not_be_written(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    assert rebalance(fleet, placement, "-o", tmp_path / "missing" / "new.json") == 1
    assert "The folder does not exist" in capsys.readouterr().err


def test_what_is_broken_is_said_and_mended(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    """Twenty-five copies of a model that nobody knows: the first twenty are named, the others counted, or all with --all."""
    data = json.loads(placement.read_text())
    data["copies"] += [{**data["copies"][0], "model": "ghost", "copy": number} for number in range(25)]
    placement.write_text(json.dumps(data))
    assert rebalance(fleet, placement) == 0
    said = capsys.readouterr().err
    assert "ghost#0" in said
    assert "ghost#24" not in said
    assert "and 5 more" in said
    assert rebalance(fleet, placement, "--all") == 0
    assert "ghost#24" in capsys.readouterr().err


def test_a_name_that_stands_for_two_things(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    """Nothing can be said in such names: no list of changes, but an answer all the same."""
    data = json.loads(placement.read_text())
    data["nodes"].append({**data["nodes"][1], "id": data["nodes"][0]["id"], "instance_type": "other"})
    placement.write_text(json.dumps(data))
    out = tmp_path / "new.json"
    assert rebalance(fleet, placement, "-o", out) == 0
    assert "several nodes of this name" in capsys.readouterr().err
    assert main(["check", str(fleet), str(out)]) == 0


def test_what_runs_costs_what_its_nodes_cost_whatever_the_file_says(fleet: Path, placement: Path, tmp_path: Path, capsys: Capture):
    claimed = tmp_path / "claimed.json"
    claimed.write_text(json.dumps({**json.loads(placement.read_text()), "cost_per_hour": 0}))
    assert rebalance(fleet, claimed) == 0
    assert "Cost:" not in capsys.readouterr().out


def written(tmp_path: Path, fleet: list[dict[str, object]], model: dict[str, object], nodes: list[tuple[str, str, str]]) -> tuple[Path, Path]:
    """A fleet file, and what runs in it as a script that reads a cluster would write it: one copy on each node, and figures made up."""
    mode = {"accelerator": "A", "memory_per_accelerator": "18GiB"}
    box = {"name": "box", "accelerator": "A", "accelerators": 1, "memory_per_accelerator": "22GiB", "price_per_hour": 6}
    data = {"weights": {"cost": 1}, "instance_types": [box], "fleet": fleet, "models": [{"hosting": "inference_component", "modes": [mode], **model}]}
    problem = problem_from(data)
    now = {
        "problem": "", "status": "feasible", "cost_per_hour": 0,
        "endpoints": [{"name": "ep", "hosting": "inference_component", "instance_type": "box", "nodes": [name for name, *_ in nodes], "models": ["api"]}],
        "nodes": [{"id": name, "instance_type": "box", "zone": zone, "endpoint": "ep", "pool": pool} for name, pool, zone in nodes],
        "copies": [
            {"model": "api", "copy": number, "node": name, "accelerators": [0], "mode": problem.models[0].modes[0].model_dump(mode="json")}
            for number, (name, *_) in enumerate(nodes)
        ],
        "fitness": dict.fromkeys(("model_size", "performance", "isolation", "cost", "scalability"), 0),
    }  # fmt: skip
    paths = tmp_path / "fleet.json", tmp_path / "now.json"
    for path, what in zip(paths, (data, now), strict=True):
        path.write_text(json.dumps(what))
    return paths


def test_a_reservation_is_free_again(tmp_path: Path, capsys: Capture):
    """Three nodes are paid for whether used or not, and one more: 24 USD/h, of which moving back saves 6."""
    reserved = {"name": "reserved", "instance_type": "box", "count": 3, "owned": True}
    nodes = [("r-1", "reserved", ""), ("r-3", "reserved", ""), ("od-1", "on-demand", "")]
    files = written(tmp_path, [reserved, {"name": "on-demand", "instance_type": "box"}], {"name": "api", "copies": 3}, nodes)
    assert rebalance(*files, time_limit="5") == 0
    assert "Cost: 24.00 -> 18.00 USD/h" in capsys.readouterr().out


def test_a_zone_is_lost(tmp_path: Path, capsys: Capture):
    """What runs in the other zone goes on, and what was lost comes up beside it; that the spread is conceded is said by everybody."""
    pools = [{"name": "left", "instance_type": "box", "zone": "a", "count": 4}, {"name": "right", "instance_type": "box", "zone": "b", "count": 0}]
    nodes = [("n-0", "left", "a"), ("n-1", "left", "a"), ("n-2", "right", "b"), ("n-3", "right", "b")]
    fleet, now = written(tmp_path, pools, {"name": "api", "copies": 4, "min_zones": 2}, nodes)
    new = tmp_path / "new.json"
    assert rebalance(fleet, now, "-o", new, time_limit="5") == 3
    shown = capsys.readouterr().out
    assert "partial: 1 model in fewer zones than asked for" in shown
    assert "api: min_zones: in 1 zone, 2 asked for" in shown
    assert main(["check", str(fleet), str(new)]) == 3
    assert "complete: no, min_zones is conceded for api (1 of 2)" in capsys.readouterr().out
    assert main(["migrate", str(fleet), str(now), str(new), "--by-name"]) == 0
    kept = {node["id"] for node in json.loads(new.read_text())["nodes"]}
    assert {"n-0", "n-1"} <= kept
    assert len(kept) == 4
