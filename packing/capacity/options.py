"""The ways in which one model could run on one kind of accelerator or on CPUs, before pruning; and those that are dropped, with what refused them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from packing.capacity.accepted import has_kernels, processes, refused_degree, served
from packing.capacity.calibration import Calibration, Engine
from packing.capacity.choice import LONGEST_S, Need, Option, Place, chosen, within
from packing.capacity.engine_start import engine_start
from packing.capacity.kinds import CPU_ENGINE, CPU_LARGEST, cpu_chip, encoder_points, image_points, scan_points
from packing.capacity.latency import roofline
from packing.capacity.memory import GIB, MIB, copy_memory, largest_batch, weight_bytes
from packing.capacity.precision import PRECISIONS
from packing.capacity.serving import BATCHES, IDLE_BATCH, Point, curve
from packing.capacity.target import Chip
from packing.catalog.types import Architecture
from packing.domain.dropped import Cause, DroppedWay

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
        if not within(point, need, 1.0):
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


def degrees(architecture: Architecture, precision: str, place: Place) -> Iterator[int]:
    """Numbers of accelerators over which a copy may be split on the nodes of this place."""
    if place.chip is None:
        return
    most = max(node[0] for node in place.nodes)
    for degree in NEURON_DEGREES if place.chip.neuron else GPU_DEGREES:
        if degree <= most and _refused(architecture, precision, place.chip, degree) is None:
            yield degree


def _refused(architecture: Architecture, precision: str, chip: Chip, degree: int) -> tuple[Cause, int] | None:
    """What the degree is refused for; Neuron's compiler pads heads, and does not cut groups."""
    if not chip.neuron:
        return refused_degree(architecture, precision, degree)
    whole = architecture.kind in ("encoder", "diffusion") or architecture.heads == 0
    return None if degree == 1 or (not whole and degree <= architecture.heads) else (Cause.DEGREE, architecture.heads)


def _fits_a_node(place: Place, accelerators: int, vcpus: float, host: int) -> bool:
    return any(accelerators <= node[0] and vcpus <= node[1] and host <= node[2] for node in place.nodes)


def _shares(chip: Chip) -> tuple[float, ...]:
    """Parts of one accelerator that a copy may have: on Neuron whole cores, each with its part of the memory."""
    most = processes(chip)
    return SHARES if most is None else tuple(share for share in SHARES if share * most >= 1)


def _places(architecture: Architecture, precision: str, degree: int, need: Need, room: float) -> int:
    """Requests in flight that so many bytes on each accelerator hold."""
    if architecture.kind == "diffusion":
        return int(copy_memory(architecture, precision, degree, 1, 0, 0) <= room)
    return largest_batch(architecture, precision, degree, need.prompt + need.output, need.prompt, int(room), BATCHES)


def _dropped_degrees(architecture: Architecture, precision: str, place: Place) -> Iterator[DroppedWay]:
    """Degrees that the nodes have the accelerators for, and over which the model cannot be split."""
    assert place.chip is not None
    most = max(node[0] for node in place.nodes)
    for degree in NEURON_DEGREES if place.chip.neuron else GPU_DEGREES:
        refused = _refused(architecture, precision, place.chip, degree) if degree <= most else None
        if refused is not None:
            yield DroppedWay(place.chip.name, degree, precision, refused[0], degree, refused[1])


def _first_refusal(way: DroppedWay, architecture: Architecture, chip: Chip, engine: Engine, need: Need, room: int) -> DroppedWay:
    """The way with what refuses it first: arithmetic, memory for one request, TTFT, TPOT."""
    precision, degree = way.precision, way.accelerators
    if not has_kernels(precision, chip):
        return replace(way, cause=Cause.PRECISION)
    output = 0.0 if architecture.kind == "diffusion" else need.prompt + need.output
    least = copy_memory(architecture, precision, degree, 1, output, need.prompt)
    if least > room:
        return replace(way, cause=Cause.MEMORY, figure=least, limit=room)
    return _late(way, next(iter(_all_points(architecture, precision, chip, degree, engine, need.prompt, need.output, room)), None), need)


def _late(way: DroppedWay, point: Point | None, need: Need) -> DroppedWay:
    """The latency of the quickest point that is beyond its limit, in milliseconds; what one hour does not suffice for counts as TTFT."""
    assert point is not None, "a copy that has the arithmetic and the memory for one request has a point"
    if point.ttft_s > (LONGEST_S if need.ttft_s is None else min(need.ttft_s, LONGEST_S)):
        return replace(way, cause=Cause.TTFT, figure=point.ttft_s * 1000, limit=(need.ttft_s or LONGEST_S) * 1000)
    return replace(way, cause=Cause.TPOT, figure=point.tpot_s * 1000, limit=(need.tpot_s or LONGEST_S) * 1000)


