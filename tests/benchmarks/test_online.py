"""The online rules: worked examples of the potentials, and a recount of what a whole arrival leads to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers.best_fit import tightness
from benchmarks.peers.fgd import fgd
from benchmarks.public.arrivals import arrive, overfull
from benchmarks.public.folder import sample_openb
from benchmarks.public.openb import NodeKind, Task, Trace, inflated, read_trace
from packing.solve.greedy.online import Arrival, Mix, OnlineCluster, Room, Spot, fragmentation, future_room, stranded


def _room(vcpus: int, *free: int) -> Room:
    return Room(np.array([vcpus]), np.array([100]), np.array([free]))


HALF, WHOLE, PAIR, CPU = Arrival(1, 500, 2, 1), Arrival(1, 1000, 2, 1), Arrival(2, 1000, 2, 1), Arrival(0, 0, 2, 1)


@pytest.mark.parametrize(
    ("room", "arrival", "expected"),
    [
        (_room(4, 1000, 600), HALF, 0),  # both GPUs take one
        (_room(4, 1000, 600), WHOLE, 600),  # the second is too full
        (_room(4, 1000, 600), PAIR, 1600),  # only one is whole: all is lost
        (_room(1, 1000, 600), HALF, 1600),  # no vCPUs: all is lost
    ],
)
def test_fragmentation_is_what_one_more_cannot_use(room, arrival, expected):
    assert fragmentation(room, Mix([arrival], [3]))[0] == 3 * expected


@pytest.mark.parametrize(
    ("room", "arrival", "expected"),
    [
        (_room(9, 1000, 600), HALF, 100),  # two and one: 1500 of 1600
        (_room(4, 1000, 600), HALF, 600),  # vCPUs for two only
        (_room(9, 1000, 1000, 1000), PAIR, 1000),  # one pair
    ],
)
def test_stranded_is_what_a_load_of_one_kind_leaves(room, arrival, expected):
    assert stranded(room, Mix([arrival], [3]))[0] == 3 * expected


def test_arrivals_without_accelerators_do_not_count():
    assert fragmentation(_room(4, 600), Mix([WHOLE, CPU], [1, 3]))[0] == 600


def test_a_half_goes_beside_a_half():
    cluster = OnlineCluster([(2, 99, 99), (2, 99, 99)], 1000, [HALF, PAIR], [1, 1])
    first = cluster.place(0)
    assert first is not None
    assert cluster.place(0) == first
    assert cluster.place(1) == Spot(1 - first.node, (0, 1))
    assert cluster.place(1) is None


@pytest.mark.parametrize("short", [(1, 2, 9), (1, 9, 2), (0, 9, 9)])
def test_what_does_not_fit_is_refused(short):
    gpus, vcpus, memory = short
    cluster = OnlineCluster([(gpus, vcpus, memory)], 1000, [Arrival(1, 1000, 3, 3)], [1])
    assert cluster.place(0) is None


def test_exact_fit_is_taken_and_one_unit_more_is_not():
    for over in (0, 1):
        cluster = OnlineCluster([(1, 10, 10)], 1000, [Arrival(1, 400, 4, 4), Arrival(1, 600 + over, 6, 6)], [1, 1])
        assert cluster.place(0) == Spot(0, (0,))
        assert cluster.place(1) == (None if over else Spot(0, (0,)))


def test_lazy_rises_equal_those_computed_anew(tmp_path: Path):
    sample_openb(tmp_path)
    trace = read_trace(tmp_path)
    kinds = sorted(set(trace.tasks))
    arrivals = [Arrival(task.gpus, task.gpu_milli, task.cpu_milli, task.memory_mib) for task in kinds]
    cluster = OnlineCluster([(node.gpus, node.cpu_milli, node.memory_mib) for node in trace.nodes], 1000, arrivals, [1] * len(kinds))
    for task in inflated(trace, 1.2, 3):
        remembered = cluster._stale.copy()
        kind = kinds.index(task)
        cluster._refresh(kind)
        lazy = cluster._rise[kind].copy()
        cluster._stale[:] = True
        cluster._refresh(kind)
        assert (lazy == cluster._rise[kind]).all()
        remembered[kind] = False
        cluster._stale[:] = remembered
        cluster.place(kind)


def test_whole_arrivals_are_counted_and_never_overfull(tmp_path: Path):
    sample_openb(tmp_path)
    trace = read_trace(tmp_path)
    tasks = inflated(trace, 1.3, 0)
    for outcome in (arrive(trace, tasks, future_room, tightest_first=True), fgd(trace, tasks, tightest_first=False)):
        assert outcome.faults == 0
        assert 0.9 < outcome.allocated <= 1
        assert outcome.refused > 0


def test_the_recount_sees_every_kind_of_excess():
    trace = Trace((NodeKind("T4", 2, 10, 10),), ())
    half, spot = Task(1, 500, 1, 1), Spot(0, (0,))
    assert overfull(trace, [(half, spot)] * 2) == 0
    assert overfull(trace, [(half, spot)] * 3) == 1
    assert overfull(trace, [(Task(1, 1, 11, 1), spot)]) == 1
    assert overfull(trace, [(Task(1, 1, 1, 11), spot)]) == 1
    assert overfull(trace, [(Task(2, 1, 1, 1), Spot(0, (0, 0)))]) == 1
    assert overfull(trace, [(half, Spot(0, (2,)))]) == 1


def test_best_fit_takes_the_tightest_gpu_of_all_nodes():
    cluster = OnlineCluster([(9, 99, 99), (9, 99, 99)], 1000, [HALF, Arrival(1, 300, 2, 1), Arrival(1, 200, 2, 1)], [1, 1, 1], tightness)
    half, third = cluster.place(0), cluster.place(1)
    assert half is not None
    assert third == half
    # 200 are left of that GPU: exactly enough, and less than anywhere else.
    assert cluster.place(2) == half
    assert cluster.place(2) != half
