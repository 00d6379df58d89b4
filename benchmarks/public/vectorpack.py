"""Vectorpack's instances (``.vbp``): vector bin packing, fewest equal bins for items of several dimensions.

Format: number of dimensions; capacity by dimension; number of item lines; then a line for each item, its size by
dimension and how many there are of it. Source: Mommessin, Erlebach, Shakhlevich, "Classification and evaluation of the
algorithms for vector bin packing", Computers & Operations Research (2025), and its repository Vectorpack.
"""

from __future__ import annotations

import csv
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packing.bench.measure import BenchError
from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.weights import Weights
from packing.domain.words import Hosting
from packing.domain.workload import Copies, Mode, Model

ARCHIVE = "vectorpack_new_instances.tar.gz"
REFERENCE = "vectorpack_new_reference.csv"


@dataclass(frozen=True, slots=True)
class Instance:
    """Bins of one capacity, and items with their multiplicity."""

    name: str
    capacity: tuple[int, ...]
    items: tuple[tuple[tuple[int, ...], int], ...]
    """(size by dimension, how many), each size once, in order of size."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What was published of an instance."""

    instance: str
    lower_bound: int
    optimum: int | None
    first_fit_decreasing: int
    """The best of the first-fit-decreasing variants."""
    best_heuristic: int
    """The best of about 330 heuristics."""


def parse(name: str, text: str) -> Instance:
    """An instance from the text of its file.

    Raises
    ------
    BenchError : the text is not of the format.
    """
    try:
        lines = [tuple(int(word) for word in line.split()) for line in text.splitlines() if line.strip()]
        (dimensions,), capacity, (count,) = lines[:3]
        items: Counter[tuple[int, ...]] = Counter()
        for line in lines[3 : 3 + count]:
            *size, number = line
            items[tuple(size)] += number
    except (ValueError, IndexError) as error:
        raise BenchError(f"{name} is not a .vbp file: {error}") from None
    if {len(size) for size in (capacity, *items)} != {dimensions} or len(lines) != 3 + count:
        raise BenchError(f"{name} is not a .vbp file: its lines do not agree with its numbers")
    return Instance(name, capacity, tuple(sorted(items.items(), reverse=True)))


def read_instances(folder: Path, names: set[str]) -> Iterator[Instance]:
    """The named instances (without ``.vbp``) of a folder, from its archive or from single files below it."""
    archive = folder / ARCHIVE
    if not archive.exists():
        for path in sorted(folder.rglob("*.vbp")):
            if path.stem in names:
                yield parse(path.stem, path.read_text(encoding="utf-8"))
        return
    with tarfile.open(archive) as members:
        for member in members:
            name = Path(member.name).stem
            if member.isfile() and member.name.endswith(".vbp") and name in names:
                content = members.extractfile(member)
                assert content is not None
                yield parse(name, content.read().decode())


def read_reference(folder: Path) -> list[Reference]:
    """Published results of all instances, in the order of the file."""
    path = folder / REFERENCE
    if not path.exists():
        raise BenchError(f"{path} does not exist; --data names the folder that has it")
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Reference(
                row["instance"],
                int(row["lower_bound"]),
                int(row["optimum"]) if int(row["optimum"] or -1) > 0 else None,  # -1: not known
                int(row["first_fit_decreasing_best"]),
                int(row["best_of_all_heuristics"]),
            )
            for row in csv.DictReader(lines)
        ]


def problem_of(instance: Instance) -> Problem:
    """Bins as CPU nodes of price 1 that have a named resource for each dimension; equal items as copies of one model."""
    names = [f"d{dimension}" for dimension in range(len(instance.capacity))]
    bin_type = InstanceType(
        name="bin", price_per_hour=1.0, resources={name: float(amount) for name, amount in zip(names, instance.capacity, strict=True)}
    )
    models = tuple(
        Model(
            name=f"item-{index:04d}",
            modes=(Mode(accelerators=0, resources={name: float(amount) for name, amount in zip(names, size, strict=True) if amount}),),
            copies=Copies(min=number, max=number),
            hosting=(Hosting.INFERENCE_COMPONENT,),  # items may share any bin: there is no hosting to choose
        )
        for index, (size, number) in enumerate(instance.items)
    )
    return Problem(
        name=instance.name, weights=Weights(cost=1), instance_types=(bin_type,), fleet=(Pool(instance_type="bin"),), models=models
    ).canonical()
