"""Twins of problems: in one the copies fill a capacity to the last unit, in the other they need one unit more.

The smallest unit of each capacity: a byte, a thousandth of a vCPU or of a named resource, a millionth of a compute share, a MIG
partition that is one byte or one millionth too small. The first must be placed whole; of the second a known number of copies is missing,
whatever the strategy. The sizes are odd, and up to 2^40: floats that carry sums of them in GiB or as shares would get some wrong.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.units import MICRO, MILLI
from packing.domain.weights import Weights
from packing.domain.words import Sharing
from packing.domain.workload import Copies, Mode, Model
from packing.generate.hardware import mig_geometry

MOST_COPIES = 7
ROOM = 10**15
"""Of what is not the point of a twin: more than enough."""


@dataclass(frozen=True, slots=True)
class Twins:
    """Two problems that differ by one unit.

    Parameters
    ----------
    dimension : the capacity that is filled.
    fits : all copies can be placed.
    over : one unit more is needed than there is.
    missing : copies that are missing from every best placement of `over`.
    """

    dimension: str
    fits: Problem
    over: Problem
    missing: int = 1


@dataclass(frozen=True, slots=True)
class _Case:
    """A node and modes with their copies; `missing` as in `Twins`."""

    node: dict[str, Any]
    modes: list[tuple[int, dict[str, Any]]]
    missing: int = 1


def twins(seed: int) -> Twins:
    """The twins of a seed; successive seeds go round the dimensions."""
    names = list(DIMENSIONS)
    dimension = names[seed % len(names)]
    fits, over = DIMENSIONS[dimension](random.Random(f"exact fit {seed}"))
    return Twins(dimension, _problem(fits), _problem(over), over.missing)


def _problem(case: _Case) -> Problem:
    """One node, nothing else to be had: what does not fit on it is missing."""
    node = {"name": "node", "accelerator": "X", "accelerators": 1, "memory_per_accelerator": ROOM, "sharing": Sharing.MEMORY, "price_per_hour": 1.0}
    models = tuple(
        Model(name=f"m{index}", modes=(Mode(**{"accelerator": "X", "memory_per_accelerator": 1, **mode}),), copies=Copies(min=copies, max=copies))
        for index, (copies, mode) in enumerate(case.modes)
    )
    return Problem(
        name="exact-fit",
        weights=Weights(cost=1),
        instance_types=(InstanceType(**{**node, **case.node}),),
        fleet=(Pool(instance_type="node", count=1),),
        models=models,
    )


def _sums(rng: random.Random, largest: int) -> tuple[list[tuple[int, int]], int]:
    """(copies, size) of up to three models with up to seven copies in all, odd sizes; and what they need together."""
    copies = rng.randint(1, MOST_COPIES)
    counts = [copies]
    while len(counts) < 3 and counts[0] > 1 and rng.random() < 0.6:
        part = rng.randint(1, counts[0] - 1)
        counts = [counts[0] - part, *counts[1:], part]
    sizes = [(count, rng.choice((rng.randrange(1, largest), largest - rng.randrange(1, 100))) | 1) for count in counts]
    return sizes, sum(count * size for count, size in sizes)


def _filled(rng: random.Random, capacity: str, need: str, largest: int, scale: int = 1, **shared: Any) -> tuple[_Case, _Case]:
    """A capacity of the node and the need of a mode by their fields, in 1/`scale` units; over: less capacity, or one copy that needs more."""

    def value(units: int) -> int | float:
        return units if scale == 1 else units / scale

    sizes, total = _sums(rng, largest)
    modes = [(count, {need: value(size), **shared}) for count, size in sizes]
    fits = _Case({capacity: value(total)}, modes)
    if rng.random() < 0.5:
        return fits, _Case({capacity: value(total - 1)}, modes)
    (count, size), *others = sizes
    larger = [(1, {need: value(size + 1), **shared}), (count - 1, {need: value(size), **shared})]
    return fits, _Case(fits.node, [each for each in larger if each[0]] + modes[1 : 1 + len(others)])


def _memory(rng: random.Random) -> tuple[_Case, _Case]:
    return _filled(rng, "memory_per_accelerator", "memory_per_accelerator", 2**40)


def _wide(rng: random.Random) -> tuple[_Case, _Case]:
    """Copies that take every accelerator of the node: each of them is filled."""
    width = rng.choice((2, 4, 8))
    pair = _filled(rng, "memory_per_accelerator", "memory_per_accelerator", 2**40, accelerators=width)
    fits, over = (_Case({**case.node, "accelerators": width}, case.modes) for case in pair)
    return fits, over


def _each(rng: random.Random) -> tuple[_Case, _Case]:
    """Equal copies, so many on each of the node's accelerators; with one byte less one fewer on each."""
    width, together = rng.choice((2, 4)), rng.randint(1, MOST_COPIES)
    size = rng.randrange(2**39, 2**40) | 1
    modes = [(width * together, {"memory_per_accelerator": size})]
    fits, over = (_Case({"accelerators": width, "memory_per_accelerator": together * size - less}, modes, width) for less in (0, 1))
    return fits, over


