"""The digest of a problem: which problem a placement answers, whatever version of the library wrote either.

A field that the first version of the file format did not have enters the digest only where it says something other than its default. So
every file keeps its digest, and every placement its problem, when fields are added: this cannot be forgotten, since a new field is not in `FIRST`.
"""

from __future__ import annotations

import hashlib
from typing import Any

from packing.domain.fields import Record
from packing.domain.json_text import json_text

FIRST: dict[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "Problem": "schema_version name slots weights multi_model_size_ratio tenants instance_types fleet models",
        "Calibration": "schema_version source laws fits situations",
        "Fit": "engine accelerator parameters points bands",
        "ErrorBands": "ttft tpot requests_per_second",
        "Situation": "engine accelerator architecture precisions degrees input_tokens output_tokens concurrency points bands",
        "Span": "least most",
        "Weights": "model_size performance isolation cost scalability",
        "Tenant": "name isolation conflicts_with",
        "InstanceType": (
            "name accelerator accelerators accelerator_kind memory_per_accelerator vcpus host_memory price_per_hour sharing mig resources"
        ),
        "MigGeometry": "compute_slices memory_slices profiles",
        "MigProfile": "name compute_slices memory_slices memory",
        "Pool": "instance_type count zone owned price_per_hour name",
        "Model": (
            "name tenant architecture precision framework traffic slo streaming copies isolation priority max_copies_per_node min_zones "
            "cold_start_s modes hosting"
        ),
        "Traffic": "requests_per_second input_tokens output_tokens",
        "Slo": "ttft_ms tpot_ms",
        "Copies": "min max",
        "Degrade": "latency_factor precision modes hosting scale_to_zero",
        "Mode": (
            "accelerator accelerators memory_per_accelerator compute_share vcpus host_memory requests_per_second ttft_ms tpot_ms resources "
            "precision load_s source error_band"
        ),
    }.items()
}
"""Fields that always count, by record: frozen. Whoever adds a field adds nothing here."""


def digest_of(record: Record) -> str:
    """The hash of a record, ``sha256:…``; the record in canonical order is the caller's business."""
    data = _counted(record, record.model_dump(mode="json"))
    text = json_text(data, indent=None, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _counted(value: Any, data: Any) -> Any:
    """The part of the plain data that counts. `value`: what it was made from."""
    if isinstance(value, Record):
        always = FIRST.get(type(value).__name__, frozenset())
        fields = type(value).model_fields
        counted = {}
        for name, plain in data.items():
            own = getattr(value, name)
            if name in always or own != fields[name].get_default(call_default_factory=True):
                counted[name] = _counted(own, plain)
        return counted
    if isinstance(value, tuple) and value and isinstance(data, list):
        return [_counted(each, plain) for each, plain in zip(value, data, strict=True)]
    return data
