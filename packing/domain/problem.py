"""A whole problem: models, fleet, tenants, weights. Cross-references are checked in `packing.describe`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from packing.domain.calibration import CalibrationOrFile
from packing.domain.digest import digest_of
from packing.domain.fields import AsTuple, Count, Label, Number, Record
from packing.domain.hardware import InstanceType, Pool
from packing.domain.weights import BALANCED, Weights, parse_weights
from packing.domain.words import Isolation, Survive
from packing.domain.workload import Model, Tenant

SCHEMA_VERSION = 1


class Problem(Record):
    """What is to be decided. See docs/file-reference.md for every field."""

    schema_version: Annotated[int, Field(ge=1)] = SCHEMA_VERSION
    name: Label = ""
    slots: Annotated[int, Field(ge=1, le=10_000)] = 1
    """Length of every traffic profile, e.g. the 24 hours of a day."""
    slot_hours: Annotated[Number, Field(gt=0, le=8760)] = 1.0
    """Length of one slot in hours."""
    robust: Annotated[Number, Field(ge=0.5, lt=1)] | None = None
    """One-sided confidence at which figures with an error band are taken; None: as they are stated."""
    loading_limit: Annotated[Number, Field(gt=0, le=0.5)] = 0.2
    """Share of its time that an over-committed node may spend loading (docs/design/overcommit.md)."""
    calibration: CalibrationOrFile | None = None
    """Own measurements (`packing calibrate`), or the file that holds them; None: the library's figures."""
    weights: Annotated[Weights, BeforeValidator(parse_weights)] = BALANCED
    multi_model_size_ratio: Annotated[Number, Field(ge=1)] = 5.0
    """Largest / smallest model of one multi-model endpoint."""
    max_models_per_node: Annotated[Count, Field(ge=1)] | None = None
    """Distinct models on one node, at most; None: any number. An instance type may state fewer, and then that counts."""
    survive: Annotated[Survive, Field(strict=False)] = Survive.NONE
    """The standing reserve of models that state none of their own."""
    tenants: Annotated[tuple[Tenant, ...], AsTuple] = ()
    instance_types: Annotated[tuple[InstanceType, ...], AsTuple] = ()
    fleet: Annotated[tuple[Pool, ...], AsTuple] = ()
    models: Annotated[tuple[Model, ...], AsTuple] = ()

    def canonical(self) -> Problem:
        """The same problem with everything that has a name in the order of names.

        Two files that list the same things in another order are the same problem and get the same placement.
        """
        return self.model_copy(
            update={
                "tenants": tuple(sorted(self.tenants, key=lambda tenant: tenant.name)),
                "instance_types": tuple(sorted(self.instance_types, key=lambda kind: kind.name)),
                "fleet": tuple(sorted(self.fleet, key=lambda pool: pool.label)),
                "models": tuple(sorted(self.models, key=lambda model: model.name)),
            }
        )

    def digest(self) -> str:
        """Hash of the canonical problem: which problem a placement belongs to (`packing.domain.digest`)."""
        return digest_of(self.canonical())


def tenant_name(model: Model) -> str:
    """The tenant of a model; models without one share the nameless tenant."""
    return model.tenant or ""


def isolation_of(model: Model, tenants: dict[str, Tenant]) -> Isolation:
    """The stricter of the model's and its tenant's isolation."""
    tenant = tenants.get(model.tenant or "")
    levels = [model.isolation] + ([tenant.isolation] if tenant else [])
    return max(levels, key=lambda isolation: isolation.level)


def conflicting_pairs(tenants: dict[str, Tenant]) -> frozenset[tuple[str, str]]:
    """Ordered pairs of tenants that are never on one node, in both directions."""
    pairs = {(a.name, b) for a in tenants.values() for b in a.conflicts_with}
    return frozenset(pairs | {(b, a) for a, b in pairs})
