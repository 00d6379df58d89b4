"""The law of a copy whose architecture is known: how its times depend on how much it has to do.

The batch that a derived mode was made for is not written in it, but follows from its figures: the one whose step (for encoders: whose
rate) is closest. The times at that batch are those that the mode states; with fewer requests in flight they are smaller as in the
rooflines of `packing.capacity` (docs/capacity.md). What a mode states of queues is not used: queues are what is rehearsed.
"""

from __future__ import annotations

import math

from packing.act.rehearse.law import Law, constant
from packing.capacity.calibration import Engine, calibration, engine_name
from packing.capacity.kinds import CPU_ENGINE, ENCODER_BATCH_CAP, cpu_chip, image_points, scan_points
from packing.capacity.latency import Roofline, roofline
from packing.capacity.memory import PREFILL_CHUNK, weight_bytes
from packing.capacity.precision import PRECISIONS
from packing.capacity.serving import BATCHES, UTILISATION, point, promised
from packing.capacity.target import Chip, chip_of
from packing.catalog.types import Architecture
from packing.domain.workload import Mode

DOUBT = 0.2
"""Weight of TTFT and requests/s beside the step, where a batch is sought: steps of neighbouring batches can be alike."""


def shaped_law(architecture: Architecture, mode: Mode, framework: str | None, prompt: float, output: float) -> Law | None:
    """The law of a derived mode; None where hardware, precision or figures do not give one (then the stated figures count).

    Parameters
    ----------
    prompt, output : tokens of a typical request.
    """
    chip = _chip(mode)
    precision = (mode.precision or "").lower()
    if chip is None or precision not in PRECISIONS:
        return None
    share = mode.compute_share or 1.0
    if architecture.kind == "knn":
        if mode.accelerators:
            return None
        scan = scan_points(weight_bytes(architecture, _on_cpu(precision)), mode.vcpus)
        return constant(1, 1 / scan[0].throughput, 0.0)
    if architecture.kind == "diffusion":
        peak = chip.peak(PRECISIONS[precision])
        return constant(1, 1 / image_points(architecture, peak)[0].throughput / share, 0.0) if peak else None
    engine = _engine(mode, framework, architecture)
    law = roofline(architecture, precision if mode.accelerators else _on_cpu(precision), chip, max(1, mode.accelerators), engine)
    if law is None or not mode.requests_per_second:
        return None
    if architecture.kind == "encoder":
        return _encoder(law, engine, mode.requests_per_second, share, prompt)
    return _decoder(law, engine, mode, share, prompt, output) if mode.tpot_ms and mode.ttft_ms else None


def _on_cpu(precision: str) -> str:
    return "int8" if PRECISIONS[precision].bits <= 8 else "fp32"


def _chip(mode: Mode) -> Chip | None:
    from packing.describe.known import accelerators

    if mode.accelerator is None:
        return cpu_chip(mode.vcpus) if mode.vcpus else None
    record = accelerators().get(mode.accelerator)
    return chip_of(record) if record else None


def _engine(mode: Mode, framework: str | None, architecture: Architecture) -> Engine:
    if not mode.accelerators or mode.accelerator is None:
        return CPU_ENGINE
    return calibration().engine(engine_name(framework), mode.accelerator, architecture.family if architecture.experts else None)


def _decoder(law: Roofline, engine: Engine, mode: Mode, share: float, prompt: float, output: float) -> Law:
    """Continuous batching: TTFT and TPOT by the requests in flight, at the level of the mode's TPOT."""
    stated, first, rate = (mode.tpot_ms or 0.0) / 1000, (mode.ttft_ms or 0.0) / 1000, mode.requests_per_second or 0.0

    def distance(batch: int) -> float:
        made = promised(law, engine, batch, prompt, output)
        step, ttft, planned = made.tpot_s / share / stated, made.ttft_s / share / first, made.planned * share / rate
        return abs(math.log(step)) + DOUBT * (abs(math.log(ttft)) + abs(math.log(planned)))

    places = min(BATCHES, key=distance)
    points = [point(law, engine, count, prompt, output) for count in range(1, places + 1)]
    level = stated / points[-1].tpot_s
    prefill = law.prefill_s(prompt, prompt)
    occupied = prefill + math.ceil(prompt / PREFILL_CHUNK) * law.decode_s(places, prompt + output / 2)
    return Law(
        (0.0, *(each.ttft_s * level for each in points)),
        (0.0, *(each.tpot_s * level for each in points)),
        engine.wait_own * prefill * level,
        prefill_s=occupied * level,
    )


def _encoder(law: Roofline, engine: Engine, rate: float, share: float, prompt: float) -> Law:
    """Batches: what has come while one runs is taken together next; at the level of the mode's requests/s."""

    def run(count: int) -> float:
        return (engine.request_s + law.prefill_s(count * prompt, prompt)) / share

    def planned(count: int) -> float:
        return (0.5 if count == 1 else UTILISATION) * count / run(count)

    places = min((batch for batch in BATCHES if batch <= ENCODER_BATCH_CAP), key=lambda batch: abs(math.log(planned(batch) / rate)))
    level = planned(places) / rate
    times = (0.0, *(run(count) * level for count in range(1, places + 1)))
    return Law(times, times, (run(1) - engine.request_s / share) * level, whole=True)
