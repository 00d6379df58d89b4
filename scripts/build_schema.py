"""Write docs/schema/*.schema.json from the types. Run from the repository: python scripts/build_schema.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import annotated_types  # noqa: E402 - the path has to be set first

from packing.act.diff import Diff  # noqa: E402 - the path has to be set first
from packing.describe.live_placement import FIGURES  # noqa: E402
from packing.domain.change import Policy  # noqa: E402
from packing.domain.events import Timeline  # noqa: E402
from packing.domain.fields import Record  # noqa: E402
from packing.domain.migration import Migration  # noqa: E402
from packing.domain.placement import Placement  # noqa: E402
from packing.domain.problem import Problem  # noqa: E402
from packing.domain.schedule import Schedule  # noqa: E402
from packing.domain.weights import PRESETS  # noqa: E402

OUT = ROOT / "docs" / "schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas by file name."""
    return {
        "problem.schema.json": schema_of(Problem),
        "placement.schema.json": schema_of(Placement),
        "diff.schema.json": schema_of(Diff),
        "policy.schema.json": schema_of(Policy),
        "migration.schema.json": schema_of(Migration),
        "schedule.schema.json": schema_of(Schedule),
        "timeline.schema.json": schema_of(Timeline),
    }


def schema_of(kind: type[Record]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what a file may contain, with the short forms that the reader accepts."""
    schema = kind.model_json_schema(by_alias=True, mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    _state_limits(schema)
    _accept_short_forms(schema)
    if kind is Placement:
        _leave_out(schema, FIGURES)
        _leave_out(schema["$defs"]["Node"], ("pool",))
        _leave_out(schema["$defs"]["PlacedCopy"], ("mode", "accelerators"))
    return schema


def _leave_out(record: dict[str, Any], names: Iterable[str]) -> None:
    """What a placement read from a live cluster need not state."""
    record["required"] = [name for name in record["required"] if name not in set(names)]


def _state_limits(schema: dict[str, Any]) -> None:
    """Limits that a field adds to its type, where the type writes its own schema and pydantic leaves them out."""
    records = {kind.__name__: kind for kind in Record.__subclasses__()}
    for name, record in {**schema.get("$defs", {}), schema["title"]: schema}.items():
        for field, info in records[name].model_fields.items() if name in records else ():
            for limit in info.metadata:
                written = record["properties"].get(info.alias or field, {})
                if isinstance(limit, annotated_types.Le) and "maximum" in written:
                    written["maximum"] = limit.le
                if isinstance(limit, annotated_types.Ge) and "minimum" in written:
                    written["minimum"] = limit.ge


def _accept_short_forms(schema: dict[str, Any]) -> None:
    """One value where a list is accepted, a number for copies or traffic, the name of a preset: what validators turn into the long form."""
    named = schema.get("$defs", {})
    number = {"type": "number", "minimum": 0}
    if "Traffic" in named:
        rates = named["Traffic"]["properties"]["requests_per_second"]
        _or(rates, number)
    if "Model" in named:
        fields = named["Model"]["properties"]
        _or(fields["copies"], {"type": "integer", "minimum": 0})
        _or(fields["traffic"], number, {"type": "array", "items": number, "minItems": 1})
        for field in ("precision", "hosting"):
            _or(fields[field], {"type": "string"})
    if "Tenant" in named:
        _or(named["Tenant"]["properties"]["conflicts_with"], {"type": "string"})
    if "TrafficChanged" in named:
        _or(named["TrafficChanged"]["properties"]["traffic"], number, {"type": "array", "items": number, "minItems": 1})
        for event in (each for each in named.values() if "const" in each.get("properties", {}).get("kind", {})):
            event["required"] = ["kind", *event["required"]]
    if schema["title"] == "Policy":
        for field in ("pins", "drain"):
            _or(schema["properties"][field], {"type": "string"})
    if "weights" in schema["properties"]:
        _or(schema["properties"]["weights"], {"enum": sorted(PRESETS)})


def _or(field: dict[str, Any], *short: dict[str, Any]) -> None:
    """Let a field take a short form as well as what it takes already."""
    moved = {key: field.pop(key) for key in ("type", "items", "minItems", "$ref") if key in field}
    if "minLength" in field and moved.get("type") == "array":
        moved["minItems"] = field.pop("minLength")
    field["anyOf"] = [*field.get("anyOf", [moved] if moved else []), *short]


def text_of(schema: dict[str, Any]) -> str:
    """Canonical text of a schema."""
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the files."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (OUT / name).write_text(text_of(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
