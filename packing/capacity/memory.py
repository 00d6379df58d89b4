"""Bytes that a copy needs on each of its accelerators: weights, KV cache, activations, runtime overhead.

    memory = ⌈ weights/t + (1 + FRAGMENTATION) · (kv + activations) + RUNTIME (+ COLLECTIVES if t > 1) ⌉  to whole MiB

t is the tensor-parallel degree. Floats are only on the way: the figure that leaves is an integer, rounded up.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from packing.capacity.precision import EMBEDDING_BYTES, PRECISIONS
from packing.catalog.types import Architecture

MIB, GIB = 2**20, 2**30

RUNTIME = 768 * MIB
"""Context of the driver, kernels and the server's own buffers on one accelerator. Assumed: CUDA contexts of current
hardware take 0.3–0.5 GiB, captured CUDA graphs a few hundred MiB."""
COLLECTIVES = 256 * MIB
"""Communication buffers where a copy spans accelerators (assumed)."""
FRAGMENTATION = 0.05
"""Share of what comes and goes that is lost between allocations (assumed); weights are laid down once."""
PREFILL_CHUNK = 4096
"""Tokens that a server prefills at once; longer prompts are cut."""
PAGE = 16
"""Tokens of one page of the KV cache."""
IMAGE_ACTIVATIONS = 2 * GIB
"""Diffusion: activations and decoder of one image at a time (assumed, up to 1024 x 1024)."""


def weight_bytes(architecture: Architecture, precision: str) -> float:
    """Bytes of all weights; quantised ones keep input and output embeddings at 16 bits."""
    kind = PRECISIONS[precision]
    if not kind.quantised:
        return architecture.parameters * kind.bits / 8
    embeddings = min(2.0 * architecture.vocabulary * architecture.hidden, architecture.parameters / 2)
    return (architecture.parameters - embeddings) * kind.bits / 8 + embeddings * EMBEDDING_BYTES


def kv_bytes_per_token(architecture: Architecture, precision: str = "bf16", parallel: int = 1) -> int:
    """Bytes of KV cache that one token takes on *one* of `parallel` accelerators.

    Ordinary attention: 2 · layers · ⌈kv_heads / t⌉ · head_dim · bytes: heads are not split, so that beyond
    t = kv_heads they are replicated. Latent attention (DeepSeek): layers · (rank + 64 rotary) · bytes, replicated.
    """
    element = PRECISIONS[precision].kv_bytes
    if architecture.kv_lora_rank:
        return architecture.layers * (architecture.kv_lora_rank + 64) * element
    heads = architecture.kv_heads or architecture.heads
    width = architecture.head_dim or (architecture.hidden // architecture.heads if architecture.heads else 0)
    return 2 * architecture.layers * -(-heads // parallel) * width * element


def activation_bytes(architecture: Architecture, parallel: int, batch: int, prompt: float) -> float:
    """Bytes of activations at the largest prefill step, and of the logits of a batch.

    The residual stream and its copies (4 · hidden) are on every accelerator, the wide inner layers (12 · hidden) are split.
    """
    if architecture.kind == "diffusion":
        return float(IMAGE_ACTIVATIONS)
    tokens = min(max(prompt, batch), PREFILL_CHUNK)
    return tokens * architecture.hidden * 2 * (4 + 12 / parallel) + batch * architecture.vocabulary * 4 / parallel


def copy_memory(architecture: Architecture, precision: str, parallel: int, batch: int, tokens: float, prompt: float) -> int:
    """Bytes that one copy takes on each of its `parallel` accelerators.

    Parameters
    ----------
    batch : requests in flight.
    tokens : of one request, input + output, that the KV cache holds.
    prompt : input tokens of one request.

    Returns
    -------
    Whole MiB in bytes, rounded up.
    """
    pages = math.ceil(tokens / PAGE) * PAGE if architecture.kind in ("decoder", "encoder_decoder") else 0
    growing = batch * pages * kv_bytes_per_token(architecture, precision, parallel) + activation_bytes(architecture, parallel, batch, prompt)
    fixed = weight_bytes(architecture, precision) / parallel + RUNTIME + (COLLECTIVES if parallel > 1 else 0)
    return math.ceil((fixed + growing * (1 + FRAGMENTATION)) / MIB) * MIB


def largest_batch(
    architecture: Architecture, precision: str, parallel: int, tokens: float, prompt: float, room: int, batches: Sequence[int] = range(1, 4097)
) -> int:
    """The largest of `batches` (ascending) whose copy fits into `room` bytes on each accelerator; 0 where none does."""
    fitting = bisect_right(batches, room, key=lambda batch: copy_memory(architecture, precision, parallel, batch, tokens, prompt))
    return batches[fitting - 1] if fitting else 0
