"""What modes are derived for: one kind of node of the fleet, and the figures of its accelerator that count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from packing.capacity.precision import Precision, peak_flops
from packing.catalog.types import Accelerator
from packing.domain.words import AcceleratorKind, Sharing

WEIGHT_ONLY = ("A10", "A30", "A40", "A100", "L4", "H100", "H200", "GH200", "RTX")
"""Beginnings of the names of accelerators on which servers have weight-only kernels (Marlin) for fp8 and fp4: Ampere, Ada, Hopper."""


@dataclass(frozen=True)
class Target:
    """One kind of node.

    Parameters
    ----------
    accelerator : its kind of accelerator; None for CPU nodes.
    max_accelerators : how many of them a node has (Neuron: devices, not cores).
    memory_per_accelerator : usable bytes on each.
    vcpus, host_memory : of the node; None does not limit.
    sharing : who may use one accelerator at the same time.
    multi_model : whether multi-model endpoints run on such nodes, so that models share the accelerator over time.
    load_bandwidth : line rate in bytes/s from where weights are kept into the node (loads reach `LOAD_EFFICIENCY` of it);
        None: `LOAD_BANDWIDTH`.
    """

    accelerator: Accelerator | None
    max_accelerators: int
    memory_per_accelerator: int
    vcpus: float | None
    host_memory: int | None
    sharing: Sharing
    multi_model: bool
    load_bandwidth: float | None


class Chip(NamedTuple):
    """The figures of an accelerator that latency depends on; hashable, unlike the catalogue's record."""

    name: str
    neuron: bool
    bandwidth: float
    """bytes/s"""
    link: float
    """bytes/s to the other accelerators of the node"""
    flops: tuple[tuple[str, float], ...]

    def peak(self, precision: Precision) -> float | None:
        """Dense FLOP/s for the precision: of 16 bits where weights are widened on the fly; None where it cannot run here."""
        flops = dict(self.flops)
        own = peak_flops(flops, precision)
        return own if own or not self.name.startswith(WEIGHT_ONLY) else flops.get("bf16")


def chip_of(accelerator: Accelerator) -> Chip:
    """The part of a catalogue record that latency depends on."""
    return Chip(
        accelerator.name,
        accelerator.kind is AcceleratorKind.NEURON,
        accelerator.bandwidth,
        accelerator.link,
        tuple(sorted(accelerator.flops.items())),
    )
