"""instances.json: what the clouds offer, with shape and on-demand price."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scripts.catalogue import aws, other_clouds


def build(shared: Path, chips: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """All entries of instances.json, by name; an instance type that two sources have is taken from the first."""
    found: dict[str, dict[str, Any]] = {}
    for entry in (*aws.accelerated(shared, chips), *aws.volta(shared, chips), *aws.general_purpose(shared), *other_clouds.build(shared, chips)):
        found.setdefault(entry["instance"]["name"], entry)
    return [found[name] for name in sorted(found)]
