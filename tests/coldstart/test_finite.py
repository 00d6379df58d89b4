"""Figures are numbers, whatever slots have no traffic: rounding once left chances a hair below zero, which became NaN in the queue of loads."""

from __future__ import annotations

import dataclasses
import json
import math
import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from packing.cli import main
from packing.coldstart import Member, SharedNode, predict

EXAMPLES = Path(__file__).parents[2] / "examples"


def numbers(value: Any) -> Iterator[float]:
    """All numbers in a tree of records and containers."""
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from numbers(each)
    elif isinstance(value, int | float):
        yield float(value)


def sparse_node(seed: int) -> SharedNode:
    """Models that are asked in few of the slots; often those of each slot fit beside each other, as on the nodes that the solver fills."""
    rng = random.Random(seed)
    slots, count, quiet = rng.choice([2, 5, 24]), rng.choice([2, 3, 8, 14]), rng.choice([0.3, 0.7, 0.95])
    members = []
    for at in range(count):
        peak = 10 ** rng.uniform(-3, 1.5)
        rates = tuple(0.0 if rng.random() < quiet else peak * rng.random() for _ in range(slots))
        members.append(Member(f"m{at}", rng.randint(1, 100), rates, rng.choice([0.0, 0.5, 30.0, 700.0, None])))
    fullest = max(sum(member.size for member in members if member.rates[slot]) for slot in range(slots))
    capacity = max(*(member.size for member in members), round(fullest * rng.choice([0.6, 1.0, 1.0, 1.3])))
    return SharedNode(capacity, tuple(members), rng.choice([60.0, 3600.0]))


@pytest.mark.parametrize("method", ["exact", "che"])
@pytest.mark.parametrize("seed", range(30))
def test_all_figures_are_finite(seed: int, method: str):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = predict(sparse_node(seed), method=method)
    assert all(math.isfinite(number) for number in numbers(answer))
    for model in answer.models:
        for figures in (model.total, *model.slots):
            assert figures.hit is None or 0 <= figures.hit <= 1
            assert figures.cold_starts_per_hour >= 0
            waits = figures.waits
            assert waits is None or all(0 <= waits.quantile(share) <= waits.promise(share) < math.inf for share in (0.5, 0.95, 0.99))


@pytest.mark.parametrize("example", ["chatbots", "support_platform"])
def test_examples_with_slots_without_traffic(example: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    problem, placement = str(EXAMPLES / f"{example}.yaml"), str(tmp_path / "p.json")
    assert main(["solve", problem, "-o", placement, "--time-limit", "0", "--strategy", "greedy", "--quiet"]) == 0
    capsys.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert main(["coldstart", problem, placement]) == 0
        assert main(["coldstart", problem, placement, "--json"]) == 0
    out = capsys.readouterr().out
    assert "nan" not in out.lower().split()
    data = json.loads(out[out.index("\n{") if not out.startswith("{") else 0 :], parse_constant=lambda text: pytest.fail(f"{text} in the JSON"))
    assert data["nodes"]
    assert all(math.isfinite(number) for number in numbers(data))
