"""Precisions of weights: bytes per parameter, and the arithmetic that hardware must have for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Precision:
    """How weights are stored and multiplied.

    Attributes
    ----------
    bits : bits of one stored weight, with its share of the scales (int4 in groups of 128: 4.25).
    arithmetic : key into `Accelerator.flops` of the multiplications.
    required : whether the hardware must have that arithmetic; if not, weights are widened to bf16 on the fly.
    quantised : whether embeddings stay at 16 bits beside narrower layers (the habit of AWQ, GPTQ and fp8 checkpoints).
    kv_bytes : bytes of one element of the KV cache: 16 bits, the default of servers, unless the name says otherwise.
    """

    bits: float
    arithmetic: str
    required: bool = False
    quantised: bool = False
    kv_bytes: int = 2


_HALF = Precision(16, "bf16")
_FOUR_BIT = Precision(4.25, "bf16", quantised=True)
PRECISIONS: dict[str, Precision] = {
    "bf16": _HALF, "fp16": _HALF, "bfloat16": _HALF, "float16": _HALF,
    "fp32": Precision(32, "bf16"), "float32": Precision(32, "bf16"),
    "fp8": Precision(8, "fp8", required=True, quantised=True),
    "fp8_kv8": Precision(8, "fp8", required=True, quantised=True, kv_bytes=1),
    "int8": Precision(8, "bf16", quantised=True),
    "int4": _FOUR_BIT, "awq": _FOUR_BIT, "gptq": _FOUR_BIT,
    "fp4": Precision(4.5, "fp4", required=True, quantised=True),
}  # fmt: skip
"""Every precision that capacity understands. int8 is weight-only here: its arithmetic is not counted on."""

EMBEDDING_BYTES = 2


def peak_flops(flops: dict[str, float], precision: Precision) -> float | None:
    """Dense peak FLOP/s of the hardware for this precision; None where the hardware lacks what it requires."""
    own = flops.get(precision.arithmetic)
    if own:
        return own
    return None if precision.required else (flops.get("bf16") or flops.get("fp16"))
