"""What is settled before a change is searched for: which pins hold, which rule is conceded, which nodes can be drained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from packing.compile.current import compile_change
from packing.compile.data import Compiled
from packing.domain.change import Policy
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.errors import Fault
from packing.solve.plan import Plan
from packing.solve.rebalance.blocked import drained_within_limits
from packing.solve.rebalance.concede import conceding
from packing.solve.rebalance.limits import limited
from packing.solve.rebalance.pins import tenable
from packing.solve.rebalance.quick import Solver, fewest_moves

PART = 0.25
"""Part of the time that is left for one question to the search: what a drain takes, or whether there is room in another zone."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change that is ready to be searched for.

    Parameters
    ----------
    compiled : the problem with what runs, as much of the policy in it as can be had.
    notices : what cannot be had, and what of the current placement cannot stay.
    first : a plan to begin with; None: none is known that is better than what the search begins with anyway.
    blocked : nodes that are not drained, since that takes more moves than are allowed.
    """

    compiled: Compiled
    notices: tuple[Fault, ...]
    first: Plan | None = None
    blocked: tuple[str, ...] = ()


def prepare(problem: Problem, current: Placement, policy: Policy, solver: Solver) -> Prepared:
    """Settle what can be settled, for an expanded problem.

    Raises
    ------
    ProblemError : if the policy names nodes, pools, models or copies that do not exist.
    """

    def compiled_with(drain: Sequence[str]) -> tuple[Compiled, tuple[Fault, ...]]:
        compiled, notices = compile_change(problem, current, policy.model_copy(update={"drain": tuple(drain)}))
        compiled = _closed(compiled, set(policy.drain) - set(drain))
        compiled = conceding(compiled, lambda each: fewest_moves(tenable(each)[0], solver, PART)[0])
        compiled, lost = tenable(compiled)
        return compiled, (*notices, *lost)

    compiled, notices = compiled_with(policy.drain)
    if not limited(compiled):
        return Prepared(compiled, notices)
    nodes = tuple(dict.fromkeys(node.id for node in current.nodes if not {node.id, node.pool}.isdisjoint(policy.drain)))
    outcome = drained_within_limits(nodes, lambda drain: compiled if drain == nodes else compiled_with(drain)[0], solver, PART)
    blocked = set(nodes) - set(outcome.drain)
    if blocked:
        free = [label for label in policy.drain if not any(node.id in blocked and label in (node.id, node.pool) for node in current.nodes)]
        compiled, notices = compiled_with((*free, *(name for name in outcome.drain if name not in free)))
    return Prepared(compiled, (*notices, *outcome.blocked, *outcome.held_back), outcome.first, tuple(name for name in nodes if name in blocked))


def _closed(compiled: Compiled, labels: set[str]) -> Compiled:
    """With no more nodes of these pools than run: of a pool that is to be emptied none is started, whatever of it has to go on serving."""
    assert compiled.home is not None
    running = Counter(node.pool for node in compiled.home.nodes)
    pools = tuple(replace(pool, stock=min(pool.stock, running[index])) if pool.label in labels else pool for index, pool in enumerate(compiled.pools))
    return replace(compiled, pools=pools)
