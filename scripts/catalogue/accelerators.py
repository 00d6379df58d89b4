"""accelerators.json: memory, bandwidth, compute and links of each kind of accelerator."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from scripts.catalogue.sources import provenance

GIB, MIB, G, T = 2**30, 2**20, 10**9, 10**12

USABLE = {"hbm": (98, 100), "gddr7": (98, 100), "gddr6": (91, 100), "other": (95, 100)}
"""Rule usable-memory: share of the nominal memory that processes can allocate where only the nominal is known."""

QUOTED_USABLE = {"A10G": 22_888, "L4": 22_888, "L40S": 45_776, "B200": 183_359, "B300": 275_040}
"""MiB that EC2's own description gives (moto), where it is below the nominal size."""

NVIDIA_SYSTEMS = {
    # name: (row of aiconfigurator_systems.csv, kind of memory, GB/s to the other accelerators or None: as the row)
    "A30": ("a30", "hbm"),
    "A100-80GB": ("a100_sxm", "hbm"),
    "A100-PCIe-80GB": ("a100_pcie", "hbm"),
    "L4": ("l4", "gddr6"),
    "L40S": ("l40s", "gddr6"),
    "H100": ("h100_sxm", "hbm"),
    "H200": ("h200_sxm", "hbm"),
    "B200": ("b200_sxm", "hbm"),
    "B300": ("b300_sxm", "hbm"),
    "RTX-PRO-6000": ("rtx_pro_6000_server", "gddr7"),
}
NOMINAL_GIB = {"L40S": 48.0, "RTX-PRO-6000": 96.0}
"""aiconfigurator gives the usable size of these two; the nominal one is the data sheet's."""

PUBLISHED: dict[str, dict[str, Any]] = {
    # name: GiB, kind of memory, GB/s, TFLOPS by precision, link and host link in GB/s (one direction), sources
    "T4": {"gib": 16, "ram": "gddr6", "bw": 320, "tf": {"bf16": 65, "int8": 130}, "link": 16, "host": 16,
               "by": ["chimeraforge-hardware:memory,bandwidth,flops", "nvidia:link,host_link"]},
    "T4g": {"gib": 16, "ram": "gddr6", "bw": 320, "tf": {"bf16": 65, "int8": 130}, "link": 16, "host": 16,
                "by": ["moto:memory", "nvidia:bandwidth,flops,link,host_link"]},
    "A10": {"gib": 24, "ram": "gddr6", "bw": 600, "tf": {"bf16": 125, "int8": 250}, "link": 32, "host": 32, "by": ["nvidia"]},
    "A10G": {"gib": 24, "ram": "gddr6", "bw": 600, "tf": {"bf16": 70, "int8": 140}, "link": 32, "host": 32,
                 "by": ["moto:usable_memory", "nvidia:memory,bandwidth,flops,link,host_link"]},
    "V100-16GB": {"gib": 16, "ram": "hbm", "bw": 900, "tf": {"bf16": 125}, "link": 150, "host": 16, "by": ["nvidia"]},
    "V100-32GB": {"gib": 32, "ram": "hbm", "bw": 900, "tf": {"bf16": 125}, "link": 150, "host": 16,
                      "by": ["moto:memory", "nvidia:bandwidth,flops,link,host_link"]},
    "A100-40GB": {"gib": 40, "ram": "hbm", "bw": 1555, "tf": {"bf16": 312, "int8": 624}, "link": 300, "host": 32,
                      "by": ["chimeraforge-hardware:memory,bandwidth,flops,link", "nvidia:host_link"]},
    "H100-NVL": {"gib": 94, "ram": "hbm", "bw": 3938, "tf": {"bf16": 835, "fp8": 1671, "int8": 1671}, "link": 300, "host": 64, "by": ["nvidia"]},
    "RTX-PRO-4500": {"gib": 32, "ram": "gddr7", "bw": 800, "tf": {"bf16": 204, "fp8": 408, "int8": 408, "fp4": 816}, "link": 64, "host": 64,
                         "by": ["rtx-pro-4500:memory,bandwidth", "rtx-pro-4500-flops:flops", "nvidia:link,host_link"]},
    "MI300X": {"gib": 192, "ram": "hbm", "bw": 5300, "tf": {"bf16": 1307, "fp8": 2614, "int8": 2614}, "link": 448, "host": 64, "vendor": "AMD",
                   "by": ["chimeraforge-hardware:memory,bandwidth,link", "amd:flops,host_link"]},
    "AI100": {"gib": 16_000 / 1024, "ram": "other", "bw": 137, "tf": {"bf16": 175, "int8": 350}, "link": 16, "host": 16, "vendor": "Qualcomm", "kind": "other",
                  "by": ["moto:memory", "qualcomm:bandwidth,flops", "link-assumed:link,host_link"]},
}  # fmt: skip

