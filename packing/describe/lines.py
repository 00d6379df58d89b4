"""Line numbers for faults: looked up by a second pass over the text, only for those that a message shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from packing.describe.json_lines import find_lines
from packing.describe.yaml_text import Location, parse_yaml
from packing.domain.faults import path_of
from packing.errors import SHOWN, Fault, ProblemError

_RECORD = re.compile(r"(\w+)(?:\[(\d+)\])?")
_ENDS = ".[ "
"""What follows the path of a value in the path of what is in it."""


def with_lines(faults: Sequence[Fault], text: str, data: Any) -> list[Fault]:
    """The same faults, each that will be shown with the line of its value, or of the nearest value around it."""
    wanted = {(match[1], int(match[2]) if match[2] else None) for fault in faults[:SHOWN] if (match := _RECORD.match(fault.where))}
    lines: dict[str, int] = {}

    def wants(location: Location) -> bool:
        return _record(location) in wanted

    def seen(location: Location, line: int) -> None:
        if len(location) == 1 or wants(location):
            lines.setdefault(path_of(location, data), line)

    try:
        if text.lstrip()[:1] not in ("{", "[") or not find_lines(text, seen, wants):
            lines.clear()
            parse_yaml(text, seen)
    except ProblemError:
        return list(faults)
    return [*(_with_line(fault, lines) for fault in faults[:SHOWN]), *faults[SHOWN:]]


def _record(location: Location) -> tuple[int | str, int | None]:
    return location[0], location[1] if len(location) > 1 and isinstance(location[1], int) else None


def _with_line(fault: Fault, lines: dict[str, int]) -> Fault:
    if fault.where.endswith(")"):  # knows its line, or stands for the whole file
        return fault
    cuts = (at for at in range(len(fault.where), 0, -1) if at == len(fault.where) or fault.where[at] in _ENDS)
    line = next((lines[fault.where[:at]] for at in cuts if fault.where[:at] in lines), None)
    return fault if line is None else replace(fault, where=f"{fault.where} (line {line})")
