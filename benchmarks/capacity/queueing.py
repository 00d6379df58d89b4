"""The promise at the 95th percentile against a simulated server (server.py): how many requests are later than promised."""

from __future__ import annotations

from server import arrivals, simulate

from packing.capacity.calibration import calibration
from packing.capacity.latency import roofline
from packing.capacity.serving import promised
from packing.capacity.target import chip_of
from packing.catalog import accelerators, architectures

COPIES = (("llama-3.1-8b", "A10G", 1), ("llama-3.1-8b", "H100", 1), ("llama-2-70b", "A100-80GB", 4))
LENGTHS = ((500, 120), (2000, 250), (2000, 20))
PLACES = (1, 2, 4, 8, 16, 64)
REQUESTS = 600


def queueing() -> str:
    """Markdown: for each number of places the worst over copies and lengths."""
    lines = [
        "## The queueing part, against a simulated server", "",
        f"Poisson arrivals at the planned rate, {REQUESTS} requests, vLLM's parameters; lengths of answers as stated, or exponential with that mean.",
        "The worst of nine copies and lengths. Late: TTFT above what is stated; at most 5 % should be.", "",
        "| places | late | late, exponential | p95 TPOT / stated | the same, exponential |", "|---|--:|--:|--:|--:|",
    ]  # fmt: skip
    for places in PLACES:
        cells = []
        for fixed in (True, False):
            late, slow = zip(*(_judged(copy, lengths, places, fixed=fixed) for copy in COPIES for lengths in LENGTHS), strict=True)
            cells.append((max(late), max(slow)))
        (late, slow), (late_random, slow_random) = cells
        lines.append(f"| {places} | {100 * late:.1f} % | {100 * late_random:.1f} % | {slow:.2f} | {slow_random:.2f} |")
    return "\n".join([*lines, ""])


def _judged(copy: tuple[str, str, int], lengths: tuple[int, int], places: int, *, fixed: bool) -> tuple[float, float]:
    name, chip, parallel = copy
    engine = calibration().engines["vllm"]
    law = roofline(architectures()[name], "bf16", chip_of(accelerators()[chip]), parallel, engine)
    if law is None:
        raise ValueError(f"{chip} cannot run it")
    promise = promised(law, engine, places, *lengths)
    seen = simulate(law, places, lengths[0], arrivals(promise.planned, lengths[1], REQUESTS, 1, fixed=fixed))
    return seen.late(promise.ttft_s), seen.tpot_s / promise.tpot_s
