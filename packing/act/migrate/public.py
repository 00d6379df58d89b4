"""What is around a plan: reading it, replaying it, and the state in which it leaves the fleet when it stops half way."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from packing.describe.expand import Expanded, expand
from packing.describe.files import parse
from packing.describe.text import read_text
from packing.domain.faults import faults_of, shown
from packing.domain.migration import MIGRATION_SCHEMA_VERSION, Migration
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.errors import Fault, ProblemError
from packing.verify import replay as walk
from packing.verify.replay import Replay

MAX_BYTES = 256 * 10**6


def replay_migration(
    problem: Problem | Expanded,
    old: Placement,
    new: Placement,
    migration: Migration,
    *,
    old_problem: Problem | Expanded | None = None,
    full: bool = False,
) -> Replay:
    """Walk a migration state by state with the independent checker; see `packing.verify.replay.replay`.

    Raises
    ------
    ProblemError : the migration is not one from `old` to `new` (``stale_state``), or an input has faults.
    """
    return walk.replay(_expanded(problem), old, new, migration, old_problem=_expanded(old_problem), full=full)


def state_after(
    problem: Problem | Expanded, old: Placement, migration: Migration, waves: int, *, old_problem: Problem | Expanded | None = None
) -> Placement:
    """The placement in which a migration that stopped after `waves` waves has left the fleet; plan anew from it.

    Raises
    ------
    ProblemError : the migration was made for another state (``stale_state``), or a step cannot be done (``bad_migration``).
    """
    return walk.state_after(_expanded(problem), old, migration, waves, old_problem=_expanded(old_problem))


def read_migration(path: str | os.PathLike[str]) -> Migration:
    """The migration in a JSON file.

    Raises
    ------
    ProblemError : with all faults of the file.
    """
    data, faults = parse(read_text(path, MAX_BYTES), os.fspath(path))
    faults = [*faults, *_faults(data)]
    if faults:
        raise ProblemError(faults)
    return Migration.model_validate(data)


def _faults(data: Any) -> list[Fault]:
    if not isinstance(data, Mapping):
        return [Fault("bad_migration", "(top level)", shown(data), "This is not a migration.", "Take a file that `packing migrate -o` wrote.")]
    version = data.get("schema_version")
    if isinstance(version, int) and version > MIGRATION_SCHEMA_VERSION:
        cause = f"This version reads migrations up to schema_version {MIGRATION_SCHEMA_VERSION}."
        return [Fault("schema_version", "schema_version", shown(version), cause, "Update this library.")]
    try:
        Migration.model_validate(data)
    except ValidationError as error:
        return [replace(fault, code="bad_migration") for fault in faults_of(error, Migration, data)]
    return []


def _expanded(problem: Any) -> Any:
    if isinstance(problem, Expanded):
        return problem.problem
    return None if problem is None else expand(problem).problem