def _compute(rng: random.Random) -> tuple[_Case, _Case]:
    """Compute shares in millionths that sum up to one accelerator."""
    copies = rng.randint(1, MOST_COPIES)
    marks = sorted(rng.sample(range(1, MICRO), copies - 1))
    shares = [after - before for before, after in zip([0, *marks], [*marks, MICRO], strict=True)]
    more = rng.randrange(copies) if copies > 1 else None
    modes = [(1, {"compute_share": share / MICRO}) for share in shares]
    if more is None:  # no copy may have more than one accelerator: one more copy with the smallest share
        return _Case({}, modes), _Case({}, [*modes, (1, {"compute_share": 1 / MICRO})])
    # A digit that nobody writes down is enough: needs are rounded up.
    larger = shares[more] / MICRO + rng.choice((1e-6, 1e-7, 1e-9))
    return _Case({}, modes), _Case({}, [*modes[:more], (1, {"compute_share": min(1.0, larger)}), *modes[more + 1 :]])


def _resources(rng: random.Random) -> tuple[_Case, _Case]:
    pair = _filled(rng, "licence", "licence", 2**30, MILLI)
    fits, over = (
        _Case({"resources": dict(case.node)}, [(count, {"resources": {"licence": mode["licence"]}}) for count, mode in case.modes]) for case in pair
    )
    return fits, over


FULL = ((1,) * 7, (1, 1, 1, 1, 1, 2), (1, 1, 2, 3), (1, 1, 1, 4), (1, 2, 4), (2, 2, 3), (3, 4), (7,))
"""Compute slices of partitions that fill an accelerator with seven of them, memory slices included."""


def _mig(rng: random.Random, need: Callable[[int], dict[str, Any]], one_more: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[_Case, _Case]:
    slices = list(rng.choice(FULL))
    rng.shuffle(slices)
    geometry = mig_geometry("X80")
    node = {"sharing": Sharing.MIG, "mig": geometry, "memory_per_accelerator": 80 * 2**30}
    modes = [(1, need(each)) for each in slices]
    which = rng.randrange(len(modes))
    return _Case(node, modes), _Case(node, [*modes[:which], (1, one_more(modes[which][1])), *modes[which + 1 :]])


def _mig_memory(rng: random.Random) -> tuple[_Case, _Case]:
    """Each copy fills its partition; one byte more, and it takes the next larger one."""
    memory = {profile.compute_slices: profile.memory for profile in mig_geometry("X80").profiles}
    return _mig(
        rng,
        # Three and four compute slices have the same memory: the share tells them apart.
        lambda slices: {"memory_per_accelerator": memory[slices], "compute_share": 0.5 if slices == 4 else 0.0},
        lambda mode: mode | {"memory_per_accelerator": mode["memory_per_accelerator"] + 1},
    )


def _mig_compute(rng: random.Random) -> tuple[_Case, _Case]:
    """Each copy asks for as many millionths of the accelerator as its partition's slices are; one more, and it takes the next larger one."""
    return _mig(
        rng,
        lambda slices: {"compute_share": (slices * MICRO // 7) / MICRO, "memory_per_accelerator": 2**30},
        lambda mode: (
            mode | {"compute_share": mode["compute_share"] + 1 / MICRO}
            if mode["compute_share"] < 1
            else mode | {"memory_per_accelerator": 80 * 2**30 + 1}
        ),
    )


DIMENSIONS: dict[str, Callable[[random.Random], tuple[_Case, _Case]]] = {
    "memory": _memory,
    "memory of every accelerator": _wide,
    "memory of each accelerator": _each,
    "compute": _compute,
    "vcpus": lambda rng: _filled(rng, "vcpus", "vcpus", 2**24, MILLI),
    "host_memory": lambda rng: _filled(rng, "host_memory", "host_memory", 2**40),
    "resources": _resources,
    "mig memory": _mig_memory,
    "mig compute": _mig_compute,
}
"""By name: (the case that fits, the one that does not)."""
