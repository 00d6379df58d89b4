"""One check per rule of docs/rules.md, in one table (a test counts that no rule is without)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from packing.domain.rules import Rule
from packing.verify.checks import capacity, counts, endpoints, over_commit, reserve, single, tenants
from packing.verify.facts import Facts
from packing.verify.violation import Violation

Check = Callable[[Facts], Iterator[Violation]]

CHECKS: dict[Rule, Check] = {
    Rule.ACCELERATORS: single.accelerators,
    Rule.MODE: single.mode,
    Rule.MEMORY: capacity.memory,
    Rule.COMPUTE: capacity.compute,
    Rule.SHARING: capacity.sharing,
    Rule.VCPUS: capacity.vcpus,
    Rule.HOST_MEMORY: capacity.host_memory,
    Rule.RESOURCES: capacity.resources,
    Rule.ENDPOINT: endpoints.endpoint,
    Rule.HOSTING: single.hosting,
    Rule.SINGLE_MODEL: endpoints.single_model,
    Rule.MULTI_MODEL: endpoints.multi_model,
    Rule.FRAMEWORK: endpoints.framework,
    Rule.SIZE_RATIO: endpoints.size_ratio,
    Rule.STREAMING: endpoints.streaming,
    Rule.COLD_START: endpoints.cold_start,
    Rule.LOADING: over_commit.loading,
    Rule.ISOLATION: tenants.isolation,
    Rule.CONFLICTS: tenants.conflicts,
    Rule.COPIES: counts.copies,
    Rule.THROUGHPUT: counts.throughput,
    Rule.LATENCY: single.latency,
    Rule.STOCK: counts.stock,
    Rule.MAX_COPIES_PER_NODE: capacity.max_copies_per_node,
    Rule.MAX_MODELS_PER_NODE: tenants.max_models_per_node,
    Rule.MIN_ZONES: counts.min_zones,
    Rule.SURVIVE: reserve.survive,
}
