"""Which kind of file something is, by the fields of its top level: so that a file in the wrong place is named, and not taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packing.errors import Fault, ProblemError


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file.

    Parameters
    ----------
    name : what it is called, with its article.
    marks : fields that tell it from the other kinds; any of these sets is enough.
    hint : where to get one.
    """

    name: str
    marks: tuple[frozenset[str], ...]
    hint: str


def _kind(name: str, hint: str, *marks: str) -> FileKind:
    return FileKind(name, tuple(frozenset(each.split()) for each in marks), hint)


FLEET = _kind("a fleet file", "Take a fleet file, as docs/file-reference.md describes it.", "models", "fleet", "instance_types")
PLACEMENT = _kind(
    "a placement", "Take a placement, as `packing solve -o` writes it.", "nodes copies", "endpoints nodes", "endpoints copies", "unplaced fitness"
)
DIFF = _kind("a diff", "Take a diff, as `packing diff --json` writes it.", "base target after", "base target counts")
MIGRATION = _kind("a migration plan", "Take a plan, as `packing migrate -o` writes it.", "waves")
SCHEDULE = _kind("a schedule", "Take a schedule, as `packing schedule -o` writes it.", "groups")
TIMELINE = _kind("a timeline of events", "Take a timeline, as docs/simulate.md describes it.", "events")
CALIBRATION = _kind("a calibration", "Take a calibration, as `packing calibrate -o` writes it.", "fits", "situations")
MEASUREMENTS = _kind("a file of measurements", "Take measurements, as docs/calibration.md describes them.", "measurements")
POLICY = _kind(
    "a policy", "Take a policy, as docs/file-reference.md describes it.",
    "move_weight", "max_moves", "max_moves_per_node", "max_moves_per_model", "pins", "drain", "in_flight", "use_error_bands",
)  # fmt: skip
KINDS = (SCHEDULE, MIGRATION, DIFF, PLACEMENT, TIMELINE, CALIBRATION, MEASUREMENTS, FLEET, POLICY)
"""From the one whose marks say the most to the one whose marks say the least."""


def kind_of(data: Any) -> FileKind | None:
    """The kind of file that plain data are of; None where they are of none, or cannot be told."""
    if isinstance(data, list | tuple) and data and isinstance(data[0], Mapping):
        first = data[0]
        if "at" in first and "kind" in first:
            return TIMELINE
        return MEASUREMENTS if {"ttft_ms", "tpot_ms", "input_tokens", "isl"} & {str(key).lower() for key in first} else None
    if not isinstance(data, Mapping):
        return None
    return next((kind for kind in KINDS if any(marks <= data.keys() for marks in kind.marks)), None)


def insist(data: Any, *wanted: FileKind) -> None:
    """Refuse data that are clearly of another kind.

    Raises
    ------
    ProblemError : code ``wrong_file``; its only fault.
    """
    found = kind_of(data)
    if found is not None and found not in wanted:
        names = " or ".join(kind.name.removeprefix("a ") for kind in wanted)
        raise ProblemError([Fault("wrong_file", "(top level)", "", f"This is {found.name}, not {'a ' + names}.", wanted[0].hint)])
