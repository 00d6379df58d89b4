"""Problems as fleet files, for people: defaults left out, memory with its unit."""

from __future__ import annotations

from typing import Any

from packing.domain.json_text import json_text
from packing.domain.problem import Problem

MEMORY_FIELDS = frozenset({"memory_per_accelerator", "host_memory", "memory"})


def to_yaml(problem: Problem) -> str:
    """The problem as a fleet file in YAML; reading it back gives the same problem."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(to_data(problem), Dumper=dumper, sort_keys=False, allow_unicode=True, width=150, default_flow_style=None))


def to_json(problem: Problem) -> str:
    """The problem as a fleet file in JSON."""
    return json_text(to_data(problem)) + "\n"


def to_data(problem: Problem) -> dict[str, Any]:
    """The problem as plain data without what is default."""
    data = problem.model_dump(mode="json", exclude_defaults=True)
    return {"schema_version": problem.schema_version, **{key: _readable(key, value) for key, value in data.items()}}


def _readable(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _readable(inner, each) for inner, each in value.items()}
    if isinstance(value, list):
        return [_readable(key, each) for each in value]
    if key in MEMORY_FIELDS and isinstance(value, int) and value:
        for unit, size in (("GiB", 2**30), ("MiB", 2**20)):
            if value % size == 0:
                return f"{value // size}{unit}"
    return value
