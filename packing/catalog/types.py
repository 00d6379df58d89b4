"""What the catalogue says of accelerators, instance types and architectures, each figure with its source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from packing.domain.fields import AsTuple, MemoryCapacity, Name, Record
from packing.domain.hardware import InstanceType, MigGeometry
from packing.domain.words import AcceleratorKind


class Provenance(Record):
    """Where a figure comes from."""

    source: str
    date: str
    """ISO date of the source or of its capture; only a year where the source is a paper."""
    figures: Annotated[tuple[str, ...], AsTuple] = ()
    """The fields that this speaks for; empty: all of them."""
    derived: bool = False
    """True: computed by a stated rule from another figure, not quoted."""
    note: str = ""


class Accelerator(Record):
    """A kind of accelerator. Bandwidths in bytes/s, compute in dense FLOP/s (operations/s for integers)."""

    name: Name
    vendor: str
    kind: Annotated[AcceleratorKind, Field(strict=False)]
    memory: MemoryCapacity
    """Nominal bytes."""
    usable_memory: MemoryCapacity
    """Bytes that processes can allocate."""
    bandwidth: float
    """Memory bandwidth, bytes/s."""
    flops: dict[str, float]
    """Dense peak by precision: bf16 (stands for every 16-bit float: T4 and V100 have fp16 only), fp8, int8, fp4 (where the hardware has them)."""
    link: float
    """Bytes/s to the other accelerators of the node, one direction (NVLink, or PCIe where there is none)."""
    host_link: float
    """Bytes/s from host memory."""
    mig: MigGeometry | None = None
    provenance: Annotated[tuple[Provenance, ...], AsTuple] = ()


class Offer(Record):
    """An instance type as a cloud offers it: the shape, plus facts that placement itself does not need."""

    cloud: Literal["aws-sagemaker", "aws-ec2", "azure", "gcp", "oci"]
    instance: InstanceType
    """price_per_hour is the on-demand price in USD, None where none is known."""
    region: str
    network: float | None = None
    """Bytes/s."""
    storage: float | None = None
    """Bytes/s from attached storage."""
    local_disk: int | None = None
    """Bytes of instance-local NVMe."""
    hosts_endpoints: bool = False
    """Whether a managed endpoint may run on it (SageMaker types)."""
    shape_provenance: Provenance
    price_provenance: Provenance | None = None


class Architecture(Record):
    """Geometry of a foundation model: what memory and latency are computed from."""

    name: Name
    family: str
    kind: Literal["decoder", "encoder_decoder", "encoder", "diffusion", "knn"]
    parameters: float
    """All parameters."""
    active_parameters: float
    """Parameters that one token passes through (fewer than all for mixtures of experts)."""
    layers: Annotated[int, Field(ge=0)] = 0
    """Layers with a KV cache: of the decoder, for encoder-decoders (whose encoder has as many)."""
    hidden: Annotated[int, Field(ge=0)] = 0
    intermediate: Annotated[int, Field(ge=0)] = 0
    """Width of the feed-forward layer (of one expert, for mixtures of experts); 0: not stated."""
    heads: Annotated[int, Field(ge=0)] = 0
    kv_heads: Annotated[int, Field(ge=0)] = 0
    head_dim: Annotated[int, Field(ge=0)] = 0
    kv_lora_rank: Annotated[int, Field(ge=0)] = 0
    """Multi-head latent attention (DeepSeek): numbers of compressed KV per token and layer; 0: ordinary attention."""
    kv_rope_dim: Annotated[int, Field(ge=0)] = 0
    """Multi-head latent attention: numbers of the rotary key cached beside it, per token and layer."""
    vocabulary: Annotated[int, Field(ge=0)] = 0
    max_positions: Annotated[int, Field(ge=0)] = 0
    experts: Annotated[int, Field(ge=0)] = 0
    experts_per_token: Annotated[int, Field(ge=0)] = 0
    flops_per_image: float | None = None
    """Diffusion: FLOP for one image at the stated resolution and steps."""
    huggingface: str = ""
    aliases: Annotated[tuple[str, ...], AsTuple] = ()
    provenance: Annotated[tuple[Provenance, ...], AsTuple] = ()
