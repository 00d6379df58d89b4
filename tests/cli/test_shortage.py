"""`packing shortage`: exit codes, files, and what is said."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from packing.cli import main
from packing.describe import read_placement, read_problem
from packing.domain.shortage import Concession

FLEET = """
weights: {cost: 1}
instance_types: [{name: lab.g, accelerator: G, accelerators: 1, memory_per_accelerator: 16GiB, price_per_hour: 2}]
fleet: [{instance_type: lab.g, count: %d}]
models:
  - {name: gold, priority: 5, modes: [{accelerator: G, memory_per_accelerator: 10GiB}]}
  - name: silver
    modes: [{accelerator: G, memory_per_accelerator: 10GiB}]
    degrade: {modes: [{accelerator: G, memory_per_accelerator: 4GiB, precision: int4}]}
"""


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def packing(capsys):
    def run(*arguments):
        code = main([str(each) for each in arguments])
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def fleet(tmp_path):
    def write(count):
        path = tmp_path / "fleet.yaml"
        path.write_text(FLEET % count, encoding="utf-8")
        return path

    return write


def test_nothing_is_short(packing, fleet):
    done = packing("shortage", fleet(2))
    assert done.returncode == 0
    assert "Nothing is short" in done.stdout


def test_what_is_given_up_and_what_brings_it_back(packing, fleet):
    done = packing("shortage", fleet(1))
    assert done.returncode == 3
    assert "runs in int4" in done.stdout
    assert "1 × lab.g (2.00 USD/h)" in done.stdout or "1 x lab.g (2.00 USD/h)" in done.stdout


def test_the_placement_answers_the_problem_that_is_written_beside_it(packing, fleet, tmp_path):
    placement, smaller = tmp_path / "placement.json", tmp_path / "conceded.yaml"
    assert packing("shortage", fleet(1), "-o", placement, "--conceded", smaller, "--no-stock").returncode == 3
    assert {copy.model for copy in read_placement(placement).copies} == {"gold", "silver"}
    assert len(read_problem(smaller).models) == 2
    checked = packing("check", smaller, placement)
    assert checked.returncode == 0, checked.stdout


def test_json_is_all_there_is_on_stdout(packing, fleet):
    done = packing("shortage", fleet(1), "--json")
    data = json.loads(done.stdout)
    (concession,) = (Concession.model_validate(each) for each in data["concessions"])
    assert (concession.model, str(concession.stage), concession.after) == ("silver", "precision", ("int4",))
    assert data["models"][0]["isolation"] is None
    assert data["models"][0]["brought_back_by"] == {"pool": "lab.g", "nodes": 1, "price_per_hour": 2.0}


def test_faults_are_said_before_anything_is_solved(packing, fleet, tmp_path):
    done = packing("shortage", fleet(1), "-o", tmp_path / "no" / "where.json", "--conceded", tmp_path / "c.txt")
    assert done.returncode == 1
    assert done.stderr.count("error:") == 2
    assert "Traceback" not in done.stderr
    both = packing("shortage", tmp_path / "missing.yaml", "--current", tmp_path / "missing.json")
    assert both.stderr.count("error:") == 2
