"""Tasks of the openb trace arriving one by one at a rule that has to place each at once, for good."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.public.openb import GPU, Task, Trace
from packing.solve.greedy.online import Arrival, OnlineCluster, Potential, Spot


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule made of an arrival.

    Parameters
    ----------
    allocated : share of the cluster's GPUs that is given to tasks.
    refused : tasks that fitted nowhere when they came.
    seconds : for all arrivals together.
    faults : nodes that carry more than they have, by a recount.
    """

    allocated: float
    refused: int
    seconds: float
    faults: int


def arrive(trace: Trace, tasks: Sequence[Task], potential: Potential, *, tightest_first: bool) -> Outcome:
    """Place the tasks in their order by the gradient of a potential; the mix expected is that of the trace."""
    started = time.monotonic()
    spots = spots_of(trace, tasks, potential, tightest_first=tightest_first)
    seconds = time.monotonic() - started
    placed = [(task, spot) for task, spot in zip(tasks, spots, strict=True) if spot is not None]
    allocated = sum(task.demand for task, _ in placed) / trace.capacity
    return Outcome(allocated, len(tasks) - len(placed), seconds, overfull(trace, placed))


def spots_of(trace: Trace, tasks: Sequence[Task], potential: Potential, *, tightest_first: bool) -> list[Spot | None]:
    """Where each task goes; None: it is refused."""
    expected = Counter(trace.tasks)
    kinds = sorted(expected)
    index = {task: number for number, task in enumerate(kinds)}
    cluster = OnlineCluster(
        [(node.gpus, node.cpu_milli, node.memory_mib) for node in trace.nodes],
        GPU,
        [Arrival(task.gpus, task.gpu_milli, task.cpu_milli, task.memory_mib) for task in kinds],
        [expected[task] for task in kinds],
        potential,
        tightest_first=tightest_first,
    )
    return [cluster.place(index[task]) for task in tasks]


def overfull(trace: Trace, placed: Sequence[tuple[Task, Spot]]) -> int:
    """Nodes and GPUs with more on them than they have, recounted from the list of who went where."""
    cpu: Counter[int] = Counter()
    memory: Counter[int] = Counter()
    gpu: Counter[tuple[int, int]] = Counter()
    wrong = 0
    for task, spot in placed:
        cpu[spot.node] += task.cpu_milli
        memory[spot.node] += task.memory_mib
        wrong += len(set(spot.accelerators)) != task.gpus
        for each in spot.accelerators:
            gpu[spot.node, each] += task.gpu_milli
    wrong += sum(cpu[number] > node.cpu_milli or memory[number] > node.memory_mib for number, node in enumerate(trace.nodes))
    return wrong + sum(amount > GPU or each >= trace.nodes[number].gpus for (number, each), amount in gpu.items())
