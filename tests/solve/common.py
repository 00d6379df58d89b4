"""What several tests of the search need."""

from __future__ import annotations

from packing.compile.compiler import compile_problem
from packing.domain.problem import Problem
from packing.generate import random_problem
from packing.solve.context import SearchContext
from packing.solve.strategies import strategy_of
from packing.testing.exhaustive import exhaustive

GIB = 2**30


def kind(name, price, accelerators=1, gib=16, **more):
    """An instance type whose accelerators may be shared."""
    memory = {"accelerator": "G", "accelerators": accelerators, "memory_per_accelerator": gib * GIB} if accelerators else {}
    return {"name": name, "price_per_hour": price, **memory, **more}


def model(name, gib, copies=1, accelerators=1, **more):
    """A model with one mode that needs memory."""
    mode = {"accelerator": "G", "accelerators": accelerators, "memory_per_accelerator": gib * GIB}
    return {"name": name, "copies": copies, "modes": [mode], **more}


def problem(kinds, fleet, models, **more):
    """A problem from plain parts, cost alone; fleet entries: a name, or a pool."""
    pools = [{"instance_type": each} if isinstance(each, str) else each for each in fleet]
    return Problem.model_validate({"weights": {"cost": 1}, "instance_types": kinds, "fleet": pools, "models": models, **more})


def search(compiled, strategy, time_limit=20.0, **options):
    """A context after a strategy has run in it."""
    context = SearchContext(time_limit, **options)
    strategy_of(strategy).solve(compiled, context)
    return context


def tiny_with_optimum(seeds):
    """(seed, compiled, the exhaustive answer) of tiny random problems."""
    for seed in seeds:
        each = random_problem(seed, tiny=True)
        yield seed, compile_problem(each), exhaustive(each)
