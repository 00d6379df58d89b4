"""The one list of rules. Each has one name, used in formulation, checker, docs/rules.md and scenarios."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Rule(StrEnum):
    """A hard rule; the sentence is what a placement must satisfy."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> Self:
        """Attach the sentence to the name."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    # One rule, one line.
    # fmt: off
    ACCELERATORS = "accelerators", "A copy sits on one node, on exactly as many different accelerators of it as its mode says, all of the mode's kind."
    MODE = "mode", "A copy runs in one of its model's modes."
    MEMORY = "memory", "On every accelerator, in every slot, the resident copies need no more than the usable memory."
    COMPUTE = "compute", "On every accelerator, in every slot, compute shares sum to no more than one."
    SHARING = "sharing", "An exclusive accelerator belongs to one copy; a partitioned one carries only legal partitions."
    VCPUS = "vcpus", "On every node, in every slot, the resident copies need no more than its vCPUs."
    HOST_MEMORY = "host_memory", "On every node, in every slot, the resident copies need no more than its host memory."
    RESOURCES = "resources", "On every node, in every slot, the resident copies need no more than it has of each named resource."
    ENDPOINT = "endpoint", "An endpoint has one hosting option and one instance type, and every node belongs to one endpoint."
    HOSTING = "hosting", "A model is hosted only in the ways that it allows."
    SINGLE_MODEL = "single_model", "A single-model endpoint serves one model only."
    MULTI_MODEL = "multi_model", "Multi-model endpoints take CPU or single-GPU modes on CPU or single-GPU instance types only."
    FRAMEWORK = "framework", "All models of a multi-model endpoint have the same framework."
    SIZE_RATIO = "size_ratio", "In a multi-model endpoint the largest model is at most multi_model_size_ratio times the smallest."
    STREAMING = "streaming", "A model that streams its responses is not in a multi-model endpoint."
    COLD_START = "cold_start", "Only a model that tolerates a cold start, at least as long as its load takes, is in a multi-model endpoint."
    LOADING = "loading", "On every over-committed node, in every slot, loads take no more than loading_limit of the time."
    ISOLATION = "isolation", "Container: no container or accelerator with another tenant; instance: no node; endpoint: a single-model endpoint."
    CONFLICTS = "conflicts", "Tenants in conflict are never on one node."
    COPIES = "copies", "A model has no more copies than its maximum, and no fewer than its minimum without saying so."
    THROUGHPUT = "throughput", "The copies of a model together serve the traffic of every slot, or what is missing is said."
    LATENCY = "latency", "A copy's TTFT and TPOT are within the model's SLO."
    STOCK = "stock", "No pool gives more nodes than it has."
    MAX_COPIES_PER_NODE = "max_copies_per_node", "No node has more copies of a model than the model allows."
    MAX_MODELS_PER_NODE = "max_models_per_node", "No node has copies of more models than the problem and its instance type allow."
    MIN_ZONES = "min_zones", "The placed copies of a model are in at least min_zones zones, or each in its own."
    SURVIVE = "survive", "A model that survives the loss of a node (or zone) has no more copies on any of them than it has spare ones."
    # fmt: on
