"""Text of a file to plain data."""

from __future__ import annotations

from typing import Any

from packing.describe.json_text import parse_json
from packing.describe.yaml_text import parse_yaml
from packing.errors import Fault


def parse(text: str, name: str) -> tuple[Any, list[Fault]]:
    """Plain data of a text, by the ending of its file's name; and faults that did not keep it from being read."""
    return parse_json(text) if name.lower().endswith(".json") else parse_yaml(text)
