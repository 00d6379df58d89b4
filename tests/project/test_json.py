"""Nothing that is written as JSON holds NaN or infinity: one function writes it, and that one refuses them."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import packing
from packing.domain.json_text import canonical_text, json_text
from packing.errors import InternalError

SOURCES = sorted(Path(packing.__file__).parent.rglob("*.py"))
WRITERS = {"dump", "dumps", "JSONEncoder"}


def writers(tree: ast.AST) -> list[int]:
    """Lines in which something of the module `json` that writes is used or imported."""
    used = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in WRITERS and ast.unparse(node.value) == "json"]
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "json"]
    return used + [node.lineno for node in imported if any(name.name in WRITERS for name in node.names)]


def test_one_function_writes_json():
    found = {path.name: lines for path in SOURCES if (lines := writers(ast.parse(path.read_text(encoding="utf-8"))))}
    assert set(found) == {"json_text.py"}, found


def test_json_of_records_is_written_by_it_too():
    """`model_dump_json` turns NaN into null in silence: it makes keys in memory and writes no file."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                inside = [ast.unparse(each) for each in node.args]
                assert not (name in {"emit", "write_file", "write_text", "print"} and any("model_dump_json" in each for each in inside)), path


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("write", [json_text, canonical_text])
def test_what_is_no_number_is_refused_where_it_stands(odd: float, write):
    with pytest.raises(InternalError, match=r"nodes\[1\]\.total\.hit is -?(nan|inf)"):
        write({"nodes": [{"total": {"hit": 0.5}}, {"total": {"hit": odd}}]})


def test_the_bytes_are_those_that_files_and_digests_have():
    data = {"name": "Zoë", "b": [1, 2.5, None], "a": True}
    assert json_text(data) == json.dumps(data, indent=1, ensure_ascii=False)
    assert canonical_text(data) == json.dumps(data, sort_keys=True)
    assert json_text(data, indent=None, sort_keys=True, compact=True, ascii_only=True) == json.dumps(data, sort_keys=True, separators=(",", ":"))
