"""How long a copy loads, and how long a node takes until it can load copies: bytes over the slowest way, and fixed times.

    load  = LOAD_START_S + weights / rate         object storage: LOAD_EFFICIENCY · min(network, storage) of the node
                                                  local disk, host memory: what the loader reaches, at most the hardware's rate
    start = PROVISION_S + image / IMAGE_RATE      the second term only where the container image is not cached on the node

Where from, and how far off on measurements held out: docs/load-time.md. Bands are 90 % ones, as those of modes: figure / (1 + h) to figure · (1 + h).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from packing.capacity.modes import rounded
from packing.capacity.options import LOAD_EFFICIENCY
from packing.domain.durations import LOAD_BANDWIDTH, LOAD_START_S
from packing.domain.hardware import InstanceType

PROVISION_S = 142.0
"""From asking for a node to its container running, image in place (four SageMaker types, AWS ML blog of 2026-06-16, without the weights)."""
IMAGE_RATE = 6.15e7
"""Bytes/s of a compressed image, pulled and unpacked (the same four types: 51 to 79 MB/s, whatever the network)."""
ACCELERATED_IMAGE, CPU_IMAGE = 16e9, 2e9
"""Bytes of a compressed serving image: 10.6 to 17.7 GB measured with CUDA; without it assumed."""
DISK_RATE = 3.2e9
"""Bytes/s that a usual loader (safetensors) reads from local NVMe that holds the weights, cold (ServerlessLLM: 2.6 to 3.6e9)."""
MEMORY_RATE = 5.8e9
"""The same from the page cache (ServerlessLLM: 5.3 to 6.4e9)."""
START_BAND = 0.4
LOAD_BAND = {"object_storage": 1.2, "local_disk": 0.35, "host_memory": 0.35}
"""Object storage was measured on one type only, at 77 s alone and 168 s beside an image pull: a factor of 2.2."""


class Store(StrEnum):
    """Where the weights are."""

    OBJECT_STORAGE = "object_storage"
    LOCAL_DISK = "local_disk"
    HOST_MEMORY = "host_memory"


class Seconds(NamedTuple):
    """A time and the half-width of its 90 % band."""

    seconds: float
    band: float


def load_time(weights: float, store: Store = Store.OBJECT_STORAGE, line_rate: float | None = None) -> Seconds:
    """Seconds until a copy serves on a node whose container image is there.

    Parameters
    ----------
    weights : bytes.
    store : where they are read from.
    line_rate : bytes/s of the slowest part of the way: of network and attached storage for object storage, of the disk for a local
        one. None: not known, and the rates above stand.

    Examples
    --------
    >>> round(load_time(16.4e9, line_rate=625e6).seconds)  # Qwen3-8B onto ml.g6.2xlarge: 77 s of it were measured
    82
    """
    rate = {
        Store.OBJECT_STORAGE: LOAD_BANDWIDTH if line_rate is None else LOAD_EFFICIENCY * line_rate,
        Store.LOCAL_DISK: DISK_RATE if line_rate is None else min(DISK_RATE, line_rate),
        Store.HOST_MEMORY: MEMORY_RATE,
    }[store]
    return Seconds(LOAD_START_S + weights / rate, LOAD_BAND[store])


def start_time(image: float, *, cached: bool = False) -> Seconds:
    """Seconds from asking for a node until it can load copies.

    Parameters
    ----------
    image : bytes of the compressed container image.
    cached : whether the node has it already (container caching, an image baked into the machine image).
    """
    return Seconds(PROVISION_S + (0.0 if cached else image / IMAGE_RATE), START_BAND)


def default_start_s(kind: InstanceType) -> float:
    """What is taken as `start_s` of an instance type that states none: nothing cached, a serving image of usual size."""
    return rounded(start_time(ACCELERATED_IMAGE if kind.accelerators else CPU_IMAGE).seconds, up=True)
