"""What can be had: instance types and the pools of a fleet."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from packing.domain.faults import coded
from packing.domain.fields import AsTuple, Cores, Count, Label, MemoryCapacity, Name, Number, Record, Reference
from packing.domain.units import MICRO, MILLI, capacity, need
from packing.domain.words import AcceleratorKind, Sharing

Rate = Annotated[Number, Field(gt=0, le=100_000)]


class MigProfile(Record):
    """One legal partition of an accelerator.

    A set of partitions fits on one accelerator iff their compute slices and their memory slices both sum
    to no more than the accelerator has; for the profiles of A100 and H100 this is equivalent to the
    start-position table of NVIDIA's MIG user guide (see docs/rules.md, rule `sharing`).
    """

    name: Name
    compute_slices: Annotated[int, Field(ge=1, le=64)]
    memory_slices: Annotated[int, Field(ge=1, le=64)]
    memory: MemoryCapacity
    """Usable bytes of one such partition."""


class MigGeometry(Record):
    """How an accelerator can be partitioned."""

    compute_slices: Annotated[int, Field(ge=1, le=64)]
    memory_slices: Annotated[int, Field(ge=1, le=64)]
    profiles: Annotated[tuple[MigProfile, ...], AsTuple, Field(min_length=1)]

    @model_validator(mode="after")
    def _fit(self) -> MigGeometry:
        for profile in self.profiles:
            if profile.compute_slices > self.compute_slices or profile.memory_slices > self.memory_slices:
                raise coded("contradiction", f"The partition {profile.name} has more slices than the accelerator.", "Correct one of them.")
        return self


class InstanceType(Record):
    """A kind of machine. Capacities that are not stated (None) do not limit anything."""

    name: Name
    accelerator: Name | None = None
    """Kind of accelerator, e.g. ``A10G``; None on CPU instances."""
    accelerators: Annotated[int, Field(ge=0, le=1024)] = 0
    accelerator_kind: Annotated[AcceleratorKind, Field(strict=False)] = AcceleratorKind.GPU
    memory_per_accelerator: MemoryCapacity = 0
    """Usable bytes on each accelerator."""
    vcpus: Cores | None = None
    host_memory: MemoryCapacity | None = None
    price_per_hour: Number | None = None
    """USD; a pool may override it."""
    sharing: Annotated[Sharing, Field(strict=False)] | None = None
    """None means: exclusive for ``ml.*`` types, memory for others (see `effective_sharing`)."""
    mig: MigGeometry | None = None
    resources: dict[Name, Number] = Field(default_factory=dict)
    """Named resources of one node, e.g. licences."""
    max_models_per_node: Annotated[Count, Field(ge=1)] | None = None
    """Distinct models on one such node, at most; None: as the problem says."""
    start_s: Number | None = None
    """Seconds from asking for a node until it can load copies; None: not known."""
    network_gb_per_s: Rate | None = None
    """10⁹ bytes/s over the network from where weights are kept; None: of the catalogue's types the catalogue's, else not known."""
    storage_gb_per_s: Rate | None = None
    """10⁹ bytes/s of the node's disk; without `network_gb_per_s` the weights are on it."""

    @model_validator(mode="after")
    def _consistent(self) -> InstanceType:
        if self.accelerators and not (self.accelerator and self.memory_per_accelerator):
            raise coded("missing_field", "Accelerators need a kind and a memory.", "Add accelerator and memory_per_accelerator.")
        if not self.accelerators and (self.accelerator or self.memory_per_accelerator):
            stated = "accelerator" if self.accelerator else "memory_per_accelerator"
            raise coded("missing_field", f"With {stated} it has to be said how many accelerators a node has.", "Add accelerators.")
        largest = max(self.mig.profiles, key=lambda profile: profile.memory) if self.mig is not None and self.accelerators else None
        if largest is not None and largest.memory > self.memory_per_accelerator:
            cause = f"The partition {largest.name} has more memory than the accelerator."
            raise coded("contradiction", cause, "Correct the memory of one of them.")
        if self.sharing is Sharing.MIG and self.mig is None:
            raise coded("missing_field", "sharing: mig needs the partitions of the accelerator.", "Add mig, or choose another kind of sharing.")
        return self

    @property
    def effective_sharing(self) -> Sharing:
        """The sharing kind, with the default of the contract where none is stated."""
        if self.sharing is not None:
            return self.sharing
        return Sharing.EXCLUSIVE if self.name.startswith("ml.") else Sharing.MEMORY

    @property
    def vcpu_milli(self) -> int | None:
        """vCPUs in thousandths, rounded down."""
        return None if self.vcpus is None else capacity(self.vcpus, MILLI)

    @property
    def resource_milli(self) -> dict[str, int]:
        """Named resources in thousandths, rounded down."""
        return {name: capacity(amount, MILLI) for name, amount in self.resources.items()}


class Pool(Record):
    """An instance type in a zone with a stock and a price."""

    instance_type: Name
    count: Count | None = None
    """Stock or quota; None: as many as needed."""
    zone: Label = ""
    owned: bool = False
    """Paid for whether used or not."""
    price_per_hour: Number | None = None
    """USD; overrides the instance type's."""
    name: Reference | None = None
    """None: made of type, zone and ownership (see `label`)."""

    @model_validator(mode="after")
    def _owned_has_count(self) -> Pool:
        if self.owned and self.count is None:
            raise coded("missing_field", "An owned pool needs a count.", "Say with count how many are owned.")
        return self

    @property
    def label(self) -> str:
        """The pool's name; where none is given, e.g. ``ml.g5.xlarge@us-east-1a`` or ``lab.8gpu (owned)``."""
        if self.name is not None:
            return self.name
        return self.instance_type + (f"@{self.zone}" if self.zone else "") + (" (owned)" if self.owned else "")


def price_micro_usd(pool: Pool, instance_type: InstanceType) -> int:
    """Price of one node of the pool in micro-USD per hour, rounded up; the pool's own price wins."""
    price = pool.price_per_hour if pool.price_per_hour is not None else instance_type.price_per_hour
    if price is None:
        raise ValueError(f"no price for pool {pool.label}")
    return need(price, MICRO)
