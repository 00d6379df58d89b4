"""What differs between two placements, found by matching, and how to carry it out."""

from packing.act.diff.applying import apply_diff
from packing.act.diff.compare import diff
from packing.act.diff.files import read_diff
from packing.act.diff.types import Diff

__all__ = ["Diff", "apply_diff", "diff", "read_diff"]
