"""Reading a diff."""

from __future__ import annotations

import os

from packing.act.diff.types import DIFF_SCHEMA_VERSION, Diff
from packing.describe.kinds import DIFF
from packing.describe.placement import MAX_PLACEMENT_BYTES
from packing.describe.written import Written

# A diff that replaces everything has everything twice.
_DIFF = Written(Diff, "diff", DIFF_SCHEMA_VERSION, "packing diff --json", 2 * MAX_PLACEMENT_BYTES, DIFF)


def read_diff(path: str | os.PathLike[str]) -> Diff:
    """The diff in a JSON file, as ``packing diff --json`` and `Diff.to_json` write it.

    Raises
    ------
    ProblemError : with all faults of the file, code ``bad_diff``, or ``schema_version`` for a newer form.
    """
    return _DIFF.read(path)
