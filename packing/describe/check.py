"""Everything that can be wrong with a problem although each of its values is right by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from packing.describe import ranges, references, sense
from packing.describe.architectures import Architectures
from packing.describe.draft import Draft, draft_of
from packing.domain.problem import Problem
from packing.errors import Fault


def check(problem: Problem, base: Path | None = None) -> list[Fault]:
    """All faults of a problem between its records: names, contradictions, sums.

    Parameters
    ----------
    problem : valid in all its types.
    base : folder that folders of architectures are relative to; None: the current folder.

    Returns
    -------
    All faults found, none if the list is empty. A demand that merely cannot be placed is no fault.
    """
    return check_draft(draft_of(problem), Architectures(base))


def check_draft(draft: Draft, resolver: Architectures) -> list[Fault]:
    """The same for a problem of which only a part could be read."""
    return list(_all(draft, resolver))


def _all(draft: Draft, resolver: Architectures) -> Iterator[Fault]:
    yield from sense.version(draft)
    yield from sense.emptiness(draft)
    yield from references.duplicates(draft)
    yield from references.tenants(draft)
    yield from references.instance_types(draft)
    yield from references.accelerator_kinds(draft)
    yield from references.architectures(draft, resolver)
    yield from references.contexts(draft, resolver)
    yield from references.precisions(draft)
    yield from references.calibration(draft, resolver)
    yield from sense.profiles(draft)
    yield from sense.models(draft)
    yield from ranges.sums(draft)
