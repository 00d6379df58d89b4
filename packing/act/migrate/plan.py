"""`plan_migration`: from one placement to the next, every state on the way valid."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from packing.act.migrate.build import Ends, build
from packing.act.migrate.check import refuse
from packing.act.migrate.match import match
from packing.act.migrate.remedies import remedies
from packing.act.migrate.steps import dips, write
from packing.act.migrate.way import find_way
from packing.describe.expand import Expanded, expand
from packing.domain.joined import joined
from packing.domain.migration import Migration, MigrationOptions, Outcome
from packing.domain.running import running
from packing.errors import InternalError
from packing.verify.replay import replay

if TYPE_CHECKING:
    from packing.act.migrate.world import World
    from packing.domain.placement import Placement
    from packing.domain.problem import Problem


def plan_migration(
    problem: Problem | Expanded,
    old: Placement,
    new: Placement,
    *,
    old_problem: Problem | Expanded | None = None,
    by_name: bool = False,
    options: MigrationOptions | None = None,
) -> Migration:
    """Order the way from one placement to another so that every intermediate state is valid.

    Parameters
    ----------
    problem : what the new placement answers.
    old : what runs. It may break rules; what it breaks is listed (`Migration.found`) and does not get worse on the way.
    new : where to go. It must be valid.
    old_problem : what the old placement answered: the facts of models, tenants and instance types that the new problem
        does not have any more. Without it their copies count as the strictest tenant's that there can be.
    by_name : ids of nodes and numbers of accelerators are facts, for a `new` that was made from `old`, e.g. to empty one
        particular node; False: they are labels, and what stays is found by matching, as in `packing.diff`.
    options : bandwidths (bytes/s), times (s), and how many states to look at; default: `MigrationOptions()`.

    Returns
    -------
    Migration
        Waves of steps (docs/migration.md); status `ordered`; or `impossible`, proven by looking at every state that can
        be reached, with what would help; or `not_found`.

    Raises
    ------
    ProblemError : the new placement belongs to another problem or breaks its rules, or an input has faults.
    InternalError : the independent replay refuses the plan; no plan leaves without it.
    """
    options = options or MigrationOptions()
    target = problem if isinstance(problem, Expanded) else expand(problem)
    before = old_problem if isinstance(old_problem, Expanded | None) else expand(old_problem)
    start = running(old, target.problem)
    together = joined(target.problem, start, before.problem if before else None)
    found = refuse(target, together, old, start, new, before.problem if before else None)
    goal = match(start, new, by_name=by_name)
    world = build(together, start, goal.placement, goal.stay)
    ends = Ends(world)
    way = find_way(world, ends, options.effort)
    known: dict[str, Any] = {
        "problem": target.digest,
        "base": old.state_digest(),
        "target": new.state_digest(),
        "found": found,
        "names": goal.names,
        "options": options,
    }
    if way.actions is None:
        helpful = remedies(world, ends, options.effort) if options.remedies else ()
        if not way.proven:  # whether less would do is not known if whether anything is needed is not
            helpful = tuple(each.model_copy(update={"smallest": False}) for each in helpful)
        return Migration(status=Outcome.IMPOSSIBLE if way.proven else Outcome.NOT_FOUND, remedies=helpful, **known)
    short = dips(world, ends, way.actions)
    written = write(way.actions, options, *_taken(world, start))
    planned = Migration(status=Outcome.ORDERED, waves=written.waves, bounces=written.bounces, totals=written.totals, dips=short, **known)
    replayed = replay(target.problem, old, new, planned, old_problem=before.problem if before else None)
    if not replayed.ok:
        raise InternalError("the replay refuses the plan: " + "; ".join(str(each) for each in replayed.violations[:5]))
    return planned


def _taken(world: World, start: Placement) -> tuple[dict[str, set[int]], set[str]]:
    """Numbers of copies by model, and names of nodes and endpoints, that something has already."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for seat in (*(seat for site in world.sites.values() for seat in site.seats), *world.missing):
        numbers[seat.name].add(seat.number)
    named = {name for site in world.sites.values() for name in (site.id, site.group.name)}
    return numbers, named | {endpoint.name for endpoint in start.endpoints}
