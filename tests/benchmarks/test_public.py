"""Readers of public instances, on files of their formats written here; nothing needs the real ones."""

from __future__ import annotations

import random
import tarfile
from pathlib import Path

import pytest

from benchmarks.public.demand_bound import demand_bound, fillings
from benchmarks.public.folder import sample_openb, sample_vectorpack
from benchmarks.public.openb import GPU, NODES, TASKS, NodeKind, Task, Trace, inflated, kinds_told_apart, problem_of, read_trace
from benchmarks.public.vectorpack import ARCHIVE, parse, read_instances, read_reference
from benchmarks.public.vectorpack import problem_of as bins_of
from benchmarks.suites import run_suite
from packing.bench.measure import BenchError
from packing.bench.options import Options
from packing.bench.report import show
from packing.describe import check
from packing.solve import solve_placement

VBP = "2\n10 20\n3\n4 5 2\n6 15 1\n4 5 1\n"


def test_equal_items_are_one_model():
    instance = parse("x", VBP)
    assert instance.capacity == (10, 20)
    assert instance.items == (((6, 15), 1), ((4, 5), 3))
    problem = bins_of(instance)
    assert not check(problem)
    assert sorted((model.copies.min, model.copies.max) for model in problem.models) == [(1, 1), (3, 3)]
    placement = solve_placement(problem, strategy="greedy", time_limit=0).placement
    # 18 of 10 in the first dimension: two bins at least; and two do.
    assert len(placement.nodes) == 2
    assert not placement.unplaced


