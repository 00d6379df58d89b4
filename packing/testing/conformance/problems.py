"""The problems that the checks use: the same random ones for every strategy, and a few made by hand."""

from __future__ import annotations

from collections.abc import Iterator

from packing.domain.hardware import InstanceType, Pool
from packing.domain.problem import Problem
from packing.domain.weights import Weights
from packing.domain.workload import Copies, Mode, Model
from packing.generate import generate, random_problem

GIB = 2**30
RANDOM_SEEDS = (0, 1, 3, 49, 52, 107, 139, 140, 239)
"""Small enough to be solved by every strategy in every check; between them every rule binds (tests/testing/test_every_rule.py)."""
TINY_SEEDS = range(8)


def mixed_problems() -> Iterator[tuple[str, Problem]]:
    """Random small and tiny problems and one with a hundred copies, each with a name to report it by."""
    for seed in RANDOM_SEEDS:
        yield f"random_problem({seed})", random_problem(seed)
    for seed in TINY_SEEDS:
        yield f"random_problem({seed}, tiny=True)", random_problem(seed, tiny=True)
    yield "generate(copies=100)", generate(models=20, shapes=8, copies=100, isolated_share=0.2, conflicts=0.5, slots=3, sharing="mixed")


def one_pool(memory: int, accelerators: int, count: int | None, *models: Model, price: float = 1.0) -> Problem:
    """Models on one pool of nodes whose accelerators may be shared."""
    kind = InstanceType(name="box", accelerator="X", accelerators=accelerators, memory_per_accelerator=memory, price_per_hour=price)
    pool = Pool(instance_type="box", count=count)
    return Problem(name="by-hand", weights=Weights(cost=1), instance_types=(kind,), fleet=(pool,), models=models)


def plain_model(name: str, memory: int, copies: int = 1, *, accelerators: int = 1, priority: int = 0) -> Model:
    """A model with one mode that needs memory and nothing else."""
    mode = Mode(accelerator="X", accelerators=accelerators, memory_per_accelerator=memory)
    return Model(name=name, modes=(mode,), copies=Copies(min=copies, max=copies), priority=priority)
