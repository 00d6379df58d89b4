"""`packing explain`: what it prints, its JSON, and what it says to wrong input."""

from __future__ import annotations

import json

import pytest

import packing as pk
from packing.cli import main

from .cases import CASES, ONE_BOX, model, problem


@pytest.fixture
def files(tmp_path):
    """Writes a problem, and the placement that is solved for it."""

    def write(case, name="fleet"):
        fleet, placement = tmp_path / f"{name}.json", tmp_path / f"{name}-placement.json"
        fleet.write_text(case.model_dump_json())
        placement.write_text(pk.solve_placement(case, time_limit=60).placement.to_json())
        return fleet, placement

    return write


def run(capsys, *arguments):
    code = main(["explain", *map(str, arguments)])
    return code, *capsys.readouterr()


def test_what_cannot_hold_together_and_what_helps(files, capsys):
    case = problem(
        [model("A", copies={"min": 2}, min_zones=2)], ({"instance_type": "box", "zone": "a"}, {"instance_type": "box", "zone": "b", "count": 0})
    )
    fleet, _ = files(case)
    code, out, err = run(capsys, fleet)
    assert (code, err) == (3, "")
    assert "proven that no placement is complete" in out
    conflict, helps = out.split("What would help")
    assert "- at least 2 copies of A" in conflict
    assert "- A in at least 2 zones" in conflict
    assert "- 0 nodes of box@b in stock" in conflict
    assert "- drop the zone spread of A" in helps
    assert "- +1 box@b" in helps
    assert "+2.00 USD/h for nodes, then 4.00 USD/h in all; gives up nothing" in helps


def test_where_everything_went_and_why(files, capsys):
    fleet, placement = files(problem([model("A"), model("B", gib=2)], name="shop"))
    code, out, err = run(capsys, fleet, placement)
    assert (code, err) == (0, "")
    assert out.startswith("shop: complete, proven optimal\n  objective 0.500000, 2.00 USD an hour\n")
    rows = [line.split()[:3] for line in out.splitlines() if line.startswith(("  A", "  B"))]
    assert rows == [["A", "0.416667", "1.67"], ["B", "0.083333", "0.33"]]


def test_one_model_and_values(files, capsys):
    fleet, _ = files(problem([model("A", copies=2)], (*ONE_BOX, {"instance_type": "pair"})))
    code, out, _ = run(capsys, fleet, "--model", "A", "--values")
    out = " ".join(out.split())
    assert code == 0
    assert "A: why here" in out
    assert "2 copies in mode 0 (1 G, 10 GiB), components, on n-0 (pair), alone on it: 5.00 USD/h" in out
    assert "box, single model or components: would leave out 1 more copy (proven; 1 of 1 box in use)" in out
    assert "pair, multi model: refused by" in out
    assert "+1 box " in out


def test_json_says_the_same(files, capsys):
    case, members, _ = CASES["copies and stock"]
    fleet, _ = files(case)
    code, out, _ = run(capsys, fleet, "--json", "--model", "A", "--values")
    data = json.loads(out)
    assert (code, data["complete"], data["possible"], data["more_nodes_help"]) == (3, False, False, True)
    assert {(each["kind"], each["target"]) for each in data["conflicts"][0]["members"]} == members
    assert data["conflicts"][0]["irreducible"] is True
    more = next(repair for repair in data["repairs"] if repair["price_per_hour"])
    assert more["changes"] == [{"kind": "stock", "target": "box", "from": 1, "to": 2}]
    assert sum(data["models"][0]["terms"].values()) + sum(data["terms"].values()) == pytest.approx(data["objective"])
    assert data["values"][0]["missing"] == 1
    assert {each["instance_type"] for each in data["alternatives"]} == {"box"}


def test_a_placement_of_another_problem_and_an_unknown_model_are_said_at_once(files, capsys):
    fleet, _ = files(problem([model("Alpha")]))
    _, other = files(problem([model("Alpha", copies=2)]), "other")
    code, out, err = run(capsys, fleet, other, "--model", "Alhpa")
    assert (code, out) == (1, "")
    assert "[unknown_model]" in err
    assert "Alpha" in err
    assert "of another problem" in err
    assert err.count("error:") == 2


def test_a_placement_that_breaks_rules_is_not_explained(files, capsys):
    fleet, placement = files(problem([model("A", copies=2)]))
    data = json.loads(placement.read_text())
    for copy in data["copies"]:
        copy["node"] = "n-0"
    placement.write_text(json.dumps(data))
    code, out, err = run(capsys, fleet, placement)
    assert (code, out) == (1, "")
    assert "memory" in err
    assert "[bad_placement]" in err


@pytest.mark.parametrize(
    ("arguments", "said"), [(["--time-limit", "0"], "bad_option"), (["no-such.json"], "unreadable_file"), (["--model", "Z"], "unknown_model")]
)
def test_other_wrong_input(files, capsys, arguments, said):
    fleet, _ = files(problem([model("A")]))
    code, out, err = run(capsys, fleet, *arguments)
    assert (code, out) == (1, "")
    assert f"[{said}]" in err


def test_the_faults_of_both_files_are_reported(tmp_path, capsys):
    code, _, err = run(capsys, tmp_path / "a.yaml", tmp_path / "b.json")
    assert code == 1
    assert err.count("unreadable_file") == 2


def test_arguments_stay_as_they_are():
    case = problem([model("A", copies=2)], ONE_BOX)
    before = case.model_dump_json()
    for repair in pk.cheapest_repairs(case):
        assert pk.apply_repair(case, repair) != case
    assert case.model_dump_json() == before


def test_plain_data_will_do():
    found = pk.conflict_set(problem([model("A", gib=20)]).model_dump(mode="json"))
    assert [member.sentence for member in found.members] == ["at least 1 copy of A"]


def test_cancelling_leaves_what_is_known():
    import threading

    cancel = threading.Event()
    cancel.set()
    found = pk.explain_placement(problem([model("A", copies=2)], ONE_BOX), cancel=cancel)
    assert found.possible in {None, False}
    assert found.breakdown.units > 0
    # What needs no search is known all the same: to ask for what the greedy's placement gives.
    assert [repair.sentence for repair in found.repairs] == ["min copies of A 1 instead of 2"]