@pytest.mark.parametrize(
    "text", ["", "2\n10 10\n", "2\n10\n1\n1 1 1\n", "2\n10 10\n2\n1 1 1\n", "1\n10\n1\n1 x\n", "2\n10 10\n1\n1 1 1 1\n", "1\n9\n1\n1 1\n1 1\n"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(BenchError, match=r"is not a \.vbp file"):
        parse("bad", text)


def test_instances_come_from_the_archive_or_from_single_files(tmp_path: Path):
    sample_vectorpack(tmp_path)
    single = list(read_instances(tmp_path, {"pairs", "triples", "absent"}))
    assert [each.name for each in single] == ["pairs", "triples"]
    with tarfile.open(tmp_path / ARCHIVE, "w:gz") as archive:
        archive.add(tmp_path / "pairs.vbp", "New/class1/pairs.vbp")
    assert list(read_instances(tmp_path, {"pairs", "triples"})) == single[:1]


def test_minus_one_is_no_optimum(tmp_path: Path):
    header = "instance,lower_bound,optimum,first_fit_decreasing_best,best_of_all_heuristics\n"
    (tmp_path / "vectorpack_new_reference.csv").write_text(header + "a,1,-1,3,2\nb,1,2,3,2\n")
    assert [each.optimum for each in read_reference(tmp_path)] == [None, 2]


def test_missing_files_are_named(tmp_path: Path):
    with pytest.raises(BenchError, match=r"vectorpack_new_reference\.csv does not exist"):
        read_reference(tmp_path)
    with pytest.raises(BenchError, match=f"{NODES} does not exist"):
        read_trace(tmp_path)


def _trace(tmp_path: Path, nodes: str, tasks: str) -> Trace:
    (tmp_path / NODES).write_text("sn,cpu_milli,memory_mib,gpu,model\n" + nodes)
    (tmp_path / TASKS).write_text("name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time\n" + tasks)
    return read_trace(tmp_path)


def test_tasks_are_read_in_order_of_arrival_and_grouped(tmp_path: Path):
    trace = _trace(
        tmp_path, "a,8000,1024,2,T4\nb,8000,1024,1,A10\n", "x,1000,10,1,500,,20\ny,500,5,0,0,,10\nz,1000,10,1,500,,30\nw,1,1,2,1000,T4,40\n"
    )
    assert trace.tasks[0] == Task(0, 0, 500, 5)
    assert trace.tasks[3] == Task(2, GPU, 1, 1, ("T4",))
    assert (trace.capacity, trace.demand) == (3000, 3000)
    assert kinds_told_apart(trace) == {"T4": "T4", "A10": "GPU"}
    problem = problem_of(trace, left_out={500})
    assert not check(problem)
    by_priority = {model.priority: model for model in problem.models}
    assert by_priority[1].copies.min == 2
    assert {mode.accelerator for mode in by_priority[1].modes} == {"GPU", "T4"}
    assert [mode.accelerator for mode in by_priority[2].modes] == ["T4"]
    assert by_priority[0].modes[0].accelerators == 0
    result = solve_placement(problem, strategy="greedy", time_limit=0)
    assert not result.unplaced


def test_models_that_nobody_names_are_one_kind(tmp_path: Path):
    trace = _trace(tmp_path, "a,8000,1024,2,T4\nb,8000,1024,1,A10\n", "x,1000,10,1,500,,20\n")
    assert set(kinds_told_apart(trace).values()) == {"GPU"}


def test_inflation_keeps_the_trace_and_stops_at_the_ratio(tmp_path: Path):
    sample_openb(tmp_path)
    trace = read_trace(tmp_path)
    tasks = inflated(trace, 1.3, seed=1)
    asked = sum(task.demand for task in tasks)
    assert 1.3 * trace.capacity <= asked < 1.3 * trace.capacity + 2 * GPU
    left = list(tasks)
    for task in trace.tasks:
        left.remove(task)
    assert tasks == inflated(trace, 1.3, seed=1)
    assert tasks != inflated(trace, 1.3, seed=2)


def test_the_bound_on_demand_sees_what_gpus_alone_do_not():
    gpu_task, hungry = Task(1, 1000, 1000, 1), Task(1, 1000, 6000, 1)
    node = NodeKind("T4", 4, 10_000, 100)
    assert demand_bound(Trace((node,), (gpu_task,) * 9)).most == 4000
    # vCPUs for one and two thirds of them only
    assert 1666 <= demand_bound(Trace((node,), (hungry,) * 9)).most <= 1668
    assert demand_bound(Trace((node,), (Task(8, 1000, 1, 1),))).most == 0
    assert demand_bound(Trace((node,), (Task(1, 1000, 1, 1, ("A10",)),))).most == 0


def test_the_bound_on_demand_knows_which_tasks_share_no_gpu():
    node = NodeKind("T4", 2, 10_000, 100)
    large, middle, small = (Task(1, share, 1, 1) for share in (810, 470, 190))
    assert demand_bound(Trace((node,), (large, large, large))).most in {1620, 1621}  # rounded outward
    found = demand_bound(Trace((node,), (large, large, middle, middle, small)))
    # 470 + 470 on one GPU, 810 + 190 on the other
    assert found.most in {1940, 1941}
    assert found.left_out == {810}


def test_all_fillings_of_a_gpu():
    found = set(fillings([(600, 5), (300, 2)], 1000))
    assert found == {((600, 1), (300, 1)), ((600, 1),), ((300, 2),), ((300, 1),), ()}
    assert all(sum(share * number for share, number in each) <= 1000 for each in fillings([(410, 3), (200, 9), (90, 4)], 1000))


def test_the_bound_holds_for_every_placement_of_small_traces(tmp_path: Path):
    generator = random.Random(5)
    for _ in range(20):
        nodes = tuple(NodeKind("T4", generator.randint(1, 2), generator.choice((6, 12)), 99) for _ in range(2))
        tasks = tuple(Task(1, generator.choice((250, 470, 650, 810, 1000)), generator.randint(1, 6), 1) for _ in range(6))
        trace = Trace(nodes, tasks)
        assert most_placed(trace) <= demand_bound(trace).most


def most_placed(trace: Trace) -> int:
    """The most demand that can be placed, by trying every GPU for every task."""
    places = [(number, gpu) for number, node in enumerate(trace.nodes) for gpu in range(node.gpus)]
    best = 0

    def search(index: int, demand: int, gpus: dict[tuple[int, int], int], cpus: list[int]) -> None:
        nonlocal best
        best = max(best, demand)
        if index == len(trace.tasks) or demand + sum(task.demand for task in trace.tasks[index:]) <= best:
            return
        task = trace.tasks[index]
        for place in places:
            if gpus[place] >= task.gpu_milli and cpus[place[0]] >= task.cpu_milli:
                gpus[place] -= task.gpu_milli
                cpus[place[0]] -= task.cpu_milli
                search(index + 1, demand + task.demand, gpus, cpus)
                gpus[place] += task.gpu_milli
                cpus[place[0]] += task.cpu_milli
        search(index + 1, demand, gpus, cpus)

    search(0, 0, dict.fromkeys(places, GPU), [node.cpu_milli for node in trace.nodes])
    return best


@pytest.mark.parametrize("suite", ["vectorpack", "openb-online", "openb-offline"])
def test_suites_without_data_say_so(suite):
    report = run_suite(suite, Options())
    assert "needs --data" in show(report)
    assert not report.failed


def test_vectorpack_is_compared_with_what_was_published(tmp_path: Path):
    sample_vectorpack(tmp_path)
    report = run_suite("vectorpack", Options(data=tmp_path, count=1, time_limit=0.3, workers=1, strategy="greedy"))
    assert report.rows[-1]["number"] == 1
    assert not report.failed
