"""What is around a plan: reading it, replaying it, and the state in which it leaves the fleet when it stops half way."""

from __future__ import annotations

import os
from typing import Any

from packing.describe.expand import Expanded, expand
from packing.describe.kinds import MIGRATION
from packing.describe.placement import MAX_PLACEMENT_BYTES
from packing.describe.written import Written
from packing.domain.migration import MIGRATION_SCHEMA_VERSION, Migration
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.verify import replay as walk
from packing.verify.replay import Replay

_MIGRATION = Written(Migration, "migration", MIGRATION_SCHEMA_VERSION, "packing migrate -o", MAX_PLACEMENT_BYTES, MIGRATION)


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
    return _MIGRATION.read(path)


def _expanded(problem: Any) -> Any:
    if isinstance(problem, Expanded):
        return problem.problem
    return None if problem is None else expand(problem).problem
