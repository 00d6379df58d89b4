"""Requests longer than the context of their model are a fault."""

from __future__ import annotations

from typing import Any

import pytest

import packing as pk
from packing.describe.check import check


def faults(architecture: str, tokens: tuple[int, int], **more: Any) -> list[tuple[str, str]]:
    traffic = {"requests_per_second": 1, "input_tokens": tokens[0], "output_tokens": tokens[1]}
    model = {"name": "m", "architecture": architecture, "traffic": traffic, **more}
    return [(f.code, f.where) for f in check(pk.Problem.model_validate({"fleet": [{"instance_type": "ml.g5.48xlarge"}], "models": [model]}))]


@pytest.mark.parametrize(("architecture", "tokens"), [("llama-2-7b", (30000, 2000)), ("llama-2-7b", (4000, 97)), ("bert-base", (8192, 1))])
def test_longer_than_the_context(architecture: str, tokens: tuple[int, int]) -> None:
    ((code, where),) = faults(architecture, tokens)
    assert code == "contradiction"
    assert where.endswith("traffic.input_tokens")


@pytest.mark.parametrize(("architecture", "tokens"), [("llama-2-7b", (4000, 96)), ("bert-base", (512, 100)), ("flan-t5-xl", (600, 120))])
def test_within_the_context(architecture: str, tokens: tuple[int, int]) -> None:
    assert not faults(architecture, tokens)


def test_measured_modes_are_not_judged() -> None:
    assert not faults("llama-2-7b", (30000, 2000), modes=[{"accelerator": "A10G", "memory_per_accelerator": "20GiB", "requests_per_second": 1}])
