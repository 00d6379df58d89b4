"""Rows of the catalogue as a table: the figures that people compare; `--json` has all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from packing.domain.units import show_bytes
from packing.report.table import table

Row = dict[str, Any]


def catalogue_table(kind: str, rows: Sequence[Row], width: int | None) -> list[str]:
    """Lines of a table of `kind` (instances, accelerators, architectures)."""
    make, head, right, flexible = _TABLES[kind]
    return table(head, [make(row) for row in rows], width, right=right, flexible=flexible)


def _known(value: object, text: str) -> str:
    return "-" if value is None else text


def _instance(row: Row) -> list[str]:
    devices = f"{row['accelerators']} x {row['accelerator']}" if row["accelerator"] else "CPU"
    price = _known(row["price_per_hour"], f"{row['price_per_hour'] or 0:,.3f}{'*' if row['price_derived'] else ''}")
    memory = show_bytes(row["memory_per_accelerator"]) if row["accelerators"] else "-"
    host = _known(row["host_memory"], show_bytes(row["host_memory"] or 0))
    return [row["name"], row["cloud"], devices, memory, _known(row["vcpus"], f"{row['vcpus'] or 0:g}"), host, price]


def _accelerator(row: Row) -> list[str]:
    flops = row["flops"].get("bf16") or row["flops"].get("fp16")
    return [
        row["name"], row["vendor"], row["kind"], show_bytes(row["usable_memory"]), f"{row['bandwidth'] / 1e9:,.0f}",
        _known(flops, f"{(flops or 0) / 1e12:,.0f}"), f"{row['link'] / 1e9:,.0f}", ", ".join(row["mig_profiles"]) or "-",
    ]  # fmt: skip


def _architecture(row: Row) -> list[str]:
    active = f"{row['active_parameters'] / 1e9:,.2f}" if row["active_parameters"] != row["parameters"] else ""
    return [row["name"], row["family"], row["kind"], f"{row['parameters'] / 1e9:,.2f}", active, str(row["layers"] or "-"), row["huggingface"]]


_TABLES = {
    "instances": (_instance, ["instance type", "cloud", "accelerators", "each", "vCPU", "host", "USD/h"], (3, 4, 5, 6), 1),
    "accelerators": (_accelerator, ["name", "vendor", "kind", "usable", "GB/s", "TFLOPS", "link GB/s", "MIG partitions"], (3, 4, 5, 6), 7),
    "architectures": (_architecture, ["name", "family", "kind", "billions", "active", "layers", "Hugging Face"], (3, 4, 5), 6),
}
