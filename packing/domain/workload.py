"""What is asked for: models with traffic and SLO, the modes a copy can run in, tenants."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from packing.domain.faults import coded
from packing.domain.fields import AsTuple, Cores, Count, MemoryNeed, Name, Number, OneOrMore, Record
from packing.domain.units import MICRO, MILLI, capacity, need
from packing.domain.words import Hosting, Isolation, Source, Survive

Profile = tuple[Number, ...]


class ErrorBands(Record):
    """Half-widths of 90 % bands, figure by figure, where they differ; None: the mode's `error_band`."""

    ttft: Number | None = None
    tpot: Number | None = None
    requests_per_second: Number | None = None


NEEDS = {"accelerator", "accelerators", "memory_per_accelerator", "vcpus", "host_memory", "resources"}
"""Fields of a mode that say what it takes of a node."""


class Mode(Record):
    """One way to serve a copy: what it takes of a node, and what it then delivers."""

    accelerator: Name | None = None
    """Kind of accelerator; None for a copy that runs on CPUs."""
    accelerators: Annotated[int, Field(ge=0, le=1024)] = 1
    memory_per_accelerator: MemoryNeed = 0
    compute_share: Annotated[Number, Field(le=1)] = 0.0
    """Share of each accelerator's compute that is reserved; 0: nothing reserved, memory alone decides."""
    vcpus: Cores = 0.0
    host_memory: MemoryNeed = 0
    requests_per_second: Number | None = None
    """What one copy serves at the SLO; None: not known."""
    ttft_ms: Number | None = None
    tpot_ms: Number | None = None
    resources: dict[Name, Number] = Field(default_factory=dict)
    precision: Name | None = None
    load_s: Number | None = None
    """Seconds to load the copy onto a running node."""
    source: Annotated[Source, Field(strict=False)] = Source.GIVEN
    error_band: Number | None = None
    """Half-width of the 90 % band of the performance figures: the truth lies between figure / (1 + band) and figure · (1 + band); None: not stated."""
    error_bands: ErrorBands | None = None
    """The same for each figure, where they differ (`packing.domain.bands`)."""

    @model_validator(mode="before")
    @classmethod
    def _no_accelerator(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.keys() & NEEDS:
            raise coded("missing_field", "This says nothing of what a copy needs.", "Add accelerator, or vcpus and host_memory for one on CPUs.")
        if isinstance(data, dict) and str(data.get("accelerator") or "cpu").lower() == "cpu":
            data = {**data, "accelerator": None, "accelerators": data.get("accelerators", 0)}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Mode:
        if (self.accelerator is None) != (self.accelerators == 0):
            raise coded("contradiction", "accelerator and accelerators go together: a CPU mode has neither.", "Give both, or neither.")
        if self.accelerators == 0 and self.memory_per_accelerator:
            raise coded("contradiction", "A CPU mode has no memory_per_accelerator.", "Give host_memory instead.")
        return self

    @property
    def compute_micro(self) -> int:
        """Compute share in millionths of an accelerator, rounded up."""
        return need(self.compute_share, MICRO)

    @property
    def vcpu_milli(self) -> int:
        """vCPUs in thousandths, rounded up."""
        return need(self.vcpus, MILLI)

    @property
    def resource_milli(self) -> dict[str, int]:
        """Named resources in thousandths, rounded up."""
        return {name: need(amount, MILLI) for name, amount in self.resources.items()}

    @property
    def rps_micro(self) -> int | None:
        """Requests per second in millionths, rounded down (it is a supply)."""
        return None if self.requests_per_second is None else capacity(self.requests_per_second, MICRO)

    @property
    def size(self) -> int:
        """Bytes that one copy occupies: on all its accelerators, or in host memory for a CPU mode."""
        return self.memory_per_accelerator * self.accelerators if self.accelerators else self.host_memory


class Traffic(Record):
    """Demand per slot, and the lengths of a typical request."""

    requests_per_second: Annotated[Profile, BeforeValidator(lambda v: (v,) if not isinstance(v, list | tuple) else tuple(v)), Field(min_length=1)]
    """One value for all slots, or one per slot."""
    input_tokens: Annotated[Number, Field(le=10_000_000)] = 512.0
    output_tokens: Annotated[Number, Field(le=10_000_000)] = 128.0


class Slo(Record):
    """Service-level objective; None: no limit."""

    ttft_ms: Number | None = None
    tpot_ms: Number | None = None


class Copies(Record):
    """How many copies: at least `min`, at most `max` (None: as many as the traffic needs)."""

    min: Annotated[Count, Field(ge=0)] = 1
    max: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_number(cls, data: Any) -> Any:
        return {"min": data, "max": data} if isinstance(data, int) and not isinstance(data, bool) else data

    @model_validator(mode="after")
    def _ordered(self) -> Copies:
        if self.max is not None and self.max < self.min:
            raise coded("contradiction", "max is smaller than min.", "Raise max or lower min.")
        return self


def traffic_of(value: Any) -> Any:
    """A plain number, or a list of them, as the rates of a `Traffic`."""
    plain = (isinstance(value, int | float) and not isinstance(value, bool)) or isinstance(value, list | tuple)
    return {"requests_per_second": value} if plain else value


class Tenant(Record):
    """Who owns models, and what their models may share."""

    name: Name
    isolation: Annotated[Isolation, Field(strict=False)] = Isolation.SHARED
    conflicts_with: Annotated[tuple[Name, ...], OneOrMore] = ()


class Degrade(Record):
    """What a model may give up when accelerators run short, beyond copies (docs/shortage.md). The default: nothing."""

    latency_factor: Annotated[Number, Field(ge=1, le=1000)] = 1.0
    """TTFT and TPOT may be up to this many times the SLO."""
    precision: Annotated[tuple[Name, ...], OneOrMore] = ()
    """Further precisions of the weights, the one that is missed least first; for models whose modes are derived."""
    modes: Annotated[tuple[Mode, ...], AsTuple] = ()
    """Further measured modes, the one that is missed least first."""
    hosting: Annotated[tuple[Annotated[Hosting, Field(strict=False)], ...], OneOrMore] = ()
    """Further hosting options."""
    scale_to_zero: bool = False
    """Whether it may have fewer copies than `copies.min`, or none at all, for a while."""


class Model(Record):
    """A foundation model to be hosted."""

    name: Name
    tenant: Name | None = None
    """None: all such models belong to one nameless tenant."""
    architecture: str | dict[str, Any] | None = None
    """Name in the catalogue, inline facts, or a folder with a Hugging Face config.json."""
    precision: Annotated[tuple[Name, ...], OneOrMore, Field(min_length=1)] = ("bf16",)
    """Precision of the weights; several: any of them will do."""
    framework: Name | None = None
    traffic: Annotated[Traffic | None, BeforeValidator(traffic_of)] = None
    slo: Slo = Slo()
    streaming: bool = False
    copies: Copies = Copies()
    isolation: Annotated[Isolation, Field(strict=False)] = Isolation.SHARED
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    max_copies_per_node: Annotated[Count, Field(ge=1)] | None = None
    max_unavailable: Count = 0
    """Serving copies that a migration may go short of for a while (docs/migration.md); 0: a new copy serves before an old one goes."""
    min_zones: Annotated[int, Field(ge=1, le=1000)] = 1
    cold_start_s: Number = 0.0
    """Tolerated wait for a load; 0: must be resident."""
    cold_start_quantile: Annotated[Number, Field(ge=0.5, le=0.9999)] | None = None
    """Share of the requests that wait no longer than `cold_start_s`; None: all of them, and it is resident in every slot with traffic."""
    survive: Annotated[Survive, Field(strict=False)] | None = None
    """A reserve that lets any single node, or any zone, be lost; None: as the problem says."""
    degrade: Degrade = Degrade()
    modes: Annotated[tuple[Mode, ...], AsTuple] = ()
    hosting: Annotated[tuple[Annotated[Hosting, Field(strict=False)], ...], OneOrMore, Field(min_length=1)] = tuple(Hosting)

    def rate_micro(self, slots: int) -> tuple[int, ...] | None:
        """Demand of each slot in millionths of a request per second, rounded up; None: no traffic stated."""
        if self.traffic is None:
            return None
        rates = tuple(need(rate, MICRO) for rate in self.traffic.requests_per_second)
        return rates * slots if len(rates) == 1 else rates

    @property
    def peak_micro(self) -> int:
        """The largest demand of any slot in millionths of a request per second; 0 where no traffic is stated."""
        return 0 if self.traffic is None else need(max(self.traffic.requests_per_second), MICRO)

    def active(self, slots: int) -> tuple[bool, ...]:
        """Whether there is traffic, per slot; a model without stated traffic is always active."""
        rates = self.rate_micro(slots)
        return (True,) * slots if rates is None else tuple(rate > 0 for rate in rates)
