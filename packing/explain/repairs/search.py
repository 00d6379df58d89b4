"""Which conditions, relaxed together, make the problem feasible; then by how little, and at what price.

A repair has to touch every conflict. So single repairs are looked for among the members of one conflict; where none of them
is enough, a second conflict (of the problem without that member) gives its partners, and so on (hitting sets: Reiter, "A theory
of diagnosis from first principles", 1987).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from packing.domain.placement import Placement
from packing.explain.conditions import KINDS, Change, Condition
from packing.explain.conditions.kind import ModelKind
from packing.explain.conflict import conflict_among
from packing.explain.oracle import Oracle
from packing.explain.repairs.least import least_change, least_changes
from packing.explain.repairs.leave_out import as_placed, itself_a_witness
from packing.explain.repairs.nodes import MoreNodes, cheapest_nodes
from packing.explain.repairs.repair import Repair, price_of, words

MOST_TOGETHER = 3
"""Conditions that are relaxed together; only the fewest that suffice."""
SETS = 0.4
"""Part of the time for finding which conditions have to be relaxed; the rest is for nodes, for how little is enough, and for what it costs."""
MOST_LOOKED_AT = 60
"""Sets of conditions that are tried."""
LOWEST = -(10**9)
"""Priority of changes that no model has to give up anything for."""
MOST = 12
"""Repairs that are worked out."""


def find_repairs(
    oracle: Oracle, conflicts: Sequence[Sequence[Condition]], partial: Placement | None, obvious: Sequence[Change] = ()
) -> tuple[list[Repair], MoreNodes]:
    """Repairs, single changes before several and the cheapest first, and what adding nodes can do.

    Parameters
    ----------
    conflicts : conflict sets that are known; others are looked for.
    partial : the best placement known of the problem as it is.
    obvious : single changes that are known to be enough.
    """
    found: list[Repair | None] = []
    single = {condition: change for change in obvious for condition in oracle.conditions if (condition.kind, condition.target) == _of(change)}
    with oracle.clock.within(oracle.clock.remaining() * SETS):
        sets = hitting_sets(oracle, conflicts)[:MOST]
    more = cheapest_nodes(oracle)
    if more.helps and more.changes:
        found.append(_repair(oracle, more.changes, more.cheapest))
    for condition, change in single.items():
        smaller = least_change(oracle, condition, (), change)
        if smaller is not None:
            found.append(_repair(oracle, (smaller[0],), smaller[1]))
    mildest = least_invasive(oracle) if not sets or len(sets[0]) > 1 else None
    for together in dict.fromkeys(frozenset(each) for each in (*sets, *([mildest] if mildest else []))):
        if together <= single.keys() and len(together) == 1:
            continue
        least = least_changes(oracle, sorted(together, key=oracle.conditions.index))
        if least is not None:
            found.append(_repair(oracle, *least))
    if partial is not None:
        made = as_placed(oracle.expanded, partial)
        found.append(_repair(oracle, made, None, itself_a_witness(oracle.changed(made), partial)))
    return _ranked(oracle, [repair for repair in found if repair is not None], more), more


def _ranked(oracle: Oracle, found: Sequence[Repair], more: MoreNodes) -> list[Repair]:
    """Each thing that can be done once, in its smallest form; of what costs and gives up the same, what the lower priority gives up first."""
    priority = {model.name: model.priority for model in oracle.expanded.problem.models}

    def rank(repair: Repair) -> tuple[object, ...]:
        highest = max((priority[change.target] for change in repair.changes if _of_a_model(change)), default=LOWEST)
        return (
            len(repair.changes) > 1 and not _only_nodes(repair),
            repair.price_per_hour,
            repair.grade,
            highest,
            len(repair.changes),
            repair.sentence,
        )

    unique: dict[object, Repair] = {}
    for repair in sorted((_as_nodes(each, more, oracle) for each in found), key=lambda each: (not each.least, *rank(each))):
        unique.setdefault(repair.sentence, repair)
    return sorted(_without_larger(list(unique.values())), key=rank)


def _as_nodes(repair: Repair, more: MoreNodes, oracle: Oracle) -> Repair:
    """Of added nodes only the cheapest are the least, whichever pools they are of; where several things change, or nodes of a new pool are rented,
    no one knows which is less.
    """
    if _only_nodes(repair):
        cheapest = more.helps and more.cheapest and repair.price_per_hour <= price_of(oracle.expanded, more.changes)
        return replace(repair, least=True if cheapest else None)
    return repair if len(repair.changes) == 1 and repair.changes[0].kind != "pools" else replace(repair, least=None)


def _only_nodes(repair: Repair) -> bool:
    return all(change.kind == "stock" for change in repair.changes)


def _without_larger(found: Sequence[Repair]) -> list[Repair]:
    """Without single changes of which a smaller one is among them, too."""
    least = {_of(repair.changes[0]) for repair in found if repair.least and len(repair.changes) == 1}
    return [repair for repair in found if repair.least or len(repair.changes) > 1 or _of(repair.changes[0]) not in least]


def _of(change: Change) -> tuple[str, str]:
    return change.kind, change.target


def _of_a_model(change: Change) -> bool:
    return isinstance(KINDS[change.kind], ModelKind)


def least_invasive(oracle: Oracle) -> tuple[Condition, ...] | None:
    """One set of conditions to drop, however many: what promises most is kept before what promises less. None: out of time."""
    dropped = set(oracle.conditions)
    by_grade = sorted(oracle.conditions, key=lambda each: -KINDS[each.kind].grade)
    size = max(1, len(by_grade) // 4)
    pieces = deque(tuple(by_grade[start : start + size]) for start in range(0, len(by_grade), size))
    while pieces:
        piece = pieces.popleft()
        if oracle.out_of_time:
            return None
        if oracle.dropping(dropped - set(piece)):
            dropped -= set(piece)
        elif len(piece) > 1:
            half = len(piece) // 2
            pieces.extendleft((piece[half:], piece[:half]))
    return tuple(each for each in oracle.conditions if each in dropped)


def hitting_sets(oracle: Oracle, known: Sequence[Sequence[Condition]]) -> list[tuple[Condition, ...]]:
    """Sets of conditions, as small as possible, that can be dropped so that everything else holds; none is part of another."""
    found: list[frozenset[Condition]] = []
    conflicts: list[tuple[Condition, ...]] = [tuple(each) for each in known]
    if len(conflicts) > MOST_TOGETHER:
        return []  # they share nothing, so that each needs a change of its own
    queue = deque([frozenset[Condition]()])
    seen: set[frozenset[Condition]] = set(queue)
    looked = 0
    while queue and looked < MOST_LOOKED_AT and not oracle.out_of_time:
        dropped = queue.popleft()
        if len(dropped) >= MOST_TOGETHER or (found and len(dropped) >= len(found[0])):
            break
        label = next((each for each in conflicts if not dropped & set(each)), None)
        if label is None:
            label = conflict_among(oracle, [each for each in oracle.conditions if each not in dropped])
            if label is None:
                continue
            conflicts.append(label)
        for condition in label:
            larger = dropped | {condition}
            if larger in seen:
                continue
            seen.add(larger)
            looked += 1
            complete = oracle.dropping(larger)
            if complete:
                found.append(larger)
            elif complete is False:
                queue.append(larger)
    return [tuple(each) for each in found]


def _repair(oracle: Oracle, changes: Iterable[Change], least: bool | None, witness: Placement | None = None) -> Repair | None:
    """The repair with a witness (looked for where none is given) and its cost; None where it is not shown in time that it is one."""
    made = tuple(changes)
    if not made:
        return None
    witness = witness or oracle.decide(made).witness
    if witness is None:
        return None
    if not oracle.out_of_time:
        result = oracle.solve(made)
        if result.has_placement and not result.unplaced:
            witness = result.placement
    return Repair(
        changes=made,
        sentence=words(made),
        price_per_hour=price_of(oracle.expanded, made, witness),
        cost_per_hour=witness.cost_per_hour,
        grade=max(KINDS[change.kind].grade for change in made),
        least=least,
        placement=witness,
    )
