"""The ways in which one model could run on one kind of accelerator or on CPUs, before pruning."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from packing.capacity.calibration import Calibration, Engine
from packing.capacity.choice import Need, Option, Place, chosen, within
from packing.capacity.kinds import CPU_ENGINE, CPU_LARGEST, cpu_chip, encoder_points, image_points, scan_points
from packing.capacity.latency import roofline
from packing.capacity.memory import GIB, MIB, copy_memory, largest_batch, weight_bytes
from packing.capacity.precision import PRECISIONS
from packing.capacity.serving import BATCHES, IDLE_BATCH, Point, curve
from packing.capacity.target import Chip
from packing.catalog.types import Architecture
from packing.domain.durations import LOAD_START_S

SHARES = (1.0, 0.5, 0.25, 0.125, 0.0625)
"""Parts of an accelerator's compute that are offered where copies share it."""
GPU_DEGREES = (1, 2, 4, 8, 16)
NEURON_DEGREES = (1, 2, 4, 6, 8, 12, 16)
"""Tensor-parallel degrees in devices. Neuron's compiler pads heads, so that 6 and 12 are in use, too."""
CPU_SIZES = (1, 2, 4, 8, 16)
LOAD_EFFICIENCY = 0.34
"""Share of a node's line rate (the smaller of network and storage) that loading reaches: the same measurement over 625 MB/s."""


def _host(weights: float, share: float) -> tuple[float, int]:
    """vCPUs and host memory of a copy, per accelerator: a serving process, and buffers for loading.

    A whole accelerator: 1 vCPU, 2 GiB + a fifth of the weights (a 7B model fits beside the system of an ml.g5.xlarge).
    A part of one: an engine shared with others: 0.25 vCPU (the least that a component may ask for), 512 MiB + a twentieth.
    """
    vcpus, fixed, fraction = (1.0, 2 * GIB, 0.2) if share == 1.0 else (0.25, GIB // 2, 0.05)
    return vcpus, math.ceil((fixed + fraction * weights) / MIB) * MIB


def _points(
    architecture: Architecture, precision: str, chip: Chip, parallel: int, engine: Engine, need: Need, room: int, least: float
) -> list[Point]:
    """Points of a copy that has `room` bytes on each accelerator, as far as shares down to `least` can need them."""
    points = []
    for point in _all_points(architecture, precision, chip, parallel, engine, need.prompt, need.output, room):
        if not within(point, need, 1.0, whole=True):
            break
        points.append(point)
        if (point.planned * least * 0.99 >= need.rate) if need.rate else (point.batch >= IDLE_BATCH):
            break
    return points


def _all_points(
    architecture: Architecture, precision: str, chip: Chip, parallel: int, engine: Engine, prompt: float, output: float, room: int
) -> Iterable[Point]:
    """Batch after batch as long as memory lasts; nothing where the model does not run."""
    if architecture.kind == "diffusion":
        peak = chip.peak(PRECISIONS[precision])
        fits = copy_memory(architecture, precision, parallel, 1, 0, 0) <= room
        return image_points(architecture, peak) if peak and fits else ()
    law = roofline(architecture, precision, chip, parallel, engine)
    limit = largest_batch(architecture, precision, parallel, prompt + output, prompt, room, BATCHES) if law else 0
    if law is None or not limit:
        return ()
    if architecture.kind == "encoder":
        return encoder_points(law, engine, prompt, limit)
    return curve(law, engine, prompt, output, limit)


def degrees(architecture: Architecture, place: Place) -> Iterator[int]:
    """Numbers of accelerators over which a copy may be split on the nodes of this place."""
    if place.chip is None:
        return
    most = max(node[0] for node in place.nodes)
    for degree in NEURON_DEGREES if place.chip.neuron else GPU_DEGREES:
        whole = architecture.kind in ("encoder", "diffusion") or architecture.heads == 0
        splits = degree == 1 or (not whole and (place.chip.neuron or architecture.heads % degree == 0) and degree <= architecture.heads)
        if splits and degree <= most:
            yield degree


def _fits_a_node(place: Place, accelerators: int, vcpus: float, host: int) -> bool:
    return any(accelerators <= node[0] and vcpus <= node[1] and host <= node[2] for node in place.nodes)


def accelerated(architecture: Architecture, precision: str, place: Place, need: Need, engine_name: str, known: Calibration) -> Iterator[Option]:
    """Every degree and share on one kind of accelerator that meets the SLO and fits, by the engines of `known`."""
    chip = place.chip
    if chip is None or architecture.kind == "knn" or (chip.neuron and PRECISIONS[precision].bits < 8):  # no 4-bit weights on Neuron
        return
    engine = known.engine(engine_name, chip.name)
    weights = weight_bytes(architecture, precision)
    load_s = LOAD_START_S + weights / place.load_bandwidth
    for degree in degrees(architecture, place):
        shares = SHARES if degree == 1 and place.shared else SHARES[:1]
        points = _points(architecture, precision, chip, degree, engine, need, place.memory, shares[-1])
        for share in shares:
            point = chosen(points, need, share)
            if point is None:
                continue
            vcpus, host = _host(weights, share)
            if not _fits_a_node(place, degree, vcpus * degree, host):
                continue
            memory = copy_memory(architecture, precision, degree, point.batch, need.prompt + need.output, need.prompt)
            yield Option(
                chip.name, degree, memory, share, vcpus * degree, host, point.planned * share,
                point.ttft_s / share, point.tpot_s / share, load_s, precision, engine_name, point.batch,
            )  # fmt: skip


def on_cpus(architecture: Architecture, precision: str, place: Place, need: Need) -> Iterator[Option]:
    """Small models and k-NN on vCPUs: weights at 32 bits (16-bit ones are widened), int8 kept.

    All the memory is host memory: weights or index, KV cache and activations, and 512 MiB for the process.
    """
    stored = "int8" if PRECISIONS[precision].bits <= 8 else "fp32"
    index = architecture.kind == "knn"
    if place.chip is not None or architecture.kind == "diffusion" or (not index and architecture.parameters > CPU_LARGEST):
        return
    weights = weight_bytes(architecture, stored)
    for vcpus in CPU_SIZES:
        if index:
            points: Sequence[Point] = scan_points(weights, vcpus)
        else:
            room = max(node[2] for node in place.nodes)
            points = _points(architecture, stored, cpu_chip(vcpus), 1, CPU_ENGINE, need, room, 1.0)
        point = chosen(points, need)
        if point is None:
            continue
        held = math.ceil(weights * 1.2 / MIB) * MIB + GIB // 2
        host = held if index else copy_memory(architecture, stored, 1, point.batch, need.prompt + need.output, need.prompt)
        if _fits_a_node(place, 0, vcpus, host):
            load_s = LOAD_START_S + weights / place.load_bandwidth
            yield Option(None, 0, 0, 0.0, vcpus, host, point.planned, point.ttft_s, point.tpot_s, load_s, precision, "cpu", point.batch)
