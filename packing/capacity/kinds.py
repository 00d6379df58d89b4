"""Laws of models that do not decode token by token: encoders, diffusion, nearest neighbours; and CPUs.

They are stated, not calibrated: `Source.DERIVED` with the wide band.
"""

from __future__ import annotations

from collections.abc import Iterable

from packing.capacity.calibration import Engine
from packing.capacity.latency import Roofline
from packing.capacity.serving import BATCHES, UTILISATION, Point, batch_wait, late_wait
from packing.capacity.target import Chip
from packing.catalog.types import Architecture

ENCODER_BATCH_CAP = 64
IMAGE_EFFICIENCY = 0.35
"""Share of the dense peak that diffusion reaches (convolutions and attention at 16 bits; assumed)."""
IMAGE_FLOPS_PER_PARAMETER = 1e5
"""Where an architecture does not state `flops_per_image`: 50 steps with guidance, about 1,000 FLOP per parameter each."""
CPU_FLOPS = 40e9
"""Effective FLOP/s of one vCPU in 32-bit matrix products: about 40 % of half an AVX-512 core at 3 GHz (assumed)."""
CPU_BANDWIDTH = 3e9
"""Bytes/s of memory bandwidth of one vCPU: about 140 GB/s over the 48 vCPUs of a socket (assumed)."""
CPU_LARGEST = 1.5e9
"""Parameters beyond which a model is not offered on CPUs."""
SCAN_OVERHEAD_S = LEAST_SERVICE_S = 0.001
"""k-NN: fixed seconds of a request; and the least of an image."""

CPU_ENGINE = Engine(
    bandwidth_efficiency=1.0, layer_s=2e-5, allreduce_s=0.0, sequence_s=0.0, prefill_efficiency=1.0, fp8_efficiency=1.0,
    prefill_layer_s=2e-5, link_efficiency=1.0, interference=1.0, wait_own=1.2, wait_others=0.1, wait_steps=1.0, request_s=0.005,
)  # fmt: skip


def cpu_chip(vcpus: float) -> Chip:
    """That many vCPUs, as if they were an accelerator (effective figures, so efficiencies of 1)."""
    return Chip("cpu", False, vcpus * CPU_BANDWIDTH, 1.0, (("bf16", vcpus * CPU_FLOPS),))


def encoder_points(law: Roofline, engine: Engine, prompt: float, limit: int) -> tuple[Point, ...]:
    """One forward pass per request, in batches: a request waits for the running batch, then runs in the next one.

    TTFT = run · max(2, 1.6 + `late_wait`(ρ) / b), TPOT = 0, with run = request_s + prefill of b prompts: the 95th percentile of a
    queue that is served in batches of up to b, each as long as a full one (a fit to simulations, 0 to 15 % above them for all b at
    loads of 0.5 to 0.8; tests/capacity/test_encoders.py). A batch of one is planned at half load, larger ones at `UTILISATION`.
    """
    points = []
    for batch in BATCHES:
        if batch <= min(limit, ENCODER_BATCH_CAP):
            run = engine.request_s + law.prefill_s(batch * prompt, prompt)
            load = 0.5 if batch == 1 else UTILISATION
            points.append(Point(batch, run * batch_wait(batch, load), 0.0, batch / run, load * batch / run))
    return tuple(points)


def one_by_one(service_s: float, loads: Iterable[float] = (0.2, 0.5, UTILISATION)) -> tuple[Point, ...]:
    """Requests served one at a time in `service_s` each; M/D/1 at load ρ: TTFT = S · (1 + wait at the 95th percentile)."""
    return tuple(Point(1, service_s * (1 + late_wait(load)), 0.0, 1 / service_s, load / service_s) for load in loads)


def image_points(architecture: Architecture, flops: float) -> tuple[Point, ...]:
    """Diffusion: a request is an image; it is bound by compute."""
    work = architecture.flops_per_image or architecture.parameters * IMAGE_FLOPS_PER_PARAMETER
    return one_by_one(max(work / (flops * IMAGE_EFFICIENCY), LEAST_SERVICE_S))


def scan_points(index_bytes: float, vcpus: float) -> tuple[Point, ...]:
    """k-NN, exact: each request reads the whole index once."""
    return one_by_one(SCAN_OVERHEAD_S + index_bytes / (CPU_BANDWIDTH * vcpus))
