"""The compiled problem: plain integers with indices, nothing to parse and nothing to round any more.

Index conventions: ``kind`` indexes instance types, ``pool`` pools, ``model`` models, ``tenant`` tenants,
``candidate`` the global list of candidates. Bytes, milli-vCPU, millionths of a compute share, millionths of a
request/s, and 10^-9 of the objective are the units throughout.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from packing.compile.home import Home
from packing.domain.dropped import DroppedWay
from packing.domain.words import Hosting, Sharing

UNLIMITED = 2**62
"""Stands for a capacity that nobody stated; larger than any sum of needs."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An instance type in integers."""

    name: str
    accelerator: str | None
    accelerators: int
    memory: int
    sharing: Sharing
    mig_compute: int
    mig_memory: int
    vcpus: int
    host_memory: int
    resources: tuple[int, ...]
    """By index of `Compiled.resource_names`."""
    multi_model: bool
    """Whether multi-model endpoints may use it (at most one accelerator, and that a GPU)."""
    pools: tuple[int, ...]
    max_models: int = UNLIMITED
    """Distinct models on one node, at most: the stricter of what problem and instance type say."""


@dataclass(frozen=True, slots=True)
class PoolData:
    """A pool in integers."""

    label: str
    kind: int
    zone: int
    stock: int
    price: int
    owned: bool
    coefficient: int
    """Objective units that each opened node adds."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to host one copy: model, mode, hosting option, instance type; what it takes and what it adds.

    `demand` is what it takes of each of its accelerators: (memory, compute, tokens, MIG compute slices, MIG
    memory slices); `node_demand` what it takes of the node: (vCPU, host memory, *named resources).
    """

    index: int
    model: int
    mode: int
    """Index into the expanded model's modes."""
    hosting: Hosting
    kind: int
    width: int
    """Accelerators of one copy."""
    demand: tuple[int, int, int, int, int]
    node_demand: tuple[int, ...]
    mask: int
    """Bit per compiled slot in which the copy is resident; all bits for hosting options that keep it loaded."""
    size: int
    rate: int
    """Requests/s that one copy counts with, in millionths; 0 where throughput is not in force."""
    needed: int
    """Copies if the whole model runs like this."""
    coefficient: int
    """Objective units that each copy adds."""
    container: int = -1
    """Behind multi-model endpoints: only copies of equal numbers share a node (framework, level of over-commitment)."""
    keep: int = -1
    """Index of the level of over-commitment (`packing.domain.overcommit.LEVELS`); -1: resident in all slots of its mask."""


@dataclass(frozen=True, slots=True)
class ModelData:
    """A model in integers."""

    name: str
    tenant: int
    isolation: int
    """Effective level: 0 shared, 1 container, 2 instance, 3 endpoint."""
    framework: int
    level: int
    """Index of its priority among the distinct priorities, 0 = highest."""
    base: int
    """With spare copies (rule `survive`), as `most` and `peak`."""
    most: int
    """Largest useful number of copies (`copies.max`, or what the slowest candidate needs)."""
    peak: int
    fastest: int
    """Requests/s of the fastest mode in millionths; 0 where throughput is not in force."""
    fewest: int
    max_per_node: int
    max_per_zone: int
    """Rule `survive`; `UNLIMITED` where the loss of a zone need not be survived."""
    min_zones: int
    missing_coefficient: int
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """A candidate that a rule removed before the search."""

    model: str
    hosting: Hosting | None
    pool: str
    """Instance type, or the pool's label where the pool itself is the cause."""
    mode: int | None
    rule: str
    detail: str
    way: DroppedWay | None = None
    """Where the capacity laws dropped it: the same with its figures."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A whole problem in integers. `slots` are the compressed ones (see `slots.py`)."""

    kinds: tuple[Kind, ...]
    pools: tuple[PoolData, ...]
    models: tuple[ModelData, ...]
    candidates: tuple[Candidate, ...]
    tenants: tuple[str, ...]
    zones: tuple[str, ...]
    resource_names: tuple[str, ...]
    frameworks: tuple[str | None, ...]
    conflicts: frozenset[tuple[int, int]]
    slots: int
    levels: tuple[int, ...]
    """Distinct priorities, highest first."""
    size_ratio: tuple[int, int]
    """Numerator and denominator of `multi_model_size_ratio`."""
    constant: int
    reference_cost: int
    """C_ref of docs/fitness.md, micro-USD per hour."""
    reference_nodes: int
    """N_ref."""
    removed: tuple[Removed, ...] = field(repr=False)
    home: Home | None = field(default=None, repr=False)
    """Where everything is now; None: nothing runs yet, or nobody asks."""
    cut: bool = False
    """Whether compilation ended early: models may lack candidates that they have, so that nothing can be proven of this."""

    @property
    def copies(self) -> int:
        """Copies that are asked for at least, all models together."""
        return sum(model.fewest for model in self.models)

    @property
    def full_mask(self) -> int:
        """All slots."""
        return (1 << self.slots) - 1
