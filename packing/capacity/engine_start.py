"""How long a server takes to start beyond reading its weights: process, compilation, graph capture, profiling; and what each more accelerator adds.

    engine start = base + GROUP_S · log2(accelerators) + WEIGHTS_S_PER_BYTE · weights        base by engine; less where its compile cache is filled

Figures, sources and how far off: docs/load-time.md (benchmarks/capacity/starts.py computes the last).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from packing.domain.durations import LOAD_START_S
from packing.domain.words import Hosting
from packing.domain.workload import Model

GROUP_S = 15.0
"""Each doubling of the accelerators: workers that join, collectives (vLLM 0.10 on A100: 62 s on one, 77 s on two)."""
WEIGHTS_S_PER_BYTE = 0.5e-9
"""Kernels of large models to tune, quantised weights to pack anew (Nemotron-3-Ultra, 352 GB on 4 GB300: 820 s from container to ready)."""
ENGINE_BAND = 1.6
"""Half-width of the 90 % band: × or / 2.6. Versions of one engine, disks under its cache and models differ by as much."""


class Start(NamedTuple):
    """Seconds on one accelerator, with an empty compile cache (`cold`) and with a filled one (`warm`)."""

    cold: float
    warm: float


STARTS: dict[str, Start] = {
    # Qwen2-7B on A100, vLLM 0.10.1: 132 s cold, 62 s warm, of which 3 s weights (vLLM-benchmarking, 2025-09); 0.22 on RTX 5090 with kernels to tune: 259 s
    "vllm": Start(115.0, 55.0),
    # No compilation; graph capture of DeepSeek-V3 at TP 8: 57 to 61 s (sgl-project/sglang PR 5893, 2025-04), of which 45 s are `GROUP_S`. Process: assumed
    "sglang": Start(45.0, 45.0),
    # Llama-3-8B on two A10G, engine built before: 81 s with the weights (awslabs/ai-on-eks, 2025-04). Without a built engine minutes more: build it first
    "trtllm": Start(50.0, 50.0),
    # Shards ready, then a warm-up of a few steps; no compilation (assumed from the phases of vLLM before version 1: 14 to 20 s, and its process)
    "tgi": Start(40.0, 40.0),
    # Process, and no more than profiling (6 to 20 s: vLLM in eager mode, 2025)
    "eager": Start(20.0, 20.0),
}
"""By server software; all others load a model into a server that runs (`LOAD_START_S`)."""

_FRAMEWORKS = {
    "vllm": "vllm", "lmi": "vllm", "djl": "vllm", "sglang": "sglang", "tgi": "tgi",
    "trtllm": "trtllm", "tensorrt-llm": "trtllm",
    "pytorch": "eager", "torchserve": "eager", "transformers": "eager", "huggingface": "eager", "deepspeed": "eager",
}  # fmt: skip


class Seconds(NamedTuple):
    """A time and the half-width of its 90 % band."""

    seconds: float
    band: float


def starts_of(framework: str | None, kind: str) -> str | None:
    """The server software whose start a model's copy waits for; None: a server that runs.

    Parameters
    ----------
    kind : of the architecture; decoders whose framework is not stated are served by vLLM, as their speed is taken to be.
    """
    if framework is None:
        return "vllm" if kind == "decoder" else None
    return _FRAMEWORKS.get(framework.lower())


def starts(model: Model, kind: str) -> str | None:
    """The same of a model; one that may stand behind a multi-model endpoint is loaded into the server of the endpoint."""
    shared = model.cold_start_s > 0 and not model.streaming and (Hosting.MULTI_MODEL in model.hosting if model.hosting else True)
    return None if shared and model.framework is None else starts_of(model.framework, kind)


def engine_start(engine: str | None, accelerators: int = 1, weights: float = 0.0, *, cached: bool = False) -> Seconds:
    """Seconds from starting the server to its first request, without the weights.

    Parameters
    ----------
    engine : of `STARTS`; None or another: the model goes into a server that runs.
    weights : bytes.
    cached : whether what the engine compiles is on the node's disk already. A new container has an empty cache, so that this is not assumed.
    """
    if engine not in STARTS:
        return Seconds(LOAD_START_S, ENGINE_BAND)
    base = STARTS[engine].warm if cached else STARTS[engine].cold
    return Seconds(base + GROUP_S * math.log2(max(1, accelerators)) + WEIGHTS_S_PER_BYTE * weights, ENGINE_BAND)
