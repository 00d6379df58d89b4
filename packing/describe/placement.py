"""Reading a placement."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from packing.describe.kinds import PLACEMENT
from packing.describe.written import Written
from packing.domain.placement import PLACEMENT_SCHEMA_VERSION, Placement

MAX_PLACEMENT_BYTES = 256 * 10**6
"""A placement of 100,000 copies is about 60 MB."""

PLACEMENT_FILE = Written(Placement, "placement", PLACEMENT_SCHEMA_VERSION, "packing solve -o", MAX_PLACEMENT_BYTES, PLACEMENT)


def read_placement(path: str | os.PathLike[str]) -> Placement:
    """The placement in a JSON (or YAML) file.

    Raises
    ------
    ProblemError : with all faults of the file.
    """
    return PLACEMENT_FILE.read(path)


def placement_from(data: Mapping[str, Any]) -> Placement:
    """A placement from plain data.

    Raises
    ------
    ProblemError : with all faults, code ``bad_placement``, or ``schema_version`` for a newer form.
    """
    return PLACEMENT_FILE.of(data)
