"""The words of the domain that are choices: hosting options, isolation levels, sharing kinds, statuses."""

from __future__ import annotations

from enum import StrEnum


class Hosting(StrEnum):
    """How an endpoint serves its models (domain.md, "Three hosting options")."""

    SINGLE_MODEL = "single_model"
    MULTI_MODEL = "multi_model"
    INFERENCE_COMPONENT = "inference_component"


class Isolation(StrEnum):
    """What a tenant or model may share with other tenants, from weakest to strictest."""

    SHARED = "shared"
    CONTAINER = "container"
    INSTANCE = "instance"
    ENDPOINT = "endpoint"

    @property
    def level(self) -> int:
        """0 (shared) … 3 (endpoint)."""
        return list(Isolation).index(self)


class Sharing(StrEnum):
    """Who may use one accelerator of an instance type at the same time."""

    EXCLUSIVE = "exclusive"
    MEMORY = "memory"
    MIG = "mig"


class AcceleratorKind(StrEnum):
    """Families of accelerators that the hosting options tell apart."""

    GPU = "gpu"
    NEURON = "neuron"
    OTHER = "other"


class Survive(StrEnum):
    """Of what the loss of any one leaves a model with enough copies: the standing reserve (rule `survive`)."""

    NONE = "none"
    NODE = "node"
    ZONE = "zone"


class Source(StrEnum):
    """Where a figure of a mode comes from."""

    GIVEN = "given"
    CALIBRATED = "calibrated"
    DERIVED = "derived"


class Limit(StrEnum):
    """What ended a search before it had nothing more to try.

    time: the time limit cut it short, as a whole or in one of its parts; another run may give another answer.
    work: the counted work that the time limit stands for is done; every run gives this answer.
    gap: the gap that was asked for is reached. cancelled: the caller, or a signal, asked it to stop.
    """

    TIME = "time"
    WORK = "work"
    GAP = "gap"
    CANCELLED = "cancelled"


class Status(StrEnum):
    """What is known of an answer.

    optimal: complete, and the bound proves that no placement has a smaller objective.
    feasible: complete. partial: some copies are left out, each with its reasons.
    infeasible: proven that nothing of what is asked can be placed. unknown: no answer was found in the limits.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    PARTIAL = "partial"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"
