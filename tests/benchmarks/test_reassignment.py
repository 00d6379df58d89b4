"""Reader, objective and checker of the machine reassignment benchmark, on an instance of our own with figures found by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.public.folder import sample_reassignment
from benchmarks.public.reassignment import PUBLISHED, names, parse, read_instance
from benchmarks.public.reassignment_check import Costs, costs, violations
from benchmarks.reassign import reassign
from benchmarks.suites import run_suite
from packing.bench.options import Options
from packing.errors import ProblemError

MODEL = """2
1 10 0 2
3
0 0  10 20  5 8  0 1 4
0 1  10 20  5 8  1 0 3
1 2   8 10  6 4  4 3 0
3
2 0
1 1 0
1 0
4
0  4 6  3
0  3 2  2
1  2 5  7
2  5 3  1
1
0 1 2
3
1 10 100
"""
START = "0 1 0 2\n"


def instance():
    return parse("hand", MODEL, START)


def test_the_reader_takes_every_number():
    problem = instance()
    assert [(each.transient, each.weight) for each in problem.resources] == [(True, 10), (False, 2)]
    assert problem.machines[2].capacity == (8, 10)
    assert problem.machines[2].safety == (6, 4)
    assert problem.machines[1].move_cost == (1, 0, 3)
    assert [(each.spread, each.needs) for each in problem.services] == [(2, ()), (1, (0,)), (1, ())]
    assert [each.service for each in problem.processes] == [0, 0, 1, 2]
    assert problem.processes[2].takes == (2, 5)
    balance, weights = problem.balances[0], problem.weights
    assert (balance.first, balance.second, balance.target, balance.weight) == (0, 1, 2, 3)
    assert (weights.process, weights.service, weights.machine) == (1, 10, 100)
    assert problem.start == (0, 1, 0, 2)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        # Machine 0 uses (6, 11) of safety (5, 8): 10 + 6. Twice what is free of the first is nowhere more than is free of the second.
        ((0, 1, 0, 2), Costs(16, 0, 0, 0, 0)),
        # Process 2 to machine 1: no overload; its move costs 7, one move in a service, machine move 0 to 1 costs 1.
        ((0, 1, 1, 2), Costs(0, 0, 7, 10, 100)),
        # Process 1 to machine 2 as well: that one uses (8, 5) of (6, 4), 20 + 2; machine 1 has 8 and 15 free, 2 * 8 - 15 = 1.
        ((0, 2, 1, 2), Costs(22, 3, 9, 10, 400)),
        # Both processes of service 0 move: two moves in one service. Machine 0 has 8 and 15 free.
        ((1, 2, 0, 2), Costs(22, 3, 5, 20, 400)),
    ],
)
def test_the_objective_is_what_was_found_by_hand(places: tuple[int, ...], expected: Costs):
    assert costs(instance(), places) == expected
    assert not violations(instance(), places)


def test_the_total_is_the_sum_of_the_terms():
    assert Costs(1, 20, 300, 4000, 50000).total == 54321


def test_capacity():
    assert violations(instance(), (0, 1, 0, 0)) == ["Capacity: machine 0 needs 11 of resource 0 and has 10."]


def test_transient_use_counts_at_both_ends():
    places = (2, 1, 0, 1)  # process 3 leaves machine 2 to process 0, and still takes its 5 there: 5 + 4 > 8
    assert violations(instance(), places) == ["Capacity: machine 2 needs 9 of resource 0 and has 8."]
    assert not violations(parse("hand", MODEL.replace("1 10 0 2", "0 10 0 2", 1), START), places)


def test_conflict():
    assert "Conflict: processes 0 and 1 of service 0 are both on machine 0." in violations(instance(), (0, 0, 1, 2))


def test_spread():
    narrow = parse("hand", MODEL.replace("0 1  10", "0 0  10"), START)
    assert violations(narrow, narrow.start) == ["Spread: service 0 is on 1 locations, not 2."]


def test_dependency():
    assert violations(instance(), (0, 1, 2, 2)) == ["Dependency: service 1 needs service 0 in neighbourhood 1."]


def test_assignments_that_are_none():
    assert violations(instance(), (0, 1)) == ["2 processes are assigned, not 4."]
    assert violations(instance(), (0, 1, 0, 3)) == ["Process 3 is on machine 3, which does not exist."]


def test_the_best_of_it_is_to_stay():
    assert reassign(instance(), steps=300).places == (0, 1, 0, 2)


@pytest.mark.parametrize(
    ("model", "start", "said"),
    [
        ("", START, "missing_field"),
        (MODEL[:60], START, "missing_field"),
        (MODEL.replace("4 6  3", "4 x  3"), START, "wrong_type"),
        (MODEL.replace("4 6  3", "4 -6  3"), START, "bad_number"),
        (MODEL.replace("1 1 0", "1 1 9"), START, "bad_value"),
        (MODEL.replace("2  5 3  1", "7  5 3  1"), START, "bad_value"),
        (MODEL.replace("1 10 0 2", "2 10 0 2"), START, "bad_value"),
        (MODEL + "5", START, "unknown_field"),
        ("99999999999999999999\n" + MODEL, START, "missing_field"),
        (MODEL, "0 1 0", "missing_field"),
        (MODEL, "0 1 0 3", "bad_value"),
        (MODEL, "0 1 0 2 1", "unknown_field"),
    ],
)
def test_bad_files_are_refused(model: str, start: str, said: str):
    with pytest.raises(ProblemError, match=said) as caught:
        parse("bad", model, start)
    assert len({(fault.where, fault.code) for fault in caught.value.faults}) == len(caught.value.faults)


def test_all_faults_of_a_file_are_named_at_once():
    with pytest.raises(ProblemError) as caught:
        parse("bad", MODEL.replace("4 6  3", "4 -6  3").replace("2  5 3  1", "7  5 3  1"), START)
    assert [fault.where for fault in caught.value.faults] == ["bad model: processes[0].takes[1]", "bad model: processes[3].service"]


def test_files_that_are_not_there(tmp_path: Path):
    (tmp_path / "model_a1_1.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProblemError) as caught:
        read_instance(tmp_path, "a1_1")
    assert [fault.where for fault in caught.value.faults] == ["model_a1_1.txt", "assignment_a1_1.txt"]
    assert {fault.code for fault in caught.value.faults} == {"unreadable_file"}


def test_instances_are_found_by_name_without_the_example(tmp_path: Path):
    sample_reassignment(tmp_path)
    (tmp_path / "model_a0_0.txt").write_text("")
    assert names(tmp_path) == ["a9_1"]
    assert len(read_instance(tmp_path, "a9_1").processes) == 4


def test_the_suite_improves_its_sample_and_checks_it(tmp_path: Path):
    sample_reassignment(tmp_path)
    report = run_suite("reassignment", Options(data=tmp_path, time_limit=0.3))
    row = report.rows[0]
    assert row["violations"] == 0
    assert row["cost"] < row["start"]
    assert not report.failed
    assert "skipped" in run_suite("reassignment", Options()).rows[0]


def test_a_folder_without_instances_is_refused(tmp_path: Path):
    with pytest.raises(ProblemError, match="unreadable_file"):
        run_suite("reassignment", Options(data=tmp_path))


def test_set_a_is_known():
    assert sorted(PUBLISHED) == [f"a{group}_{number}" for group in (1, 2) for number in range(1, 6)]
    assert [name for name, known in PUBLISHED.items() if known.bound] == ["a1_4"]
