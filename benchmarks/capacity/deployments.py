"""Deployments that were really configured: whether the capacity model lets them fit, and if not, why."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packing.capacity.kinds import CPU_LARGEST
from packing.capacity.memory import GIB, copy_memory, weight_bytes
from packing.catalog import find_architecture, offers
from packing.domain.units import show_bytes

TOKENS, PROMPT = 1024, 512
CORES = {"Inferentia2": 2, "Trainium1": 2}
"""Neuron deployments count cores (`tp`); a copy takes whole devices."""
NAMES = {
    "NousResearch/Hermes-3-Llama-3.1-70B": "llama-3.1-70b",
    "huggingface-tc-distilbert-base-uncased": "distilbert-base",
    "huggingface-llm-gemma-2b": "gemma-2b",
    "meta-textgeneration-llama-2-13b-f": "llama-2-13b",
    "meta-textgenerationneuron-llama-2-7b-f": "llama-2-7b",
    "Llama2-7b": "llama-2-7b",
    "Llama-3-8B-Instruct": "llama-3-8b",
    "llama-3-8b-instruct": "llama-3-8b",
    "meta-llama/Llama-2-70b-hf": "llama-2-70b",
    "meta-llama/Llama-2-7b-hf": "llama-2-7b",
    "meta-llama/Llama-3.1-8B": "llama-3.1-8b",
    "meta-llama/Llama-3.1-70B-Instruct": "llama-3.1-70b",
    "meta-llama/Meta-Llama-3-70b-Instruct": "llama-3-70b",
    "meta-llama/Llama-3.2-11B-Vision-Instruct": "llama-3.2-11b-vision",
    "huggingface-llm-mistral-7b-instruct": "mistral-7b",
    "mistralai/Mistral-7B-Instruct-v0.1": "mistral-7b",
    "mistralai/Mistral-7B-Instruct-v0.2": "mistral-7b",
    "mistralai/Mistral-7B-Instruct-v0.3": "mistral-7b",
    "TheBloke/Mistral-7B-Instruct-v0.2-AWQ": "mistral-7b",
    "mistral7bInstruct-AWQ": "mistral-7b",
    "ybelkada/Mixtral-8x7B-Instruct-v0.1-AWQ": "mixtral-8x7b",
    "huggingface-llm-phi-3-mini-4k-instruct": "phi-3-mini",
}


class Verdict(NamedTuple):
    """One row of known_deployments.csv, judged."""

    model: str
    instance: str
    degree: str
    fits: bool
    why: str


def judged(data: Path) -> Iterator[Verdict]:
    """Every deployment: one request of 1,024 tokens must fit beside the weights (bf16; AWQ where the name says so)."""
    with (data / "packing/known_deployments.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield Verdict(row["model"], row["instance"], row["tp"] or "-", *_judge(row["model"], row["instance"], row["tp"]))


def _judge(model: str, instance: str, degree: str) -> tuple[bool, str]:
    architecture = find_architecture(NAMES.get(model, model))
    offer = offers().get(instance) or offers().get(instance.removeprefix("ml."))
    if architecture is None:
        return False, "architecture not in the catalogue"
    if offer is None:
        return False, "instance type not in the catalogue"
    shape = offer.instance
    precision = "awq" if "AWQ" in model else "bf16"
    if shape.accelerator is None:
        need = copy_memory(architecture, "fp32", 1, 1, TOKENS, PROMPT)
        small = architecture.parameters <= CPU_LARGEST
        return small and need <= (shape.host_memory or 0), f"{show_bytes(need)} of host memory"
    count = -(-int(degree) // CORES.get(shape.accelerator, 1)) if degree else shape.accelerators
    if count > shape.accelerators:
        return False, f"asks for {count} of {shape.accelerators} accelerators"
    need = copy_memory(architecture, precision, count, 1, TOKENS, PROMPT)
    room = shape.memory_per_accelerator
    detail = f"{need / GIB:.1f} of {room / GIB:.1f} GiB on each of {count} {shape.accelerator} (weights {weight_bytes(architecture, precision) / 1e9:.0f} GB)"
    return need <= room, detail
