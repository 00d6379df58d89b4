"""Reading a diff: strictly, as nothing in it may be guessed."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from packing.act.diff.types import DIFF_SCHEMA_VERSION, Diff
from packing.describe.files import parse
from packing.describe.placement import MAX_PLACEMENT_BYTES
from packing.describe.text import read_text
from packing.domain.faults import faults_of, shown
from packing.errors import Fault, ProblemError


def read_diff(path: str | os.PathLike[str]) -> Diff:
    """The diff in a JSON file, as ``packing diff --json`` and `Diff.to_json` write it.

    Raises
    ------
    ProblemError : with all faults of the file, code ``bad_diff``, or ``schema_version`` for a newer form.
    """
    # A diff that replaces everything has everything twice.
    data, faults = parse(read_text(path, 2 * MAX_PLACEMENT_BYTES), os.fspath(path))
    found, more = _validated(data)
    if found is None or faults:
        raise ProblemError([*faults, *more])
    return found


def _validated(data: Any) -> tuple[Diff | None, list[Fault]]:
    if not isinstance(data, dict):
        return None, [Fault("bad_diff", "(top level)", shown(data), "This is not a diff.", "Take a file that `packing diff --json` wrote.")]
    version = data.get("schema_version")
    if isinstance(version, int) and version > DIFF_SCHEMA_VERSION:
        cause = f"This version reads diffs up to schema_version {DIFF_SCHEMA_VERSION}."
        return None, [Fault("schema_version", "schema_version", shown(version), cause, "Update this library.")]
    try:
        return Diff.model_validate(data), []
    except ValidationError as error:
        return None, [replace(fault, code="bad_diff") for fault in faults_of(error, Diff, data)]
