"""From a placement, and `packing coldstart`: a node with six models in room for three."""

import json

import pytest

from packing.cli import main
from packing.coldstart import of_placement, shared_nodes, simulate_endpoint
from packing.describe import expand, read_placement, read_problem
from packing.errors import ProblemError

FLEET = """
schema_version: 1
name: shared
slots: 2
slot_hours: 0.5
instance_types:
  - {name: box, accelerator: X, accelerators: 1, memory_per_accelerator: 30GiB, price_per_hour: 1.0}
fleet: [{instance_type: box, count: 9}]
models:
"""
MODEL = """  - name: m%d
    hosting: [multi_model]
    copies: %d
    cold_start_s: 90
    cold_start_quantile: %s
    traffic: {requests_per_second: [0.01, 0.0%d]}
    modes: [{accelerator: X, memory_per_accelerator: 10GiB, requests_per_second: 5, load_s: %s}]
"""


def fleet(quantile=0.9, load_s="9"):
    return FLEET + "".join(MODEL % (at, 2 if at == 0 else 1, quantile, at, load_s) for at in range(6))


@pytest.fixture
def files(tmp_path):
    """The fleet, and a placement of it that puts all on one node (but the second copy of m0)."""
    problem, solved, squeezed = tmp_path / "fleet.yaml", tmp_path / "solved.json", tmp_path / "one.json"
    problem.write_text(fleet())
    assert main(["solve", str(problem), "-o", str(solved), "--strategy", "greedy", "--quiet"]) == 0
    data = json.loads(solved.read_text())
    first, second = data["nodes"][0], data["nodes"][1]
    data["nodes"] = [first, {**second, "endpoint": first["endpoint"]}]
    data["endpoints"] = [{**data["endpoints"][0], "nodes": [first["id"], second["id"]]}]
    for copy in data["copies"]:
        copy["node"] = second["id"] if (copy["model"], copy["copy"]) == ("m0", 1) else first["id"]
    squeezed.write_text(json.dumps(data))
    return problem, squeezed


def test_members_are_what_the_placement_says(files):
    problem, placement = expand(read_problem(files[0])).problem, read_placement(files[1])
    crowded, alone = shared_nodes(problem, placement)
    assert crowded.shared.capacity == 30 * 2**30
    assert crowded.shared.slot_s == 1800.0
    assert crowded.shared.over_commit == pytest.approx(2.0)
    members = {member.name: member for member in crowded.shared.members}
    assert members["m0"].rates == (0.005, 0.0)  # half of it goes to its other copy
    assert members["m3"].rates == (0.01, 0.03)
    assert members["m3"].load_s == 9.0
    assert [member.name for member in alone.shared.members] == ["m0"]


def test_prediction_and_simulation_of_a_placement_agree(files):
    problem, placement = expand(read_problem(files[0])).problem, read_placement(files[1])
    told, alone = of_placement(problem, placement)
    seen, _ = of_placement(problem, placement, judge=lambda node: simulate_endpoint(node, requests=40_000))
    assert told.figures.total.hit == pytest.approx(seen.figures.total.hit, abs=0.015)
    assert {promise.model for promise in told.promises} == {f"m{at}" for at in range(6)}
    for mine, theirs in zip(told.promises, seen.promises, strict=True):
        assert mine.within == pytest.approx(theirs.within, abs=0.02)
    assert alone.figures.total.hit == 1.0


def test_the_command_names_thrashing_and_broken_promises(files, capsys):
    problem, placement = map(str, files)
    assert main(["coldstart", problem, placement]) == 0
    calm = capsys.readouterr().out
    assert "over-committed 2.00 times" in calm
    assert "0 of 7 promises broken" in calm
    assert "THRASHING" in calm
    files[0].write_text(fleet(quantile=0.99).replace("cold_start_s: 90", "cold_start_s: 10"))
    assert main(["coldstart", problem, placement, "--simulate", "--requests", "5000"]) == 1
    broken = capsys.readouterr()
    assert "simulated; 6 of 7 promises broken" in broken.out
    assert "made for another problem" in broken.err


def test_the_command_as_data(files, capsys):
    assert main(["coldstart", *map(str, files), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    crowded = data["nodes"][0]
    assert crowded["how"] == "exact"
    assert crowded["thrashing"]
    model = crowded["models"][3]
    assert model["total"]["no_wait"] == pytest.approx(model["total"]["hit"])
    assert model["total"]["wait_s"]["p99"] <= model["total"]["promise_s"]["p99"]
    assert len(model["slots"]) == 2


def test_same_seed_same_bytes(files, capsys):
    said = []
    for seed in ("3", "3", "4"):
        assert main(["coldstart", *map(str, files), "--simulate", "--requests", "3000", "--seed", seed, "--json"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] != said[2]


def test_a_placement_without_shared_nodes(tmp_path, capsys):
    problem, placement = tmp_path / "f.yaml", tmp_path / "p.json"
    problem.write_text(fleet().replace("[multi_model]", "[inference_component]").replace("cold_start_quantile: 0.9", "priority: 1"))
    assert main(["solve", str(problem), "-o", str(placement), "--strategy", "greedy", "--quiet"]) == 0
    assert main(["coldstart", str(problem), str(placement)]) == 0
    assert "No node is behind a multi-model endpoint" in capsys.readouterr().out


def test_unknown_load_times_are_said(files, capsys):
    data = json.loads(files[1].read_text())
    for copy in data["copies"]:
        copy["mode"].pop("load_s", None)
    files[1].write_text(json.dumps(data))
    assert main(["coldstart", *map(str, files)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "The load time of m0, m1, m2 and 3 more is not known" in said


def test_names_that_lead_nowhere(files, capsys):
    data = json.loads(files[1].read_text())
    data["copies"][0]["model"], data["copies"][1]["node"], data["nodes"][0]["instance_type"] = "ghost", "n-99", "crate"
    files[1].write_text(json.dumps(data))
    problem, placement = expand(read_problem(files[0])).problem, read_placement(files[1])
    with pytest.raises(ProblemError) as caught:
        of_placement(problem, placement)
    assert [fault.code for fault in caught.value.faults] == ["unknown_instance_type", "unknown_model", "bad_placement"]
    assert main(["coldstart", *map(str, files)]) == 1
    assert "ghost" in capsys.readouterr().err


def test_a_model_that_its_node_cannot_hold(files, capsys):
    data = json.loads(files[1].read_text())
    data["copies"][0]["mode"]["memory_per_accelerator"] = 40 * 2**30
    files[1].write_text(json.dumps(data))
    assert main(["coldstart", *map(str, files)]) == 1
    assert "[too_large_for_node]" in capsys.readouterr().err


def test_bad_options_and_files(files, capsys):
    assert main(["coldstart", *map(str, files), "--simulate", "--requests", "0"]) == 1
    assert main(["coldstart", str(files[0]), str(files[0])]) == 1
    assert main(["coldstart", "nowhere.yaml", str(files[1])]) == 1
    assert "[bad_option]" in (said := capsys.readouterr().err)
    assert "unreadable_file" in said
