"""Schema, error page and file reference say what the types say."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
import yaml

from packing.domain.change import Policy
from packing.domain.fields import Record
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.errors import CODES, ProblemError

from .samples import CONTRACT, GOOD, changed

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_schema", ROOT / "scripts" / "build_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def records(kind: type[Record], found: set[type[Record]] | None = None) -> set[type[Record]]:
    """The record types that a record is made of, and itself."""
    found = set() if found is None else found
    found.add(kind)
    for name in kind.model_fields:
        for each in {*Record.__subclasses__()} - found:
            if re.search(rf"\b{each.__name__}\b", str(kind.model_fields[name].annotation)):
                records(each, found)
    return found


@pytest.mark.parametrize(
    "name",
    ["problem.schema.json", "placement.schema.json", "diff.schema.json", "migration.schema.json", "policy.schema.json", "timeline.schema.json"],
)
def test_schema_is_current(name: str) -> None:
    module = script()
    assert (DOCS / "schema" / name).read_text(encoding="utf-8") == module.text_of(module.schemas()[name])


@pytest.mark.parametrize("data", [yaml.safe_load(CONTRACT), GOOD, changed("weights", to="chatbots"), changed("models", 0, "copies", to=2)])
def test_schema_accepts_what_the_reader_accepts(data: object) -> None:
    schema = json.loads((DOCS / "schema" / "problem.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)


def test_schema_of_timelines() -> None:
    schema = json.loads((DOCS / "schema" / "timeline.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load((ROOT / "examples" / "events" / "day.yaml").read_text(encoding="utf-8")), schema)
    for wrong in ({"at": 1}, {"at": 1, "kind": "node_gone"}, {"at": -1, "kind": "node_lost", "node": "n"}, {"at": 1, "kind": "stock", "pool": "a"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"events": [wrong]}, schema)


def test_schema_of_policies() -> None:
    schema = json.loads((DOCS / "schema" / "policy.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    move = {"model": "bot", "copy": 2, "node": "n-3", "accelerators": [0]}
    jsonschema.validate({"move_weight": 0.5, "max_moves": 3, "pins": "bot", "drain": ["n-1", "box@a"], "in_flight": [move]}, schema)
    for wrong in ({"max_move": 3}, {"move_weight": -1}, {"max_moves": -1}, {"in_flight": [{"model": "bot"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
        with pytest.raises(ProblemError):
            Policy(**wrong)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("models", 0, "colour"), 1),
        (("models", 0, "copies"), -1),
        (("models", 0, "precision"), []),
        (("models", 0, "isolation"), "much"),
        (("models", 0, "modes", 0), {"compute_share": 2}),
        (("weights",), "cheap"),
        (("slots",), 0),
    ],
)
def test_schema_refuses_what_the_reader_refuses(path: tuple[int | str, ...], value: object) -> None:
    schema = json.loads((DOCS / "schema" / "problem.schema.json").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed(*path, to=value), schema, cls=jsonschema.Draft202012Validator)


def test_every_code_has_its_entry_and_every_entry_its_code() -> None:
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    entries = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    assert [entry.split("\n", 1)[0] for entry in entries] == list(CODES)
    for entry in entries:
        assert "*Example:*" in entry
        assert "*What to do:*" in entry


def test_every_field_is_in_the_file_reference() -> None:
    page = (DOCS / "file-reference.md").read_text(encoding="utf-8")
    written = set(re.findall(r"`([a-z_0-9]+)`", page))
    kinds = records(Problem) | records(Placement) | records(Policy)
    assert len(kinds) > 15
    fields = {field.alias or name for kind in kinds for name, field in kind.model_fields.items()}
    assert fields - written == set()


def test_tables_name_no_field_that_does_not_exist() -> None:
    page = (DOCS / "file-reference.md").read_text(encoding="utf-8")
    fields = {field.alias or name for kind in records(Problem) | records(Placement) | records(Policy) for name, field in kind.model_fields.items()}
    rows = re.findall(r"^\| ((?:`[a-z_0-9]+`(?:, )?)+) \|", page, flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z_0-9]+)`", row)}
    assert len(named) > 40
    assert named - fields == set()
