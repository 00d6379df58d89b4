"""Shapes that are accepted and large in one direction only, each with a size that work is to grow with, and no faster.

Everything here fits somewhere; what is hard about a shape is only how much of one thing there is.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from packing.domain.problem import Problem

GIB = 2**30


@dataclass(frozen=True, slots=True)
class OddShape:
    """One direction in which a problem can be large.

    Parameters
    ----------
    make : the problem for a count of the thing that there is much of.
    size : what the work of a solve is to grow with: of one thing its count, of pairs or combinations their number.
    largest : the count up to which it is measured.
    what : what there is much of.
    """

    make: Callable[[int], Problem]
    size: Callable[[int], int]
    largest: int
    what: str


def _node(name: str = "node", accelerator: str = "G", accelerators: int = 4, price: float = 3.0) -> dict[str, Any]:
    return {
        "name": name, "accelerator": accelerator, "accelerators": accelerators, "memory_per_accelerator": 16 * GIB,
        "price_per_hour": price, "sharing": "memory",
    }  # fmt: skip


def _mode(index: int, **more: Any) -> dict[str, Any]:
    return {"accelerator": "G", "memory_per_accelerator": (1 + index % 7) * GIB, **more}


def _problem(models: list[dict[str, Any]], kinds: list[dict[str, Any]], **more: Any) -> Problem:
    fleet = [{"instance_type": kind["name"]} for kind in kinds]
    return Problem.model_validate({"weights": {"cost": 1}, "instance_types": kinds, "fleet": fleet, "models": models, **more})


def _suite(copies: int) -> Problem:
    from packing.generate import SUITES, generate

    return generate(SUITES["huge"], copies=copies, models=max(1, copies * 3 // 100))


def _copies(count: int) -> Problem:
    return _problem([{"name": "m", "copies": count, "modes": [_mode(2)]}], [_node()])


def _models(count: int) -> Problem:
    return _problem([{"name": f"m{index:05d}", "copies": 2, "modes": [_mode(index)]} for index in range(count)], [_node()])


def _slots(count: int) -> Problem:
    """In every slot another half of the models is active, so that none of the slots can be left out."""
    rng = random.Random("slots")
    active = [frozenset(rng.sample(range(SLOT_MODELS), SLOT_MODELS // 2)) for _ in range(count)]
    models = []
    for index in range(SLOT_MODELS):
        rates = [8 if index in busy else 0 for busy in active]
        modes = [_mode(index, requests_per_second=10)]
        models.append({"name": f"m{index:03d}", "framework": "vllm", "cold_start_s": 60, "modes": modes, "traffic": {"requests_per_second": rates}})
    return _problem(models, [_node(accelerators=1)], slots=count)


SLOT_MODELS = 30


def _conflicts(count: int) -> Problem:
    names = [f"t{index:04d}" for index in range(count)]
    tenants = [{"name": name, "conflicts_with": [other for other in names if other != name]} for name in names]
    models = [{"name": f"m-{name}", "tenant": name, "modes": [_mode(index)]} for index, name in enumerate(names)]
    return _problem(models, [_node()], tenants=tenants)


def _combinations(count: int) -> Problem:
    """Every model runs on every type, which has a pool of its own, and half of the modes are for one type only."""
    kinds = [_node(f"k{index:04d}", f"G{index % 2}", 1 + index % 4, 3 + index / 100) for index in range(count)]
    modes = [{**_mode(index), "accelerator": f"G{index}"} for index in range(2)]
    models = [{"name": f"m{index:04d}", "framework": "vllm", "cold_start_s": 60, "modes": modes} for index in range(count)]
    return _problem(models, kinds)


def _accelerators(count: int) -> Problem:
    """As many kinds of accelerators as types, and a mode of every model for each."""
    kinds = [_node(f"k{index:04d}", f"G{index}", 1 + index % 4, 3 + index / 100) for index in range(count)]
    modes = [{**_mode(index), "accelerator": f"G{index}"} for index in range(count)]
    return _problem([{"name": f"m{index:04d}", "modes": modes} for index in range(count)], kinds)


def _containers(count: int) -> Problem:
    names = [f"t{index:04d}" for index in range(count)]
    tenants = [{"name": name, "isolation": "container"} for name in names]
    models = [
        {"name": f"m-{name}", "tenant": name, "framework": "vllm", "cold_start_s": 60, "modes": [_mode(index)]} for index, name in enumerate(names)
    ]
    return _problem(models, [_node(), _node("single", accelerators=1, price=0.9)], tenants=tenants)


ODD_SHAPES: dict[str, OddShape] = {
    "huge": OddShape(_suite, lambda count: count, 100_000, "copies of the suite `huge`, one model for 33"),
    "copies": OddShape(_copies, lambda count: count, 1_000_000, "copies of one model"),
    "models": OddShape(_models, lambda count: count, 20_000, "models of two copies"),
    "slots": OddShape(_slots, lambda count: count, 10_000, f"slots, {SLOT_MODELS} models"),
    "conflicts": OddShape(_conflicts, lambda count: count * (count - 1), 700, "tenants, all in conflict"),
    "combinations": OddShape(_combinations, lambda count: count * count, 400, "types, pools and models"),
    "accelerators": OddShape(_accelerators, lambda count: count * count, 400, "types, each with its own accelerator, models with a mode for each"),
    "containers": OddShape(_containers, lambda count: count, 2_000, "tenants with containers of their own"),
}
"""By name, as `packing bench limits` and the tests of growth use them."""