FRACTIONS = {
    # name: (whole, share as a fraction of 24, MiB quoted by EC2 or None)
    "L4-half": ("L4", 12, 11_444),
    "L4-quarter": ("L4", 6, 5_722),
    "L4-eighth": ("L4", 3, 2_861),
    "A10-half": ("A10", 12, None),
    "A10-third": ("A10", 8, None),
    "A10-sixth": ("A10", 4, None),
}

MIG = {
    # name: (compute slices, memory slices, memory factor, [(profile, compute slices, memory slices)])
    "A30": (4, 4, 95, [("1g.6gb", 1, 1), ("2g.12gb", 2, 2), ("4g.24gb", 4, 4)]),
    "A100-40GB": (7, 8, 95, ["1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb"]),
    "A100-80GB": (7, 8, 95, ["1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"]),
    "A100-PCIe-80GB": (7, 8, 95, ["1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"]),
    "H100": (7, 8, 95, ["1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"]),
    "H100-NVL": (7, 8, 90, ["1g.12gb", "1g.24gb", "2g.24gb", "3g.47gb", "4g.47gb", "7g.94gb"]),
    "H200": (7, 8, 90, ["1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb"]),
    "B200": (7, 8, 90, ["1g.23gb", "1g.45gb", "2g.45gb", "3g.90gb", "4g.90gb", "7g.180gb"]),
    "B300": (7, 8, 90, ["1g.34gb", "1g.67gb", "2g.67gb", "3g.135gb", "4g.135gb", "7g.269gb"]),
    "RTX-PRO-6000": (4, 4, 90, [("1g.24gb", 1, 1), ("2g.48gb", 2, 2), ("4g.96gb", 4, 4)]),
    "RTX-PRO-4500": (2, 2, 90, [("1g.16gb", 1, 1), ("2g.32gb", 2, 2)]),
}
SEVEN_SLICES = [(1, 1), (1, 2), (2, 2), (3, 4), (4, 4), (7, 8)]
"""Compute and memory slices of the six profiles of the accelerators with seven compute slices."""

NEURON: dict[str, dict[str, Any]] = {
    # What aws_neuron_figures.csv leaves open, in GB/s and TFLOPS; 8-bit rates are fp8 from Trainium2 on, int8 before.
    "Inferentia1": {"bw": 50, "bf16": 64, "int8": 128, "link": 32, "by": ["neuron", "link-assumed:host_link"]},
    "Inferentia2": {"by": ["neuron", "link-assumed:host_link"], "eight": "int8"},
    "Trainium1": {"int8": 380, "link": 192, "by": ["neuron", "link-assumed:link,host_link"]},
    "Trainium2": {"by": ["neuron", "link-assumed:host_link"], "eight": "fp8"},
    "Trainium3": {"link": 1280, "by": ["neuron", "link-assumed:link,host_link"], "eight": "fp8"},
}


def usable(nominal: int, ram: str) -> int:
    """Rule usable-memory, rounded down."""
    numerator, denominator = USABLE[ram]
    return nominal * numerator // denominator


