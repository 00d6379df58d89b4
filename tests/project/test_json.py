"""JSON is written in one place, which refuses NaN and infinity."""

import ast
import math
from pathlib import Path

import pytest

import packing
from packing.domain.json_text import json_text

HERE = Path(packing.__file__).parent
WRITER = "domain/json_text.py"


def _writes(path: Path) -> list[int]:
    """Lines that name `dump` or `dumps` of the module json, under whatever name it was imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.asname or "json" for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names if alias.name == "json"}
    taken = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "json" and any(alias.name in ("dump", "dumps", "*") for alias in node.names)
    ]
    used = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("dump", "dumps") and isinstance(node.value, ast.Name) and node.value.id in names
    ]
    return taken + used


def test_one_function_writes_json():
    others = {path.relative_to(HERE).as_posix(): _writes(path) for path in HERE.rglob("*.py")}
    assert {name for name, lines in others.items() if lines} == {WRITER}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_written(value: float):
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"figures": [1.0, value]})
