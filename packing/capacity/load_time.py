"""How long a copy loads, and how long a node takes until it can load copies: bytes over the slowest way, and fixed times.

    load  = engine start + weights / rate         the first: packing/capacity/engine_start.py
                                                  object storage: LOAD_EFFICIENCY · min(network, storage) of the node
                                                  local disk, host memory: what the loader reaches, at most the hardware's rate
    start = PROVISION_S + image / IMAGE_RATE      the second term only where the container image is not cached on the node

Where from, and how far off on measurements held out: docs/load-time.md. Bands are 90 % ones, as those of modes: figure / (1 + h) to figure · (1 + h).
"""

from __future__ import annotations

from enum import StrEnum

from packing.capacity.engine_start import Seconds, engine_start
from packing.capacity.modes import rounded
from packing.capacity.options import LOAD_EFFICIENCY
from packing.domain.durations import LOAD_BANDWIDTH
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


def load_time(
    weights: float,
    store: Store = Store.OBJECT_STORAGE,
    line_rate: float | None = None,
    *,
    engine: str | None = None,
    accelerators: int = 1,
    compiled: bool = False,
) -> Seconds:
    """Seconds until a copy serves on a node whose container image is there.

    Parameters
    ----------
    weights : bytes.
    store : where they are read from.
    line_rate : bytes/s of the slowest part of the way: of network and attached storage for object storage, of the disk for a local
        one. None: not known, and the rates above stand.
    engine : server software that is started (`packing.capacity.engine_start.STARTS`); None: a server that runs.
    accelerators : over which the copy is split.
    compiled : whether the engine's compile cache is filled.

    Returns
    -------
    Seconds
        The sum of both parts, and the band in which both are.

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
    start, read = engine_start(engine, accelerators, weights, cached=compiled), weights / rate
    if engine is None:  # measured end to end
        return Seconds(start.seconds + read, LOAD_BAND[store])
    return Seconds(start.seconds + read, (start.seconds * start.band + read * LOAD_BAND[store]) / (start.seconds + read))


def line_rate_of(network: float | None, storage: float | None) -> float | None:
    """The line rate from where weights are kept into a node; None: not known.

    With a network rate, weights are in object storage: the smaller of both. With a storage rate alone they are on that disk, which
    loaders read at up to `DISK_RATE`: the line rate over which loads from object storage would be as quick.
    """
    if network is None and storage is not None:
        return min(storage, DISK_RATE) / LOAD_EFFICIENCY
    return min((rate for rate in (network, storage) if rate is not None), default=None)


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
