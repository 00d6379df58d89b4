"""Readers of the measured data in the shared folder; nothing that ships or is tested needs them."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from statistics import median

from packing.capacity.fit import Measurement
from packing.capacity.target import chip_of
from packing.catalog import accelerators, architectures

GIB = 2**30
CHIPS = {name: chip_of(accelerators()[kind]) for name, kind in (("a100-80gb", "A100-80GB"), ("h100-80gb", "H100"), ("h100_sxm", "H100"))}
ENGINE_MEMORY = int(80 * GIB * 0.9)
"""Bytes of an 80 GiB accelerator that servers take by default (gpu_memory_utilization 0.9)."""


MODELS = {
    label: architectures()[name]
    for label, name in (
        ("bloom-176b", "bloom-176b"),
        ("llama2-70b", "llama-2-70b"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b"),
        ("Qwen/Qwen3-32B", "qwen-3-32b"),
    )
}

NOT_AS_LABELLED = ("llama2-70b", "2", "64")


def splitwise(data: Path) -> list[Measurement]:
    """Bare prompt and token times, medians of the repetitions.

    Left out: the power-capped rows (h100-80gb-pcap repeats the H100 rows with prompt times times 1.3: made, not
    measured), and Llama-2-70B at TP 2 and batch 64, whose prompt times are an eighth of those at batch 32: its KV cache
    hardly fits, and it was not run as labelled.
    """
    groups: dict[tuple[str, str, int, int, int, int], list[tuple[float, float]]] = defaultdict(list)
    with (data / "performance/splitwise_perf_model.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["hardware"] in CHIPS and (row["model"], row["tensor_parallel"], row["batch_size"]) != NOT_AS_LABELLED:
                shape = tuple(int(row[c]) for c in ("tensor_parallel", "prompt_size", "token_size", "batch_size"))
                groups[row["model"], row["hardware"], *shape].append((float(row["prompt_time"]), float(row["token_time"])))  # type: ignore[index]
    found = []
    for (model, hardware, parallel, prompt, output, batch), times in sorted(groups.items()):
        prefill, token = (median(column) / 1000 for column in zip(*times, strict=True))
        m = Measurement(
            "splitwise", "eager", MODELS[model], CHIPS[hardware], ENGINE_MEMORY, "fp16", parallel, prompt, output, batch, False, prefill, token
        )
        found.append(m)
    return found


def serving(data: Path) -> list[Measurement]:
    """TTFT and TPOT that clients of three servers saw on H100."""
    found = []
    with (data / "performance/serving_h100_llama8b_qwen32b.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            shape = [int(row[c]) for c in ("tp_size", "isl", "osl", "batch_size")]
            ttft, tpot = (float(row[c]) / 1000 for c in ("silicon_ttft_ms", "silicon_tpot_ms"))
            precision = row["precision"] or "bf16"
            if precision == "fp8" and row["backend"] == "trtllm":
                precision = "fp8_kv8"  # what fits at batch 128 shows that TensorRT-LLM kept the KV cache at 8 bits beside fp8 weights
            model, chip = MODELS[row["model_path"]], CHIPS[row["system"]]
            found.append(Measurement("serving", row["backend"], model, chip, ENGINE_MEMORY, precision, *shape, True, ttft, tpot))  # type: ignore[arg-type]
    return found
