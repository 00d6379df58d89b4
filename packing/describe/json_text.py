"""JSON text to plain data; a key that is given twice is a fault, as it is in YAML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from packing.describe.scalars import integer
from packing.domain.faults import path_of, shown
from packing.errors import Fault, ProblemError

Location = tuple[int | str, ...]


def parse_json(text: str) -> tuple[Any, list[Fault]]:
    """Data of a JSON text, and the faults that do not keep it from being read further (duplicate keys).

    NaN and Infinity, which are not JSON, are read as such, so that they are refused where they stand.

    Raises
    ------
    ProblemError : the text is not JSON.
    """
    doubled: list[tuple[dict[str, Any], str]] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                doubled.append((found, key))
            found.setdefault(key, value)
        return found

    try:
        data = json.loads(text, object_pairs_hook=mapping, parse_int=integer)
    except json.JSONDecodeError as error:
        lines = text.splitlines()
        line = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
        where = f"line {error.lineno}, column {error.colno}"
        raise ProblemError([Fault("syntax", where, line, f"This is not valid JSON: {error.msg}.", "Correct the line or the one before.")]) from None
    except RecursionError:
        raise ProblemError([Fault("syntax", "(top level)", "", "Values are nested too deeply.", "Nothing in this format nests so deeply.")]) from None
    return data, [] if not doubled else list(_placed(data, doubled))


def _placed(data: Any, doubled: list[tuple[dict[str, Any], str]]) -> Iterator[Fault]:
    """Faults for repeated keys, each with the path of its mapping."""
    paths: dict[int, Location] = {}
    rest: list[tuple[Location, Any]] = [((), data)]
    while rest:
        location, value = rest.pop()
        if isinstance(value, dict):
            paths[id(value)] = location
            rest += [((*location, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            rest += [((*location, at), each) for at, each in enumerate(value)]
    for mapping, key in doubled:
        if id(mapping) in paths:  # not there: inside a value that a repeated key hid
            where = path_of((*paths[id(mapping)], key), data)
            yield Fault("duplicate_key", where, shown(key), "The same mapping already has this key.", "Keep one of them.")
