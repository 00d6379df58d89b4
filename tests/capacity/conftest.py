"""A small fleet's kinds of node, and models on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from packing.capacity import Target
from packing.catalog import accelerators
from packing.domain.words import Sharing
from packing.domain.workload import Model

GIB = 2**30


def target(name, count=1, vcpus=4.0, host=16, *, sharing=Sharing.EXCLUSIVE, multi_model=False, bandwidth=None):
    accelerator = accelerators()[name] if name else None
    memory = accelerator.usable_memory if accelerator else 0
    return Target(accelerator, count if name else 0, memory, vcpus, host * GIB, sharing, multi_model, bandwidth)


def model(rate=0.5, precision=("bf16",), prompt=500, output=120, **fields):
    traffic = None if rate is None else {"requests_per_second": rate, "input_tokens": prompt, "output_tokens": output}
    return Model(name=fields.pop("name", "m"), precision=precision, traffic=traffic, **fields)


@pytest.fixture(name="target")
def _target() -> Callable[..., Target]:
    return target


@pytest.fixture(name="model")
def _model() -> Callable[..., Model]:
    return model


@pytest.fixture(name="fleet")
def _fleet() -> tuple[Target, ...]:
    """g4dn.xlarge, g5.xlarge, g5.12xlarge, g6.xlarge, p4de, p5, inf2.48xlarge, a shared p4de, and m5.2xlarge."""
    return (
        target("T4", multi_model=True),
        target("A10G", multi_model=True),
        target("A10G", 4, 48.0, 192),
        target("A10G", 8, 192.0, 768),
        target("L4", multi_model=True),
        target("A100-80GB", 8, 96.0, 1152),
        target("H100", 8, 192.0, 2048),
        target("Inferentia2", 12, 192.0, 384),
        target("A100-40GB", 8, 96.0, 1152, sharing=Sharing.MEMORY),
        target(None, 0, 8.0, 32),
    )
