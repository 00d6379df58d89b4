"""Reading a placement: strictly, as nothing in it may be guessed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from packing.describe.files import parse
from packing.describe.text import read_text
from packing.domain.faults import faults_of, shown
from packing.domain.placement import PLACEMENT_SCHEMA_VERSION, Placement
from packing.errors import Fault, ProblemError

MAX_PLACEMENT_BYTES = 256 * 10**6
"""A placement of 100,000 copies is about 60 MB."""


def read_placement(path: str | os.PathLike[str]) -> Placement:
    """The placement in a JSON (or YAML) file.

    Raises
    ------
    ProblemError : with all faults of the file.
    """
    data, faults = parse(read_text(path, MAX_PLACEMENT_BYTES), os.fspath(path))
    if faults:
        raise ProblemError([*faults, *_faults(data)])
    return placement_from(data)


def placement_from(data: Mapping[str, Any]) -> Placement:
    """A placement from plain data.

    Raises
    ------
    ProblemError : with all faults, code ``bad_placement``, or ``schema_version`` for a newer form.
    """
    faults = _faults(data)
    if faults:
        raise ProblemError(faults)
    return Placement.model_validate(data)


def _faults(data: Any) -> list[Fault]:
    if not isinstance(data, Mapping):
        return [Fault("bad_placement", "(top level)", shown(data), "This is not a placement.", "Take a file that `packing solve -o` wrote.")]
    version = data.get("schema_version")
    if isinstance(version, int) and version > PLACEMENT_SCHEMA_VERSION:
        cause = f"This version reads placements up to schema_version {PLACEMENT_SCHEMA_VERSION}."
        return [Fault("schema_version", "schema_version", shown(version), cause, "Update this library.")]
    try:
        Placement.model_validate(data)
    except ValidationError as error:
        return [replace(fault, code="bad_placement") for fault in faults_of(error, Placement, data)]
    return []