def partitions(name: str, nominal: int, available: int) -> dict[str, Any] | None:
    """MIG geometry; rule partition-memory: nominal x memory slices / all slices x factor, at most what is usable."""
    if name not in MIG:
        return None
    compute, memory, factor, profiles = MIG[name]
    if isinstance(profiles[0], str):
        profiles = [(profile, *slices) for profile, slices in zip(profiles, SEVEN_SLICES, strict=True)]
    return {
        "compute_slices": compute,
        "memory_slices": memory,
        "profiles": [
            {
                "name": profile,
                "compute_slices": c,
                "memory_slices": m,
                "memory": available if m == memory else min(available, nominal * m * factor // (memory * 100)),
            }
            for profile, c, m in profiles
        ],
    }


def entry(name: str, *, vendor: str, kind: str, nominal: int, ram: str, bw: float, tf: dict[str, float], link: float, host: float,
          by: list[str]) -> dict[str, Any]:  # fmt: skip
    """One accelerator as the data file has it; bandwidths arrive in GB/s, compute in TFLOPS."""
    by = list(by)
    quoted = QUOTED_USABLE.get(name)
    available = quoted * MIB if quoted else usable(nominal, ram)
    by.append(provenance("moto", "usable_memory") if quoted else provenance("usable-rule", "usable_memory"))
    made = {
        "name": name, "vendor": vendor, "kind": kind, "memory": nominal, "usable_memory": available, "bandwidth": bw * G,
        "flops": {precision: value * T for precision, value in tf.items() if value}, "link": link * G, "host_link": host * G,
    }  # fmt: skip
    mig = partitions(name, nominal, available)
    if mig:
        made["mig"] = mig
        by.append(provenance("nvidia-mig", "mig"))
    return {**made, "provenance": sorted(set(by))}


def from_systems(shared: Path) -> list[dict[str, Any]]:
    """NVIDIA systems of aiconfigurator."""
    with (shared / "accelerators/aiconfigurator_systems.csv").open(encoding="utf-8") as file:
        rows = {row["system"]: row for row in csv.DictReader(file)}
    made = []
    for name, (system, ram) in NVIDIA_SYSTEMS.items():
        row = rows[system]
        nominal = int(NOMINAL_GIB.get(name, float(row["mem_GiB"])) * GIB)
        tf = {precision: round(float(row[f"{precision}_TF"]), 1) for precision in ("bf16", "fp8", "int8", "fp4")}
        by = [provenance("aiconfigurator")] if name not in NOMINAL_GIB else ["aiconfigurator:bandwidth,flops,link,host_link", "nvidia:memory"]
        made.append(
            entry(name, vendor="NVIDIA", kind="gpu", nominal=nominal, ram=ram, bw=float(row["bw_GBs"]), tf=tf,
                  link=float(row["intra_GBs"]), host=float(row["pcie_GBs"]), by=by)
        )  # fmt: skip
    return made


def from_published() -> list[dict[str, Any]]:
    """What data sheets and the other sources say."""
    return [
        entry(name, vendor=f.get("vendor", "NVIDIA"), kind=f.get("kind", "gpu"), nominal=int(f["gib"] * GIB), ram=f["ram"], bw=f["bw"],
              tf=f["tf"], link=f["link"], host=f["host"], by=f["by"])
        for name, f in PUBLISHED.items()
    ]  # fmt: skip


def from_neuron(shared: Path) -> list[dict[str, Any]]:
    """AWS Inferentia and Trainium."""
    with (shared / "accelerators/aws_neuron_figures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    made = []
    for row in rows:
        known = NEURON[row["accelerator"]]
        bw, link = row["memory_bandwidth_gb_s"] or known["bw"], row["link_gb_s"] or known["link"]
        tf = {"bf16": float(row["dense_bf16_tflops"] or known["bf16"])}
        tf |= {known["eight"]: float(row["dense_8bit_tflops"])} if row["dense_8bit_tflops"] else {"int8": float(known["int8"])}
        made.append(
            entry(row["accelerator"], vendor="AWS", kind="neuron", nominal=int(float(row["memory_gib"]) * GIB), ram="other", bw=float(bw),
                  tf=tf, link=float(link), host=16, by=known["by"])
        )  # fmt: skip
    return made


def fractions(whole: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Time-sliced or partitioned parts of an accelerator that clouds rent out: they have no link to each other."""
    made = []
    for name, (of, share, quoted) in FRACTIONS.items():
        base = whole[of]
        part = lambda value: value * share / 24  # noqa: E731, B023
        made.append(
            {
                "name": name, "vendor": base["vendor"], "kind": base["kind"], "memory": base["memory"] * share // 24,
                "usable_memory": quoted * MIB if quoted else base["usable_memory"] * share // 24, "bandwidth": part(base["bandwidth"]),
                "flops": {precision: part(value) for precision, value in base["flops"].items()},
                "link": part(base["link"]), "host_link": part(base["host_link"]),
                "provenance": [provenance("fraction"), *([provenance("moto", "usable_memory")] if quoted else [])],
            }
        )  # fmt: skip
    return made


def build(shared: Path) -> list[dict[str, Any]]:
    """All entries of accelerators.json, by name."""
    whole = {made["name"]: made for made in (*from_systems(shared), *from_published(), *from_neuron(shared))}
    return sorted([*whole.values(), *fractions(whole)], key=lambda made: made["name"])
