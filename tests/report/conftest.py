"""Hand-made problems and placements: reports are tested without any solver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from packing.domain.hardware import InstanceType, Pool
from packing.domain.placement import Endpoint, Node, PlacedCopy, Placement, Reason, Scores, Unplaced
from packing.domain.problem import Problem
from packing.domain.words import Hosting, Status
from packing.domain.workload import Copies, Mode, Model
from packing.report import Account

GIB = 2**30
SCORES = Scores(model_size=0.2, performance=0.9, isolation=0.5, cost=0.7, scalability=0.0)
QUARTER = Mode(accelerator="X", memory_per_accelerator=4 * GIB, requests_per_second=5, ttft_ms=100, precision="bf16")


def placement_of(**changes: Any) -> Placement:
    """Three identical nodes with two copies each, and one model left out."""
    endpoint = Endpoint(name="ep-0", hosting=Hosting.INFERENCE_COMPONENT, instance_type="box", nodes=("n-0", "n-1", "n-2"), models=("bot",))
    standard: dict[str, Any] = {
        "problem": "sha256:0",
        "status": Status.PARTIAL,
        "objective": 0.3,
        "cost_per_hour": 6.0,
        "endpoints": (endpoint,),
        "nodes": tuple(Node(id=f"n-{i}", instance_type="box", zone="a", endpoint="ep-0", pool="box@a") for i in range(3)),
        "copies": tuple(PlacedCopy(model="bot", copy=i, node=f"n-{i // 2}", accelerators=(i % 2,), mode=QUARTER) for i in range(6)),
        "unplaced": (Unplaced(model="giant", copies=2, reasons=(Reason(rule="memory", detail="needs 20 GiB of 16 GiB"),)),),
        "fitness": SCORES,
    }
    return Placement(**{**standard, **changes})


def problem_of(**changes: Any) -> Problem:
    """The problem that `placement_of` answers."""
    box = InstanceType(name="box", accelerator="X", accelerators=2, memory_per_accelerator=16 * GIB, price_per_hour=2.0)
    standard: dict[str, Any] = {
        "name": "test",
        "instance_types": (box,),
        "fleet": (Pool(instance_type="box", zone="a", count=4),),
        "models": (
            Model(name="bot", modes=(QUARTER,), traffic=30, copies=Copies(min=6)),
            Model(name="giant", modes=(Mode(accelerator="X", memory_per_accelerator=20 * GIB),), priority=7, copies=Copies(min=2)),
        ),
    }
    return Problem(**{**standard, **changes})


@pytest.fixture
def account() -> Account:
    return Account(placement_of(), problem_of())


@pytest.fixture
def make() -> tuple[Callable[..., Placement], Callable[..., Problem]]:
    return placement_of, problem_of
