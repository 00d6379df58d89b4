"""One entry of instances.json."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

MIB, GIB = 2**20, 2**30


def times(price: str, ratio: str) -> float:
    """Price x ratio in USD, exact in decimals, to the micro-USD."""
    return float((Decimal(price) * Decimal(ratio)).quantize(Decimal("0.000001"), ROUND_HALF_UP))


def offer(cloud: str, region: str, name: str, *, chip: dict[str, Any] | None, count: int = 0, vcpus: float | None, host_memory: int | None,
          price: float | None, shape_by: str, price_by: str | None, **facts: Any) -> dict[str, Any]:  # fmt: skip
    """An entry: the instance type as the domain has it, and what placement itself does not need."""
    instance: dict[str, Any] = {"name": name}
    if chip is not None:
        instance |= {"accelerator": chip["name"], "accelerators": count, "memory_per_accelerator": chip["usable_memory"]}
        if chip["kind"] != "gpu":
            instance["accelerator_kind"] = chip["kind"]
    instance |= {"vcpus": vcpus, "host_memory": host_memory, "price_per_hour": price}
    entry = {"cloud": cloud, "region": region, "instance": instance, "shape_provenance": shape_by, **facts}
    if price is not None:
        entry["price_provenance"] = price_by
    return {key: value for key, value in entry.items() if value is not None}
