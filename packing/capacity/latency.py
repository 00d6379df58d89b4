"""How long one prefill and one decode step take: a roofline with launch, all-reduce and per-sequence terms.

The formulas are in docs/capacity.md. A `Roofline` holds them with everything but the batch folded into
coefficients, so that a whole curve over batches costs microseconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from packing.capacity.calibration import Engine
from packing.capacity.memory import kv_bytes_per_token, weight_bytes
from packing.capacity.precision import PRECISIONS
from packing.capacity.target import Chip
from packing.catalog.types import Architecture

REFERENCE_BANDWIDTH = 3.35e12
"""H100 SXM: the hardware at which fixed times are stated."""
FASTEST_FIXED, SLOWEST_FIXED = 0.8, 1.65
"""Fixed times (kernel launches, small kernels) fall with newer hardware, within limits: A100's factor, and a guess for newer ones."""
NO_FABRIC = 100e9
"""A link below this many bytes/s is PCIe."""
PCIE_HOP_S = 7e-6
"""Seconds of each of the 2 (t - 1) hops of an all-reduce around a ring over PCIe and host memory (assumed)."""
PCIE_EFFICIENCY = 0.5
"""All-reduce over PCIe crosses the host bridge: a further factor on the link's efficiency (assumed) ..."""
SOCKET, ACROSS_SOCKETS = 4, 0.5
"""... and beyond four accelerators the sockets' interconnect, another factor. Chosen with `PCIE_HOP_S` to agree with the one
measured fact known: Llama-2-13B is slower on 8 A10G than on 4 at 20 users (fmbench)."""
SMOOTH = 3.0
"""Exponent of the smooth maximum of launch time and device time, which overlap."""


def slowness(chip: Chip) -> float:
    """Factor on fixed times: how much older (slower in its small kernels) the hardware is than the reference."""
    return max(FASTEST_FIXED, min(SLOWEST_FIXED, REFERENCE_BANDWIDTH / chip.bandwidth))


def overlapped(first: float, second: float) -> float:
    """Smooth maximum of two times that run beside each other."""
    high, low = max(first, second), min(first, second)
    return high * math.pow(1 + math.pow(low / high, SMOOTH), 1 / SMOOTH) if high else 0.0


@dataclass(frozen=True, slots=True)
class Roofline:
    """Times of one copy of a decoder on `parallel` accelerators, in seconds.

    Attributes
    ----------
    dense_read_s, expert_read_s : reading the weights that every token uses, and all experts, once.
    missed : probability that one token leaves a given expert untouched (1 for none, with expert_read_s 0).
    launch_s : launching one step's kernels; overlaps with the device's work.
    sequence_s : device work per sequence of a decode step.
    kv_s : reading the KV cache of one token.
    reduce_s : latency of one step's all-reduces.
    token_s, attention_s : prefill work per token, and per token and token of context.
    reduce_token_s : all-reduce volume of one prefilled token.
    prefill_launch_s : launching one prefill's kernels.
    """

    dense_read_s: float
    expert_read_s: float
    missed: float
    launch_s: float
    sequence_s: float
    kv_s: float
    reduce_s: float
    token_s: float
    attention_s: float
    reduce_token_s: float
    prefill_launch_s: float

    def read_s(self, tokens: float) -> float:
        """Reading the weights that `tokens` tokens touch."""
        if not self.expert_read_s:
            return self.dense_read_s
        return self.dense_read_s + self.expert_read_s * (1 - math.pow(self.missed, tokens))

    def prefill_s(self, tokens: float, prompt: float) -> float:
        """Prefilling `tokens` tokens in all, in prompts of `prompt` tokens each."""
        work = max(tokens * (self.token_s + self.attention_s * prompt), self.read_s(tokens))
        return overlapped(work + self.reduce_s + tokens * self.reduce_token_s, self.prefill_launch_s)

    def decode_s(self, batch: float, context: float) -> float:
        """One token for each of `batch` sequences of `context` tokens."""
        work = self.read_s(batch) + batch * (self.sequence_s + context * self.kv_s) + self.reduce_s
        return overlapped(work, self.launch_s)


def _expert_split(architecture: Architecture) -> tuple[float, float]:
    """Shares of the parameters in (layers that every token uses, experts)."""
    if not architecture.experts or architecture.active_parameters >= architecture.parameters:
        return 1.0, 0.0
    idle = 1 - max(architecture.experts_per_token, 1) / architecture.experts
    experts = min(1.0, (1 - architecture.active_parameters / architecture.parameters) / idle) if idle > 0 else 0.0
    return 1 - experts, experts


def _all_reduce(chip: Chip, parallel: int, engine: Engine) -> tuple[float, float]:
    """(seconds of latency of one all-reduce, bytes/s of its volume): a tree over a fabric, a ring over PCIe."""
    link = chip.link * engine.link_efficiency
    if chip.link >= NO_FABRIC:
        return slowness(chip) * engine.allreduce_s * math.log2(parallel), link
    return 2 * (parallel - 1) * PCIE_HOP_S, link * PCIE_EFFICIENCY * (ACROSS_SOCKETS if parallel > SOCKET else 1.0)


def roofline(architecture: Architecture, precision: str, chip: Chip, parallel: int, engine: Engine) -> Roofline | None:
    """Coefficients for one way to run; None where the hardware lacks the precision's arithmetic."""
    kind = PRECISIONS[precision]
    peak = chip.peak(kind)
    if not peak:
        return None
    flops = parallel * peak * engine.prefill_efficiency * (engine.fp8_efficiency if kind.arithmetic in ("fp8", "fp4") else 1.0)
    bandwidth = chip.bandwidth * engine.bandwidth_efficiency
    reduce_s, link = _all_reduce(chip, parallel, engine)
    fixed = architecture.layers * slowness(chip)
    width = (architecture.heads * architecture.head_dim) or architecture.hidden
    ring = 2 * (parallel - 1) / parallel
    reduce_token = 2 * architecture.layers * ring * architecture.hidden * 2 / link if parallel > 1 else 0.0
    # An encoder-decoder reads each token with one of its two halves.
    half = 0.5 if architecture.kind == "encoder_decoder" else 1.0
    dense, experts = _expert_split(architecture)
    read = half * weight_bytes(architecture, precision) / parallel / bandwidth
    token = half * 2 * architecture.active_parameters / flops
    return Roofline(
        dense_read_s=read * dense,
        expert_read_s=read * experts,
        missed=1 - min(max(architecture.experts_per_token, 1), architecture.experts) / architecture.experts if experts else 1.0,
        launch_s=fixed * engine.layer_s,
        sequence_s=token + fixed * engine.sequence_s + reduce_token,
        kv_s=kv_bytes_per_token(architecture, precision, parallel) / bandwidth,
        reduce_s=2 * architecture.layers * reduce_s,
        token_s=token,
        attention_s=2 * architecture.layers * width / flops,
        reduce_token_s=reduce_token,
        prefill_launch_s=fixed * engine.prefill_layer_s,
    )
