"""What servers accept: degrees over which a model is split, precisions that hardware has kernels for, processes on one device.

Rules of vLLM, SGLang and TensorRT-LLM as of 2026, from their sources and from public reports of refused starts:

* attention heads are divided by the degree; key/value heads are divided by it, or divide it (then they are replicated);
* block-scaled fp8 of mixtures: the width of one expert on each accelerator is a whole number of blocks of 128 (experts are cut, not spread);
* groups of AWQ and GPTQ (128), and of fp4 (16): so is the width of the feed-forward layer;
* vocabularies are padded, so that they refuse nothing;
* fp8 and fp4 weights run on hardware without that arithmetic through weight-only kernels (Marlin) from Ampere on;
* Turing and Volta have no bf16: weights of 16 bits are fp16 there. AWQ has no kernels on Volta;
* Neuron: a core belongs to one process.
"""

from __future__ import annotations

from packing.capacity.precision import PRECISIONS
from packing.capacity.target import Chip
from packing.catalog.types import Architecture
from packing.domain.dropped import Cause

BLOCK = 128
"""Numbers of one block of block-scaled fp8, and of one group of AWQ and GPTQ."""
GROUPS = {"int4": BLOCK, "awq": BLOCK, "gptq": BLOCK, "fp4": 16}
CUT_BLOCKS = frozenset({"fp8", "fp8_kv8"})
WITHOUT_BF16 = ("T4", "V100")
WITHOUT_AWQ = ("V100",)
CORES = {"Inferentia1": 4, "Inferentia2": 2, "Trainium1": 2, "Trainium2": 8, "Trainium3": 8}
"""Cores of one Neuron device (AWS Neuron documentation, architecture guides)."""


def refused_degree(architecture: Architecture, precision: str, degree: int) -> tuple[Cause, int] | None:
    """What servers refuse this tensor-parallel degree for on GPUs, with the number that does not divide; None: they accept it."""
    if degree == 1:
        return None
    heads, kv_heads = architecture.heads, architecture.kv_heads or architecture.heads
    if architecture.kind in ("encoder", "diffusion") or not heads or heads % degree:
        return Cause.DEGREE, heads
    if not architecture.kv_lora_rank and kv_heads % degree and degree % kv_heads:
        return Cause.KV_HEADS, kv_heads
    group = BLOCK if architecture.experts and precision in CUT_BLOCKS else GROUPS.get(precision, 1)
    if architecture.intermediate % (degree * group):
        return Cause.GROUP, architecture.intermediate
    return None


def served(precision: str, chip: Chip) -> str:
    """The precision in which weights of this one are served there: fp16 for bf16 on hardware without bf16."""
    return "fp16" if precision in ("bf16", "bfloat16") and chip.name.startswith(WITHOUT_BF16) else precision


def has_kernels(precision: str, chip: Chip) -> bool:
    """Whether servers have kernels for the precision there, widened or not."""
    return chip.peak(PRECISIONS[precision]) is not None and not (precision == "awq" and chip.name.startswith(WITHOUT_AWQ))


def processes(chip: Chip) -> int | None:
    """The largest number of processes that one device takes; None: no such limit."""
    return CORES.get(chip.name, 1) if chip.neuron else None
