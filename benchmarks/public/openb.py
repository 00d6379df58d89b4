"""The openb trace: a production cluster of 1,213 GPU nodes and 8,152 tasks, many of which share a GPU.

Two CSV files, one line a node (``cpu_milli, memory_mib, gpu, model``) and one a task (``cpu_milli, memory_mib, num_gpu,
gpu_milli, gpu_spec``). Source: hkust-adsl/kubernetes-scheduler-simulator, the trace of Weng et al., "Beware of
Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent", USENIX ATC '23.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from packing.bench.measure import BenchError
from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.units import MILLI
from packing.domain.weights import Weights
from packing.domain.words import Hosting, Sharing
from packing.domain.workload import Copies, Mode, Model

NODES, TASKS = "openb_node_list_gpu_node.csv", "openb_pod_list_default.csv"
GPU = 1000
"""Units of one GPU in the trace (``gpu_milli``)."""
MIB = 2**20


@dataclass(frozen=True, slots=True, order=True)
class NodeKind:
    """A kind of node; `gpu` is its GPU model."""

    gpu: str
    gpus: int
    cpu_milli: int
    memory_mib: int


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """What a task asks for; `specs`: the GPU models it accepts, empty: any."""

    gpus: int
    gpu_milli: int
    cpu_milli: int
    memory_mib: int
    specs: tuple[str, ...] = ()

    @property
    def demand(self) -> int:
        """GPU demand in thousandths of a GPU."""
        return self.gpus * self.gpu_milli


@dataclass(frozen=True, slots=True)
class Trace:
    """The nodes and, in order of arrival, the tasks."""

    nodes: tuple[NodeKind, ...]
    tasks: tuple[Task, ...]

    @property
    def capacity(self) -> int:
        """Thousandths of a GPU in the cluster."""
        return GPU * sum(node.gpus for node in self.nodes)

    @property
    def demand(self) -> int:
        """Thousandths of a GPU asked for."""
        return sum(task.demand for task in self.tasks)


def read_trace(folder: Path) -> Trace:
    """Nodes and tasks of a folder, tasks in order of their creation.

    Raises
    ------
    BenchError : a file is missing or not of the format.
    """
    try:
        nodes = tuple(NodeKind(row["model"], int(row["gpu"]), int(row["cpu_milli"]), int(row["memory_mib"])) for row in _rows(folder / NODES))
        timed = [(int(row["creation_time"] or 0), _task(row)) for row in _rows(folder / TASKS)]
    except (KeyError, ValueError) as error:
        raise BenchError(f"{folder} has files that are not of the openb format: {error!r}") from None
    return Trace(nodes, tuple(task for _, task in sorted(timed, key=lambda each: each[0])))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if not path.exists():
        raise BenchError(f"{path} does not exist; --data names the folder that has it")
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _task(row: dict[str, str]) -> Task:
    gpus = int(row["num_gpu"])
    milli = GPU if gpus > 1 else int(row["gpu_milli"] or 0)
    specs = tuple(sorted(spec for spec in row["gpu_spec"].split("|") if spec))
    return Task(gpus if milli else 0, milli if gpus else 0, int(row["cpu_milli"]), int(row["memory_mib"]), specs)


def inflated(trace: Trace, ratio: float, seed: int) -> list[Task]:
    """An arrival that asks for `ratio` of the cluster's GPUs: the trace in random order, then tasks drawn from it at random.

    The order of steps is that of the authors' simulator (shuffle, then append); its random numbers are not.
    """
    generator = random.Random(seed)
    tasks, demand = generator.sample(trace.tasks, len(trace.tasks)), trace.demand
    while demand < ratio * trace.capacity:
        tasks.append(generator.choice(trace.tasks))
        demand += tasks[-1].demand
    return tasks


def kinds_told_apart(trace: Trace) -> dict[str, str]:
    """GPU model → accelerator kind. Models that no task asks for by name are one kind: it is the same to all tasks."""
    named = {spec for task in trace.tasks for spec in task.specs}
    return {node.gpu: node.gpu if node.gpu in named else "GPU" for node in trace.nodes}


def problem_of(trace: Trace, left_out: Collection[int] = ()) -> Problem:
    """Fixed owned nodes; tasks that are alike are copies of one model.

    Priorities: 2 for tasks that use GPUs, 1 for those of them whose share of a GPU is in `left_out`, 0 for tasks without.
    GPU memory is not in the trace: a GPU counts as 1,000 bytes, of which a task takes ``gpu_milli``.
    """
    kinds = kinds_told_apart(trace)
    nodes = sorted(Counter(trace.nodes).items())
    types = tuple(instance_type(node, index, kinds) for index, (node, _) in enumerate(nodes))
    fleet = tuple(Pool(instance_type=kind.name, count=count, owned=True) for kind, (_, count) in zip(types, nodes, strict=True))
    tasks = sorted(Counter(trace.tasks).items())
    models = tuple(_model(task, index, count, kinds, left_out) for index, (task, count) in enumerate(tasks))
    return Problem(name="openb", weights=Weights(cost=1), instance_types=types, fleet=fleet, models=models).canonical()


def instance_type(node: NodeKind, index: int, kinds: dict[str, str]) -> InstanceType:
    """A kind of node, by its place in their order; `kinds` from `kinds_told_apart`."""
    return InstanceType(
        name=f"{node.gpu.lower()}.{node.gpus}.{index:02d}",
        accelerator=kinds[node.gpu],
        accelerators=node.gpus,
        memory_per_accelerator=GPU,
        vcpus=node.cpu_milli / MILLI,
        host_memory=node.memory_mib * MIB,
        price_per_hour=0.0,
        sharing=Sharing.MEMORY,
    )


def task_name(index: int) -> str:
    """Name of the model of all tasks of one kind, by the kind's place in their order."""
    return f"task-{index:04d}"


def _model(task: Task, index: int, count: int, kinds: dict[str, str], left_out: Collection[int]) -> Model:
    accepted = sorted({kind for gpu, kind in kinds.items() if not task.specs or gpu in task.specs})
    return Model(
        name=task_name(index),
        modes=tuple(mode_of(task, kind) for kind in accepted) if task.gpus else (mode_of(task, None),),
        copies=Copies(min=count, max=count),
        priority=0 if not task.gpus else 1 if task.gpu_milli in left_out else 2,
        hosting=(Hosting.INFERENCE_COMPONENT,),
    )


def mode_of(task: Task, kind: str | None) -> Mode:
    """How a task runs on one kind of accelerator (None: on none)."""
    return Mode(
        accelerator=kind,
        accelerators=task.gpus,
        memory_per_accelerator=task.gpu_milli,
        vcpus=task.cpu_milli / MILLI,
        host_memory=task.memory_mib * MIB,
    )
