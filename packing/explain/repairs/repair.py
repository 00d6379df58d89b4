"""What a repair is: changes to a problem after which a complete placement exists, with what they cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from packing.describe.expand import Expanded
from packing.describe.known import offers
from packing.domain.hardware import Pool, price_micro_usd
from packing.domain.placement import Placement
from packing.domain.problem import Problem
from packing.domain.units import MICRO
from packing.explain.conditions import KINDS, Change, apply_changes
from packing.explain.conditions.fleet import pool_of
from packing.explain.conditions.kind import whole


@dataclass(frozen=True, slots=True)
class Repair:
    """Changes after which everything that is still asked for can be placed.

    Parameters
    ----------
    changes : what is changed; with all of them a complete placement exists.
    sentence : the same in words.
    price_per_hour : USD, of the nodes that are added (of new pools those of `placement`); 0 where none are.
    cost_per_hour : USD of `placement`.
    grade : what is given up: 0 nothing, 1 how models are run, 2 what is promised, 3 who is kept apart.
    least : True if it is proven that no smaller change of the same kinds is enough: of each of several changes, the others being made;
        of added nodes, that none are cheaper. None: not known.
    placement : a complete placement of the repaired problem, checked: the witness.
    """

    changes: tuple[Change, ...]
    sentence: str
    price_per_hour: float
    cost_per_hour: float
    grade: int
    least: bool | None
    placement: Placement = field(repr=False)


def apply_repair(problem: Problem, repair: Repair) -> Problem:
    """The problem with the repair made."""
    return apply_changes(problem, repair.changes)


def price_of(expanded: Expanded, changes: Iterable[Change], witness: Placement | None = None) -> float:
    """USD per hour of the nodes that the changes add: so many more of a pool, or those that a witness has of new pools."""
    kinds = {kind.name: kind for kind in expanded.problem.instance_types}
    total = 0
    for change in changes:
        if change.kind == "stock":
            pool = pool_of(expanded.problem, change.target)
            total += (whole(change.new) - whole(change.old)) * price_micro_usd(pool, kinds[pool.instance_type])
    if witness is not None:
        known = {pool.label for pool in expanded.described.fleet}
        new = [offers()[node.instance_type].instance for node in witness.nodes if node.pool not in known]
        total += sum(price_micro_usd(Pool(instance_type=kind.name), kind) for kind in new)
    return total / MICRO


def words(changes: Iterable[Change]) -> str:
    """Changes in one sentence. Where a model is left out altogether, its copies and its traffic are not both named."""
    made = tuple(changes)
    out = {change.target for change in made if change.kind == "copies" and not change.new}
    said = [change for change in made if not (change.kind == "throughput" and not change.new and change.target in out)]
    return "; ".join(KINDS[change.kind].change_sentence(change) for change in said)
