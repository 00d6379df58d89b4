"""Where public instances come from: the folder of ``--data``; a made-up sample of the same format for quick runs."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.public.openb import NODES, TASKS
from benchmarks.public.vectorpack import REFERENCE
from packing.bench.options import Options
from packing.bench.report import Report


@contextmanager
def data_folder(options: Options, sample: Callable[[Path], None]) -> Iterator[Path | None]:
    """The folder asked for; in a quick run without one a temporary one that `sample` fills; else None."""
    if options.data is not None or not options.quick:
        yield options.data
        return
    with tempfile.TemporaryDirectory() as folder:
        sample(Path(folder))
        yield Path(folder)


def skipped(suite: str) -> Report:
    """The report of a suite that has no data to run on."""
    return Report(suite, ({"skipped": "needs --data FOLDER (public instances are no part of the project)"},))


def sample_vectorpack(folder: Path) -> None:
    """Two bin packing instances whose optimum is plain: pairs and triples that fill a bin exactly."""
    (folder / "pairs.vbp").write_text("2\n10 10\n4\n7 4 1\n3 6 1\n8 1 2\n2 9 2\n", encoding="utf-8")
    (folder / "triples.vbp").write_text("3\n9 9 9\n3\n5 1 3 2\n3 1 3 2\n1 7 3 2\n", encoding="utf-8")
    lines = ["instance,lower_bound,optimum,first_fit_decreasing_best,best_of_all_heuristics", "pairs,3,3,4,3", "triples,2,2,2,2"]
    (folder / REFERENCE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def sample_openb(folder: Path) -> None:
    """A cluster of six nodes and a few tasks that share its GPUs."""
    generator = random.Random(0)
    nodes = ["sn,cpu_milli,memory_mib,gpu,model", *(f"n{index},64000,262144,{2 + index % 2 * 2},T4" for index in range(6))]
    (folder / NODES).write_text("\n".join(nodes) + "\n", encoding="utf-8")
    lines = ["name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time"]
    for index in range(24):
        gpus, milli = generator.choice(((1, 500), (1, 250), (1, 1000), (2, 1000), (0, 0)))
        lines.append(f"t{index},{generator.choice((4000, 8000))},8192,{gpus},{milli},,LS,Running,{index},99,{index}")
    (folder / TASKS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def sample_reassignment(folder: Path) -> None:
    """Three machines, four processes that all start on the first one; the second resource stays in use at both ends of a move."""
    machines = ["0 0 10 10 4 4 0 1 2", "0 1 10 10 9 9 1 0 1", "1 2 8 8 6 6 2 1 0"]
    processes = ["0 3 2 5", "1 3 3 5", "2 2 2 1", "3 2 3 9"]
    text = ["2", "0 10", "1 5", "3", *machines, "4", "1 0", "1 0", "1 1 1", "1 0", "4", *processes, "1", "0 1 1", "10", "1 1 1"]
    (folder / "model_a9_1.txt").write_text("\n".join(text) + "\n", encoding="utf-8")
    (folder / "assignment_a9_1.txt").write_text("0 0 0 0\n", encoding="utf-8")