def _no_node(way: DroppedWay, place: Place, vcpus: float, host: int) -> DroppedWay:
    """The way with what no node of the place has enough of."""
    able = [node for node in place.nodes if way.accelerator is None or way.accelerators <= node[0]]
    most = max(node[1] for node in able)
    if vcpus > most:
        return replace(way, cause=Cause.VCPUS, figure=vcpus, limit=most)
    return replace(way, cause=Cause.HOST_MEMORY, figure=host, limit=max(node[2] for node in able if vcpus <= node[1]))


def accelerated(
    architecture: Architecture, precision: str, place: Place, need: Need, engine_name: str, known: Calibration
) -> Iterator[Option | DroppedWay]:
    """Every degree and share on one kind of accelerator that meets the SLO and fits, by the engines of `known`; and degrees that do not."""
    chip = place.chip
    if chip is None:
        return
    if architecture.kind == "knn":
        yield DroppedWay(chip.name, 1, precision, Cause.KIND)
        return
    precision = served(precision, chip)
    if (chip.neuron and PRECISIONS[precision].bits < 8) or not has_kernels(precision, chip):  # no 4-bit weights on Neuron
        yield DroppedWay(chip.name, 1, precision, Cause.PRECISION)
        return
    yield from _dropped_degrees(architecture, precision, place)
    engine = known.engine(engine_name, chip.name, architecture.family if architecture.experts else None)
    weights = weight_bytes(architecture, precision)
    for degree in degrees(architecture, precision, place):
        shares = _shares(chip) if degree == 1 and place.shared else SHARES[:1]
        points = _points(architecture, precision, chip, degree, engine, need, place.memory, shares[-1])
        way = DroppedWay(chip.name, degree, precision, Cause.KIND)
        load_s = engine_start(need.server, degree, weights).seconds + weights / place.load_bandwidth
        if not points:
            yield _first_refusal(way, architecture, chip, engine, need, place.memory)
        for share in shares:
            room = place.memory * share if chip.neuron else place.memory
            point = chosen([p for p in points if p.batch <= _places(architecture, precision, degree, need, room)], need, share)
            if point is None:
                continue
            vcpus, host = _host(weights, share)
            if not _fits_a_node(place, degree, vcpus * degree, host):
                yield _no_node(way, place, vcpus * degree, host)
                continue
            memory = copy_memory(architecture, precision, degree, point.batch, need.prompt + need.output, need.prompt)
            yield Option(
                chip.name, degree, memory, share, vcpus * degree, host, point.planned * share,
                point.ttft_s / share, point.tpot_s / share, load_s, precision, engine_name, point.batch,
            )  # fmt: skip


def _first_refusal_on_cpus(way: DroppedWay, architecture: Architecture, stored: str, need: Need, room: int) -> DroppedWay:
    """The same on so many vCPUs, where weights and cache are in host memory."""
    chip = cpu_chip(way.accelerators)
    found = _first_refusal(replace(way, precision=stored, accelerators=1), architecture, chip, CPU_ENGINE, need, room)
    cause = Cause.HOST_MEMORY if found.cause is Cause.MEMORY else found.cause
    return replace(found, precision=way.precision, accelerators=way.accelerators, cause=cause)


def on_cpus(architecture: Architecture, precision: str, place: Place, need: Need) -> Iterator[Option | DroppedWay]:
    """Small models and k-NN on vCPUs: weights at 32 bits (16-bit ones are widened), int8 kept.

    All the memory is host memory: weights or index, KV cache and activations, and 512 MiB for the process.
    """
    stored = "int8" if PRECISIONS[precision].bits <= 8 else "fp32"
    index = architecture.kind == "knn"
    if place.chip is not None:
        return
    if architecture.kind == "diffusion":
        yield DroppedWay(None, 0, precision, Cause.KIND)
        return
    if not index and architecture.parameters > CPU_LARGEST:
        yield DroppedWay(None, 0, precision, Cause.SIZE, architecture.parameters, CPU_LARGEST)
        return
    weights = weight_bytes(architecture, stored)
    for vcpus in CPU_SIZES:
        if index:
            points: Sequence[Point] = scan_points(weights, vcpus)
        else:
            room = max(node[2] for node in place.nodes)
            points = _points(architecture, stored, cpu_chip(vcpus), 1, CPU_ENGINE, need, room, 1.0)
        point = chosen(points, need)
        way = DroppedWay(None, vcpus, precision, Cause.KIND)
        if point is None:
            yield _late(way, points[0], need) if points else _first_refusal_on_cpus(way, architecture, stored, need, room)
            continue
        held = math.ceil(weights * 1.2 / MIB) * MIB + GIB // 2
        host = held if index else copy_memory(architecture, stored, 1, point.batch, need.prompt + need.output, need.prompt)
        if _fits_a_node(place, 0, vcpus, host):
            load_s = engine_start(need.server if need.server == "eager" else None).seconds + weights / place.load_bandwidth
            yield Option(None, 0, 0, 0.0, vcpus, host, point.planned, point.ttft_s, point.tpot_s, load_s, precision, "cpu", point.batch)
        else:
            yield _no_node(way, place, vcpus, host)
