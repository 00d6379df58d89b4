"""Line numbers for faults: looked up by a second pass over the text, only when there are faults."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from packing.describe.yaml_text import Location, parse_yaml
from packing.domain.faults import path_of
from packing.errors import Fault, ProblemError

_RECORD = re.compile(r"(\w+)(?:\[(\d+)\])?")
MAX_RECORDS = 2_000
"""Faults in more records than this go without lines: whoever has so many does not look up each."""


def with_lines(faults: Sequence[Fault], text: str, data: Any) -> list[Fault]:
    """The same faults, each with the line of its value, or of the nearest value around it."""
    wanted = {(match[1], int(match[2]) if match[2] else None) for fault in faults if (match := _RECORD.match(fault.where))}
    if len(wanted) > MAX_RECORDS:
        return list(faults)
    lines: dict[str, int] = {}

    def seen(location: Location, line: int) -> None:
        record = (location[0], location[1] if len(location) > 1 and isinstance(location[1], int) else None)
        if record in wanted or len(location) == 1:
            lines.setdefault(path_of(location, data), line)

    try:
        parse_yaml(text, seen)  # JSON, too, is near enough to YAML to find lines in it
    except ProblemError:
        return list(faults)
    return [_with_line(fault, lines) for fault in faults]


def _with_line(fault: Fault, lines: dict[str, int]) -> Fault:
    if fault.where.endswith(")"):  # knows its line, or stands for the whole file
        return fault
    around = max((where for where in lines if fault.where.startswith(where)), key=len, default=None) if fault.where not in lines else fault.where
    return fault if around is None else replace(fault, where=f"{fault.where} (line {lines[around]})")
